import type { MacAddress } from './mac-address.ts';

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
  /** Facts of the step: file, status, bytes, digest, address, event … */
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
