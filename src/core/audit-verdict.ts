import { type Note, note } from './note.ts';

/** What is wrong with the record of decisions. Numbers are those of rows. */
export type AuditFault =
  /** The chain's seal is gone, or does not open with the key in use: somebody wrote it, or the key is another one. */
  | { readonly kind: 'seal-missing' | 'seal-wrong' }
  /** The row is not the one that was written, or the one before it is not. */
  | { readonly kind: 'row-changed'; readonly row: number }
  | { readonly kind: 'row-inserted'; readonly row: number }
  | { readonly kind: 'rows-removed'; readonly row: number; readonly until: number }
  /** Rows from before the chain are not the number that it began with. */
  | { readonly kind: 'old-rows-differ'; readonly saw: number; readonly wanted: number };

/** The record of decisions, looked through. */
export interface AuditVerdict {
  /** The first that is wrong; null: nothing is. */
  readonly fault: AuditFault | null;
  /** When it was found, where it was found earlier and the rows may be gone by now; null: it was found now. */
  readonly foundAt: number | null;
  /** Rows that were found as they were written. */
  readonly rows: number;
  /** Rows from before there was a chain: whether they were changed cannot be told. */
  readonly oldRows: number;
  /** Rows of the chain that the retention has removed. */
  readonly pruned: number;
  /** Null: no chain yet. */
  readonly startedAt: number | null;
  /** The newest row of the chain: who notes it elsewhere can tell later that the record still holds it. Null: none yet. */
  readonly head: AuditLink | null;
}

/** A row and what binds it to all rows before it. */
export interface AuditLink {
  readonly id: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/** For people. */
export function noteAuditFault(fault: AuditFault): Note {
  switch (fault.kind) {
    case 'seal-missing':
      return note(
        'audit.seal-missing',
        'the seal of the record is gone: decisions may have been removed or written anew',
      );
    case 'seal-wrong':
      return note(
        'audit.seal-wrong',
        'the seal of the record does not open with the key of this database: somebody else wrote it, or the key is another one',
      );
    case 'row-changed':
      return note('audit.row-changed', 'row {row} does not fit: it was changed, or the row before it was', {
        row: fault.row,
      });
    case 'row-inserted':
      return note('audit.row-inserted', 'row {row} was not written by Plugtone', { row: fault.row });
    case 'rows-removed':
      return fault.row === fault.until
        ? note('audit.row-removed', 'row {row} was removed', { row: fault.row })
        : note('audit.rows-removed', 'rows {row} to {until} were removed', { row: fault.row, until: fault.until });
    case 'old-rows-differ':
      return note('audit.old-rows-differ', 'there are {saw} rows from before the chain, and {wanted} when it began', {
        saw: fault.saw,
        wanted: fault.wanted,
      });
    default:
      return fault satisfies never;
  }
}

/** `17:9f86…`: what to note elsewhere. */
export function formatAuditLink({ id, hash }: AuditLink): string {
  return `${id}:${hash}`;
}
