import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';
import type { AuditCheck } from '../flows/audit-check.ts';

const DAY_MS = 86_400_000;

/** After what is old has been removed (`start-pruning`), so that a start is not burdened twice. */
const FIRST_LOOK_MS = 120_000;

/** Looks through the record of decisions soon after the start, then daily. Ends with the signal. */
export function watchAudit(
  check: Pick<AuditCheck, 'run'>,
  { signal, log, firstLookMs = FIRST_LOOK_MS }: { signal: AbortSignal; log: Logger; firstLookMs?: number },
): void {
  async function lookDaily(): Promise<void> {
    for (let wait = firstLookMs; ; wait = DAY_MS) {
      await sleep(wait, undefined, { signal, ref: false });
      try {
        await check.run();
      } catch (cause) {
        // What cannot be read today says nothing about the record; that the disk is in trouble is told by those who write.
        if (!signal.aborted)
          log.error({ event: 'audit.unverified', cause: String(cause) }, 'the record could not be looked through');
      }
    }
  }
  // Rejects only when the signal ends its sleep.
  lookDaily().catch(() => undefined);
}
