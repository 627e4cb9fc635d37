import { createHash } from 'node:crypto';
import type { AuditRow } from './schema.ts';

/** A row as it is stored, without what binds it. */
export type AuditFacts = Omit<AuditRow, 'id' | 'hash'> & { readonly id: number };

/** What the first row of a chain is bound to. */
export const NO_LINK = '';

// Another form of the rows would be another name: hashes of one form never fit the other.
const FORM = 'plugtone audit 1';

/**
 * SHA-256 over the hash of the row before and the row, hexadecimal. A JSON list of texts and numbers can be read back in one
 * way only, so that no two rows have one form.
 */
export function buildAuditLink(
  previous: string,
  { id, at, actor, source, action, subject, detail }: AuditFacts,
): string {
  const form = JSON.stringify([FORM, previous, id, Number(at), actor, source, action, subject, detail]);
  return createHash('sha256').update(form).digest('hex');
}

/** As the database gives a text back: without halves of surrogate pairs, which UTF-8 cannot hold, and without NUL. */
export function asStored(text: string): string {
  return Buffer.from(text).toString().replaceAll('\0', '\ufffd');
}
