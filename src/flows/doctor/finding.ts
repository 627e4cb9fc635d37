import type { Note } from '../../core/note.ts';

/** green: as it should be. yellow: it works, or cannot be told; look at it. red: phones will not be served as they should. */
export type FindingState = 'green' | 'yellow' | 'red';

/** One line of the doctor. */
export interface Finding {
  /** Stable, for programs: `ports.web`, `groups.eth0`. */
  readonly id: string;
  readonly state: FindingState;
  /** One sentence: what is. */
  readonly sentence: Note;
  /** One sentence: what to do; null: nothing. */
  readonly advice: Note | null;
}

/** One area. It changes nothing, ends by itself, and ends early with the signal. */
export interface DoctorCheck {
  readonly id: string;
  readonly run: (signal: AbortSignal) => Promise<readonly Finding[]>;
}

export function green(id: string, sentence: Note): Finding {
  return { id, state: 'green', sentence, advice: null };
}

export function yellow(id: string, sentence: Note, advice: Note | null): Finding {
  return { id, state: 'yellow', sentence, advice };
}

export function red(id: string, sentence: Note, advice: Note): Finding {
  return { id, state: 'red', sentence, advice };
}

/** The worst of them; green where there is none. */
export function worstOf(findings: readonly Pick<Finding, 'state'>[]): FindingState {
  if (findings.some(({ state }) => state === 'red')) return 'red';
  return findings.some(({ state }) => state === 'yellow') ? 'yellow' : 'green';
}
