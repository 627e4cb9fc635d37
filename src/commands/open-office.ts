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
      return await work({ office, store });
    } finally {
      await store.journeys.append(journey);
      await store.close();
    }
  } catch (error) {
    if (error instanceof StoreError) throw new CommandError(error.message);
    throw error;
  }
}

export async function loadOffice(store: Store) {
  const [devices, extensions, site] = await Promise.all([
    store.devices.all(),
    store.extensions.all(),
    store.site.get(),
  ]);
  return { devices, extensions, site };
}
