import { err, ok, type Result } from '../core/result.ts';
import type { InputError } from './format-input-errors.ts';

/** A sort key as a cursor that survives an address, and that nobody is tempted to make up. */
export function formatCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

/** Undefined is the list's beginning. */
export function readCursor(cursor: string | undefined): Result<string | undefined, InputError> {
  if (cursor === undefined) return ok(undefined);
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (formatCursor(key) === cursor && key !== '') return ok(key);
  return err({ where: 'query.cursor', saw: JSON.stringify(cursor), wanted: 'the `next` of an answer of this list' });
}

/** A place in a list that is read newest first; its schema has looked at the text. Undefined is the newest. */
export function readPosition(before: string | undefined): number | undefined {
  return before === undefined ? undefined : Number(before);
}

/** `next` is text in every list, whatever it is made of. */
export function formatPosition(next: number | null): string | null {
  return next === null ? null : String(next);
}
