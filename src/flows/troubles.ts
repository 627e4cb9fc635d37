import { hasFile, type JourneyEvent } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import type { LampDoors } from './lamps.ts';

/** Where a phone is stuck: the last thing that went wrong, if nothing went right since. */
export interface Trouble {
  readonly step: 'refused' | 'stalled';
  readonly at: number;
  /** One sentence for people. */
  readonly reason: string;
  readonly because?: Note | undefined;
}

export interface TroubleBoard {
  /** Null: nothing is wrong. */
  read(mac: MacAddress): Promise<Trouble | null>;
  /** What is known without asking the store. */
  known(mac: MacAddress): Trouble | null;
  stop(): void;
}

/** Events. A boot writes about ten: the last thing that matters is among them. */
const LOOK_BACK = 20;

/** Keeps who is stuck, in memory from the journey as it happens; the past is read when somebody looks for the first time. */
export function createTroubleBoard({ office, readJourney }: LampDoors): TroubleBoard {
  const troubles = new Map<MacAddress, Trouble | null>();

  const endJourney = office.onJourney((event) => {
    const after = troubleOf(event);
    if (after !== undefined) troubles.set(event.mac, after);
  });
  const endDevice = office.onDevice(({ before, after }) => {
    if (after === undefined && before !== undefined) troubles.delete(before.mac);
  });

  return {
    async read(mac) {
      const known = troubles.get(mac);
      if (known !== undefined) return known;
      const events = await readJourney(mac, LOOK_BACK);
      const past = events.map(troubleOf).find((trouble) => trouble !== undefined) ?? null;
      // Looked up again: something may have happened while the store was read.
      const meanwhile = troubles.get(mac);
      const now = meanwhile === undefined ? past : meanwhile;
      if (office.findDevice(mac) !== undefined) troubles.set(mac, now);
      return now;
    },
    known: (mac) => troubles.get(mac) ?? null,
    stop() {
      endJourney();
      endDevice();
    },
  };
}

/** Null: this step clears what was wrong. Undefined: it says nothing about it. */
function troubleOf(event: JourneyEvent): Trouble | null | undefined {
  const { step, at, reason, because } = event;
  switch (step) {
    case 'refused':
    case 'stalled':
      return { step, at, reason, because };
    case 'seen':
    case 'approved':
    case 'blocked':
    case 'notified':
    case 'acknowledged':
    case 'resynced':
      return null;
    case 'fetched':
      return hasFile(event) ? null : undefined;
    case 'answered':
    case 'moved':
      return undefined;
    default:
      return step satisfies never;
  }
}
