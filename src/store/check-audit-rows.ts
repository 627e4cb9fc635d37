import type { AuditFault, AuditLink } from '../core/audit-verdict.ts';
import { buildAuditLink } from './build-audit-link.ts';
import type { AuditRow } from './schema.ts';

export type ChainedRow = Omit<AuditRow, 'id'> & { readonly id: number };

/**
 * Goes on from a link of the chain. `rows`: the next ones that the table holds, by their numbers. A gap in the numbers is nothing
 * wrong where the hashes fit: a row that somebody put in and took out again has left it.
 */
export function checkAuditRows(
  from: AuditLink,
  rows: readonly ChainedRow[],
): { readonly fault: AuditFault | null; readonly last: AuditLink; readonly sound: number } {
  let last = from;
  let sound = 0;
  for (const row of rows) {
    const { id, hash } = row;
    if (hash === null) return { fault: { kind: 'row-inserted', row: id }, last, sound };
    if (buildAuditLink(last.hash, row) !== hash) {
      const fault: AuditFault =
        id > last.id + 1 ? { kind: 'rows-removed', row: last.id + 1, until: id - 1 } : { kind: 'row-changed', row: id };
      return { fault, last, sound };
    }
    last = { id, hash };
    sound += 1;
  }
  return { fault: null, last, sound };
}
