import { type AuditVerdict, formatAuditLink, noteAuditFault } from '../core/audit-verdict.ts';
import type { Logger } from '../core/logger.ts';

export interface CheckedAudit extends AuditVerdict {
  /** Milliseconds since 1970. */
  readonly checkedAt: number;
}

/** Is the record of decisions what was written? */
export interface AuditCheck {
  /** Looks through all of it. Who asks while somebody else is waiting gets the same answer. */
  run(): Promise<CheckedAudit>;
  /** The newest answer; null: none since the start. */
  last(): CheckedAudit | null;
}

export function createAuditCheck({
  verify,
  log,
  clock,
}: {
  readonly verify: () => Promise<AuditVerdict>;
  readonly log: Logger;
  readonly clock: () => number;
}): AuditCheck {
  let last: CheckedAudit | null = null;
  let underWay: Promise<CheckedAudit> | undefined;

  async function look(): Promise<CheckedAudit> {
    const verdict = await verify();
    last = { ...verdict, checkedAt: clock() };
    const { fault, rows, oldRows, head } = last;
    // The log is kept elsewhere, at best on another host: what stands there of the head, nobody can take back here.
    const facts = { rows, oldRows, ...(head !== null && { head: formatAuditLink(head) }) };
    if (fault === null) log.info({ event: 'audit.verified', ...facts }, 'the record of decisions is what was written');
    else
      log.error(
        { event: 'audit.broken', reason: noteAuditFault(fault).text, ...facts },
        'the record was tampered with',
      );
    return last;
  }

  return {
    run() {
      underWay ??= look().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    last: () => last,
  };
}
