import { sql } from 'kysely';
import type { AuditFault, AuditLink } from '../core/audit-verdict.ts';
import { NO_LINK } from './build-audit-link.ts';
import type { Cipher, Place } from './cipher.ts';
import type { Reader, Writer } from './schema.ts';
import { StoreError } from './store-error.ts';

const META_NAME = 'audit_chain';
const PLACE: Place = { table: 'meta', row: META_NAME, column: 'value' };

/** What was found wrong, and when: kept as long as a decision of that moment. */
export interface AuditBreak {
  readonly at: number;
  readonly fault: AuditFault;
}

/** Where the chain begins and ends. Sealed with the key of the store: who has only the file can neither write nor cut it. */
export interface AuditChain {
  readonly startedAt: number;
  /** Number of its first row, pruned or not. */
  readonly first: number;
  /** Rows before `first` that are there. */
  readonly oldRows: number;
  /** Its newest row; before there is one, the number before `first`. */
  readonly head: AuditLink;
  /** The last of its rows that were pruned; before there is one, the number before `first`. */
  readonly pruned: AuditLink & { readonly count: number };
  readonly breaks: readonly AuditBreak[];
}

export type ReadChain =
  | { readonly kind: 'sound'; readonly chain: AuditChain }
  /** No row was ever chained. */
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly fault: AuditFault };

export async function readChain(reader: Reader, cipher: Cipher): Promise<ReadChain> {
  const sealed = await readSealed(reader);
  if (sealed === undefined) {
    const chained = await reader.selectFrom('audit').select('id').where('hash', 'is not', null).limit(1).execute();
    return chained.length === 0 ? { kind: 'none' } : { kind: 'broken', fault: { kind: 'seal-missing' } };
  }
  try {
    return { kind: 'sound', chain: JSON.parse(cipher.open(sealed, PLACE)) as AuditChain };
  } catch (error) {
    if (error instanceof StoreError) return { kind: 'broken', fault: { kind: 'seal-wrong' } };
    throw error;
  }
}

/**
 * For a writer. A chain whose seal is not sound is never gone on with: that would make good what somebody else wrote. A new one
 * begins, and says why.
 */
export async function openChain(writer: Writer, cipher: Cipher, now: number): Promise<AuditChain> {
  const read = await readChain(writer, cipher);
  if (read.kind === 'sound') return read.chain;
  const { oldRows } = await writer
    .selectFrom('audit')
    .select((select) => select.fn.countAll<number>().as('oldRows'))
    .executeTakeFirstOrThrow();
  const before = { id: await lastId(writer), hash: NO_LINK };
  return {
    startedAt: now,
    first: before.id + 1,
    oldRows: Number(oldRows),
    head: before,
    pruned: { ...before, count: 0 },
    breaks: read.kind === 'broken' ? [{ at: now, fault: read.fault }] : [],
  };
}

export async function sealChain(writer: Writer, cipher: Cipher, chain: AuditChain): Promise<void> {
  await writeSealed(writer, cipher.seal(JSON.stringify(chain), PLACE));
}

/** For a new key, within the transaction that brings it in. What the old key does not open stays as it is: it is evidence. */
export async function resealAuditChain(writer: Writer, old: Cipher, next: Cipher): Promise<void> {
  const read = await readChain(writer, old);
  if (read.kind === 'sound') await sealChain(writer, next, read.chain);
}

/** The greatest number that a row has or had. */
export async function lastId(reader: Reader): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`
    select max(last) as last from (
      select max(id) as last from audit union all select seq as last from sqlite_sequence where name = 'audit'
    ) as numbers`.execute(reader);
  return Number(rows[0]?.last ?? 0);
}

async function readSealed(reader: Reader): Promise<string | undefined> {
  const row = await reader.selectFrom('meta').select('value').where('name', '=', META_NAME).executeTakeFirst();
  return row?.value;
}

async function writeSealed(writer: Writer, value: string): Promise<void> {
  await writer
    .insertInto('meta')
    .values({ name: META_NAME, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}
