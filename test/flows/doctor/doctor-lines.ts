import type { DoctorCheck } from '../../../src/flows/doctor/finding.ts';

/** What a check finds: `state id: sentence | advice`, one line each. */
export async function linesOf(check: DoctorCheck, signal = new AbortController().signal): Promise<string[]> {
  const findings = await check.run(signal);
  return findings.map(
    ({ state, id, sentence, advice }) =>
      `${state} ${id}: ${sentence.text}${advice === null ? '' : ` | ${advice.text}`}`,
  );
}

/** `state id` of each finding. */
export async function statesOf(check: DoctorCheck): Promise<string[]> {
  return (await linesOf(check)).map((line) => line.slice(0, line.indexOf(': ')));
}
