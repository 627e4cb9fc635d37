import { type ApproveProblem, noteApproveProblem } from '../flows/approve-device.ts';
import { type DeviceProblem, noteDeviceProblem } from '../flows/decide-device.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

/** What a flow refused, in the reader's language: what was seen, what was wanted, what to do. */
export function describeProblem(texts: Texts, problem: ApproveProblem | DeviceProblem): string {
  return sayNote(texts, isDeviceProblem(problem) ? noteDeviceProblem(problem) : noteApproveProblem(problem));
}

function isDeviceProblem(problem: ApproveProblem | DeviceProblem): problem is DeviceProblem {
  return problem.kind === 'not-approved' || problem.kind === 'never-seen';
}
