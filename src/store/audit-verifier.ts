import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditFault, AuditLink, AuditVerdict } from '../core/audit-verdict.ts';
import { type AuditChain, readChain } from './audit-seal.ts';
import { checkAuditRows } from './check-audit-rows.ts';
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import { ROWS_PER_BATCH } from './portions.ts';
import type { Reader } from './schema.ts';

/** One moment's view of the chain and of some of its rows. */
type Piece =
  | { readonly kind: 'none'; readonly oldRows: number }
  | { readonly kind: 'broken'; readonly fault: AuditFault; readonly oldRows: number }
  | {
      readonly kind: 'part' | 'end';
      readonly chain: AuditChain;
      readonly fault: AuditFault | null;
      readonly last: AuditLink;
      readonly sound: number;
    };

/**
 * Looks through the whole record. Some rows at a time, each with the seal of that moment: what is written or pruned meanwhile
 * is in order. Throws what the signal was aborted with.
 */
export async function verifyAudit(database: Database, signal?: AbortSignal): Promise<AuditVerdict> {
  let position: AuditLink | undefined;
  let rows = 0;
  for (;;) {
    signal?.throwIfAborted();
    const piece = await database.snapshot((reader) => readPiece(reader, database.cipher, position));
    if (piece.kind === 'none' || piece.kind === 'broken') {
      const fault = piece.kind === 'broken' ? piece.fault : null;
      return { fault, foundAt: null, rows, oldRows: piece.oldRows, pruned: 0, startedAt: null, head: null };
    }
    rows += piece.sound;
    position = piece.last;
    if (piece.fault !== null || piece.kind === 'end') return conclude(piece.chain, piece.fault, rows);
    await nextTurn();
  }
}

function conclude(chain: AuditChain, found: AuditFault | null, rows: number): AuditVerdict {
  const noted = found === null ? chain.breaks[0] : undefined;
  const { startedAt, oldRows, pruned, head, first } = chain;
  return {
    fault: found ?? noted?.fault ?? null,
    foundAt: noted?.at ?? null,
    rows,
    oldRows,
    pruned: pruned.count,
    startedAt,
    head: head.id < first ? null : head,
  };
}

async function readPiece(reader: Reader, cipher: Cipher, position: AuditLink | undefined): Promise<Piece> {
  const read = await readChain(reader, cipher);
  if (read.kind !== 'sound') return { ...read, oldRows: await countRows(reader, Number.POSITIVE_INFINITY) };
  const { chain } = read;
  const { first, head, pruned } = chain;
  // Where rows were pruned meanwhile, the chain says what the next one is bound to.
  const from = position === undefined || position.id < pruned.id ? { id: pruned.id, hash: pruned.hash } : position;
  if (position === undefined) {
    const fault = await checkBeforeRows(reader, chain);
    if (fault !== null) return { kind: 'end', chain, fault, last: from, sound: 0 };
  }
  const rows = await reader
    .selectFrom('audit')
    .selectAll()
    .where('id', '>', Math.max(from.id, first - 1))
    .where('id', '<=', head.id)
    .orderBy('id')
    .limit(ROWS_PER_BATCH)
    .execute();
  const checked = checkAuditRows(from, rows);
  if (checked.fault !== null || rows.length === ROWS_PER_BATCH) return { kind: 'part', chain, ...checked };
  return { kind: 'end', chain, ...checked, fault: await checkTail(reader, chain, checked.last) };
}

/** Rows that can be neither of the chain nor from before it. */
async function checkBeforeRows(reader: Reader, { first, oldRows, pruned }: AuditChain): Promise<AuditFault | null> {
  const saw = await countRows(reader, first);
  if (saw !== oldRows) return { kind: 'old-rows-differ', saw, wanted: oldRows };
  const row = await firstRow(reader, first, pruned.id);
  return row === undefined ? null : { kind: 'row-inserted', row };
}

async function checkTail(reader: Reader, { head }: AuditChain, last: AuditLink): Promise<AuditFault | null> {
  if (last.id < head.id) return { kind: 'rows-removed', row: last.id + 1, until: head.id };
  if (last.hash !== head.hash) return { kind: 'row-changed', row: last.id };
  const row = await firstRow(reader, head.id + 1, Number.MAX_SAFE_INTEGER);
  return row === undefined ? null : { kind: 'row-inserted', row };
}

async function firstRow(reader: Reader, least: number, most: number): Promise<number | undefined> {
  const row = await reader
    .selectFrom('audit')
    .select('id')
    .where('id', '>=', least)
    .where('id', '<=', most)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

async function countRows(reader: Reader, below: number): Promise<number> {
  const { rows } = await reader
    .selectFrom('audit')
    .select((select) => select.fn.countAll<number>().as('rows'))
    .where('id', '<', Math.min(below, Number.MAX_SAFE_INTEGER))
    .executeTakeFirstOrThrow();
  return Number(rows);
}
