import type { MacAddress } from './mac-address.ts';
import type { Note } from './note.ts';

/** Steps a device can take. The five lamps are seen, answered, notified, acknowledged, fetched. */
export type JourneyStep =
  | 'seen'
  | 'answered'
  | 'notified'
  | 'acknowledged'
  | 'fetched'
  | 'refused'
  | 'approved'
  | 'blocked'
  | 'resynced'
  | 'moved'
  | 'stalled';

/** One thing that happened to one device. Never holds a secret or a token. */
export interface JourneyEvent {
  readonly mac: MacAddress;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly step: JourneyStep;
  /** One sentence for people where the step alone does not explain itself; empty otherwise. */
  readonly reason: string;
  /** The same, to be said in other languages; left out: there is no reason, or only the sentence is left of it. */
  readonly because?: Note | undefined;
  /** Facts of the step: file, status, bytes, digest, address, event … */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

/** What a note says of an event; null: nothing. */
export function giveReason(because: Note | null): Pick<JourneyEvent, 'reason' | 'because'> {
  return because === null ? { reason: '' } : { reason: because.text, because };
}

/** The phone has the file that it asked for: it was sent, or it has the very same (304, RFC 9110 15.4.5). */
export function hasFile({ step, detail }: Pick<JourneyEvent, 'step' | 'detail'>): boolean {
  return step === 'fetched' && (detail.status === 200 || detail.status === 304);
}
