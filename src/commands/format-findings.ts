import { type Finding, type FindingState, worstOf } from '../flows/doctor/finding.ts';
import { formatFinding } from '../http/format-doctor.ts';

/** Select graphic rendition, ECMA-48 8.3.117. */
const COLOURS: Readonly<Record<FindingState, string>> = { green: '32', yellow: '33', red: '31' };

/** One line each, aligned: state, what it is about, what is, and what to do. */
export function formatFindings(findings: readonly Finding[], { inColour }: { readonly inColour: boolean }): string {
  const width = Math.max(0, ...findings.map(({ id }) => id.length));
  return findings
    .map(({ id, state, sentence, advice }) => {
      const word = state.padEnd('yellow'.length);
      const told = [sentence, advice].flatMap((note) => (note === null ? [] : [note.text])).join(' ');
      const shown = inColour ? `\x1b[${COLOURS[state]}m${word}\x1b[0m` : word;
      return `${shown}  ${id.padEnd(width)}  ${onOneLine(told)}\n`;
    })
    .join('');
}

/** For programs. */
export function formatFindingsJson(
  findings: readonly Finding[],
  { version, at }: { readonly version: string; readonly at: number },
): string {
  const lines = findings.map(formatFinding);
  const report = { version, at: new Date(at).toISOString(), state: worstOf(findings), findings: lines };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** What comes from files and the network could hold anything: nothing of it may steer a terminal. */
function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '?').trim();
}
