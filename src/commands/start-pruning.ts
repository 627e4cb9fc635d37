import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';
import type { Store } from '../store/store.ts';

const DAY_MS = 86_400_000;

/** Journeys and audit have a retention: looked at soon after the start, then daily. */
export function startPruning(
  store: Store,
  retentionDays: () => number,
  { signal, log, clock }: { readonly signal: AbortSignal; readonly log: Logger; readonly clock: () => number },
): void {
  async function pruneDaily(): Promise<void> {
    for (let wait = 60_000; ; wait = DAY_MS) {
      await sleep(wait, undefined, { signal, ref: false });
      const before = clock() - retentionDays() * DAY_MS;
      try {
        const journeys = await store.journeys.prune(before);
        const audit = await store.audit.prune(before);
        if (journeys + audit > 0)
          log.info({ event: 'store.pruned', journeys, audit }, 'old journeys and audit entries removed');
      } catch (cause) {
        // A database that is locked or full today says nothing about tomorrow.
        if (!signal.aborted)
          log.error({ event: 'store.prune-failed', cause: String(cause) }, 'could not remove old entries');
      }
    }
  }
  // Rejects only when the signal ends its sleep.
  pruneDaily().catch(() => undefined);
}
