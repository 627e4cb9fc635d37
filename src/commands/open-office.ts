import { userInfo } from 'node:os';
import { withOrigin } from '../core/audit-origin.ts';
import { afterStart } from '../core/hand-over.ts';
import type { JourneyEvent } from '../core/journey.ts';
import { createOffice, type Office } from '../flows/office.ts';
import { openStore, type Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { CommandError } from './command-error.ts';

/** The office as it is kept, for a command that decides something and ends. A running server picks its decisions up. */
export interface OpenOffice {
  readonly office: Office;
  readonly store: Store;
}

/** Opens the data directory, runs the work, and closes it again. Troubles of the store become messages for people. */
export async function withOffice<T>(dataDir: string, work: (open: OpenOffice) => Promise<T>): Promise<T> {
  try {
    const store = await openStore({ dataDir });
    const journey: JourneyEvent[] = [];
    try {
      const office = createOffice(await loadOffice(store), store.decisions, {
        recordSighting: () => undefined,
        recordJourney: (event) => journey.push(event),
      });
      return await withOrigin(commandLineOrigin(), () => work({ office, store }));
    } finally {
      await store.journeys.append(journey);
      await store.close();
    }
  } catch (error) {
    if (error instanceof StoreError) throw new CommandError(error.message);
    throw error;
  }
}

/**
 * Who runs the command, for the audit: the system's name, and behind it the one that sudo was called by. A package's
 * command line works as the service's user, so that is not only told of root.
 */
export function commandLineOrigin(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const user = systemUser();
  const caller = environment.SUDO_USER;
  // Whoever could make it up can write the database as well: its owner, and root.
  const isTold = caller !== undefined && USER_NAME.test(caller) && caller !== user;
  return `command line (${user}${isTold ? `, sudo by ${caller}` : ''})`;
}

// As useradd(8) takes names.
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/i;

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user need not have a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

export async function loadOffice(store: Store) {
  const [devices, extensions, site] = await Promise.all([
    store.devices.all(),
    store.extensions.all(),
    store.site.get(),
  ]);
  return {
    // Not by copies of all: 100,000 phones would be in memory twice for a while.
    devices: devices.map((device) => {
      const handOver = afterStart(device.handOver);
      return handOver === device.handOver ? device : { ...device, handOver };
    }),
    extensions,
    site,
  };
}
