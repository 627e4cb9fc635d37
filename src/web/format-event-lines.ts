import { guardFormula } from '../core/guard-formula.ts';
import type { HappenedEvent } from '../flows/list-events.ts';

/** For programs and spreadsheets: the words as they are kept, in no language but their own. */
interface FlatEvent {
  readonly at: string;
  readonly source: HappenedEvent['source'];
  /** Step of a phone, name of a decision, or event of the program. */
  readonly event: string;
  readonly phone: string;
  readonly subject: string;
  readonly actor: string;
  /** From where somebody decided; empty: not known. */
  readonly from: string;
  readonly text: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

const COLUMNS = ['at', 'source', 'event', 'phone', 'subject', 'actor', 'from', 'text', 'detail'] as const;

/** With a BOM, so that spreadsheets read UTF-8; line ends of RFC 4180. */
export const EVENT_CSV_HEAD = `\ufeff${COLUMNS.join(',')}\r\n`;

export function formatEventCsv(event: HappenedEvent): string {
  const flat = flatten(event);
  const cells = COLUMNS.map((name) => (name === 'detail' ? JSON.stringify(flat.detail) : flat[name]));
  return `${cells.map(quote).join(',')}\r\n`;
}

/** One object per line. */
export function formatEventJson(event: HappenedEvent): string {
  return `${JSON.stringify(flatten(event))}\n`;
}

function flatten(happened: HappenedEvent): FlatEvent {
  const at = new Date(happened.at).toISOString();
  const { source } = happened;
  switch (source) {
    case 'decision': {
      const { action, actor, from, subject, detail } = happened.entry;
      return { at, source, event: action, phone: '', subject, actor, from: from ?? '', text: '', detail };
    }
    case 'phone': {
      const { mac, step, reason, detail } = happened.event;
      return { at, source, event: step, phone: mac, subject: mac, actor: '', from: '', text: reason, detail };
    }
    case 'program': {
      const { event, level, message, detail } = happened.line;
      return { at, source, event, phone: '', subject: level, actor: '', from: '', text: message, detail };
    }
    default:
      return happened satisfies never;
  }
}

/** What phones say of themselves stands in here: no cell may become a formula. */
function quote(cell: string): string {
  const text = guardFormula(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
