import { hasFile, type JourneyEvent } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { vendorById } from '../vendors/all.ts';
import { matchFile } from '../vendors/match-file.ts';
import type { Office } from './office.ts';

/** When each step of the phone's last boot happened, in milliseconds since 1970; null: not yet. */
export interface Lamps {
  readonly asked: number | null;
  readonly answered: number | null;
  readonly notified: number | null;
  readonly acknowledged: number | null;
  /** It has its own file: the one with its account. */
  readonly configured: number | null;
}

export interface LampDoors {
  readonly office: Office;
  /** The newest events of a phone, newest first. */
  readonly readJourney: (mac: MacAddress, limit: number) => Promise<readonly JourneyEvent[]>;
}

export interface LampBoard {
  read(mac: MacAddress): Promise<Lamps>;
  stop(): void;
}

/** Events; a boot writes about ten, a daily resync six: several days are looked through for the last boot. */
const LOOK_BACK = 50;

const DARK: Lamps = { asked: null, answered: null, notified: null, acknowledged: null, configured: null };

/**
 * Keeps every phone's five lamps. In memory, from the journey as it happens; what happened before this process started is
 * read from the journey's store when somebody looks at the phone for the first time.
 */
export function createLampBoard({ office, readJourney }: LampDoors): LampBoard {
  /** A key that is missing is not known yet; null is known to be dark. */
  const boards = new Map<MacAddress, Partial<Lamps>>();
  /** The path under which each phone asked for its own file last: phones ask alike each time, and matching is the dear part. */
  const ownPaths = new Map<MacAddress, string>();

  const endJourney = office.onJourney((event) => {
    const after = { ...boards.get(event.mac), ...changeOf(event) };
    if (Object.keys(after).length > 0) boards.set(event.mac, after);
  });
  const endDevice = office.onDevice(({ before, after }) => {
    if (after !== undefined || before === undefined) return;
    boards.delete(before.mac);
    ownPaths.delete(before.mac);
  });

  function changeOf(event: JourneyEvent): Partial<Lamps> {
    const { mac, at, step, detail } = event;
    switch (step) {
      case 'seen':
        return { ...DARK, asked: at };
      case 'answered':
        return { answered: at };
      // Whatever the phone has, it is not what was decided now.
      case 'approved':
        return { notified: null, acknowledged: null, configured: null };
      case 'notified':
        return { notified: at };
      case 'acknowledged':
        return { acknowledged: at };
      case 'fetched':
        return hasFile(event) && isOwnFile(mac, String(detail.file)) ? { configured: at } : {};
      default:
        return {};
    }
  }

  function isOwnFile(mac: MacAddress, path: string): boolean {
    if (ownPaths.get(mac) === path) return true;
    const vendorId = office.findDevice(mac)?.vendorId ?? null;
    const vendor = vendorId === null ? undefined : vendorById(vendorId);
    if (vendor === undefined) return false;
    const match = matchFile(vendor, path);
    if (match.kind !== 'file' || match.file !== vendor.files[0]) return false;
    ownPaths.set(mac, path);
    return true;
  }

  return {
    async read(mac) {
      const known = boards.get(mac);
      if (known !== undefined && isWhole(known)) return known;
      const events = await readJourney(mac, LOOK_BACK);
      let past = DARK;
      for (const event of [...events].reverse()) past = { ...past, ...changeOf(event) };
      // Looked up again: something may have happened while the store was read.
      const lamps = { ...past, ...boards.get(mac) };
      if (office.findDevice(mac) !== undefined) boards.set(mac, lamps);
      return lamps;
    },
    stop() {
      endJourney();
      endDevice();
    },
  };
}

function isWhole(lamps: Partial<Lamps>): lamps is Lamps {
  return Object.keys(lamps).length === Object.keys(DARK).length;
}
