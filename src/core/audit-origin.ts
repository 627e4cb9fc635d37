import { AsyncLocalStorage } from 'node:async_hooks';

/** What nobody outside asked for. */
const APPLIANCE = 'appliance';

const origins = new AsyncLocalStorage<string>();

/**
 * Runs `work`, and all that it waits for or starts, as coming from there. It travels with the work itself and is no argument:
 * no flow can forget to pass it on, and none can make it up.
 */
export function withOrigin<T>(from: string, work: () => T): T {
  return origins.run(from, work);
}

/** From where the work that runs now comes: see `AuditEntry.from`. */
export function originNow(): string {
  return origins.getStore() ?? APPLIANCE;
}
