import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditEntry } from '../core/audit.ts';
import { originNow } from '../core/audit-origin.ts';
import type { AuditFault, AuditLink } from '../core/audit-verdict.ts';
import { type AuditChain, lastId, openChain, sealChain } from './audit-seal.ts';
import { asStored, buildAuditLink } from './build-audit-link.ts';
import { type ChainedRow, checkAuditRows } from './check-audit-rows.ts';
import type { Database } from './database.ts';
import { inPortions, ROWS_PER_BATCH } from './portions.ts';
import type { Writer } from './schema.ts';

type Sealing = Pick<Database, 'cipher' | 'clock'>;

/** Appends to the chain, within the transaction of what the entries tell: it is immediate, so nobody else is at the chain's end. */
export async function writeAudit(
  writer: Writer,
  entries: readonly AuditEntry[],
  { cipher, clock }: Sealing,
): Promise<void> {
  if (entries.length === 0) return;
  const chain = await openChain(writer, cipher, clock());
  const origin = originNow();
  // A number that somebody else took is left to him: his row does not fit, and ours is stored all the same.
  let head: AuditLink = { id: Math.max(chain.head.id, await lastId(writer)), hash: chain.head.hash };
  await inPortions(entries, (portion) => {
    const rows = portion.map((entry) => {
      const facts = { id: head.id + 1, ...toFacts(entry, origin) };
      head = { id: facts.id, hash: buildAuditLink(head.hash, facts) };
      return { ...facts, hash: head.hash };
    });
    return writer.insertInto('audit').values(rows).execute();
  });
  await sealChain(writer, cipher, { ...chain, head });
}

function toFacts({ at, actor, from = null, action, subject, detail }: AuditEntry, origin: string) {
  return {
    at,
    actor: asStored(actor),
    source: asStored(from ?? origin),
    action: asStored(action),
    subject: asStored(subject),
    detail: JSON.stringify(detail),
  };
}

/**
 * Removes the oldest rows, as long as they are from before `beforeMs`; resolves to how many. The chain keeps where they ended, and
 * what was wrong with them. A clock that ran ahead or behind for a while leaves rows that are too new or too old for their place:
 * one from the future keeps nothing, one from the past takes nothing with it.
 */
export async function pruneAudit(database: Database, beforeMs: number): Promise<number> {
  let pruned = 0;
  for (;;) {
    const deleted = await database.write((writer) => pruneSome(writer, beforeMs, database), { durable: false });
    pruned += deleted;
    if (deleted < ROWS_PER_BATCH) return pruned;
    await nextTurn();
  }
}

async function pruneSome(writer: Writer, beforeMs: number, { cipher, clock }: Sealing): Promise<number> {
  const now = clock();
  const old = await writer
    .selectFrom('audit')
    .select((select) => select.fn.max('id').as('last'))
    .where('at', '<', beforeMs)
    .executeTakeFirst();
  if (old?.last == null) return 0;
  const recent = await writer
    .selectFrom('audit')
    .select((select) => select.fn.min('id').as('first'))
    .where('at', '>=', beforeMs)
    .where('at', '<=', now)
    .executeTakeFirst();
  const until = Math.min(Number(old.last), Number(recent?.first ?? Number.POSITIVE_INFINITY) - 1);
  const rows = await writer
    .selectFrom('audit')
    .selectAll()
    .where('id', '<=', until)
    .orderBy('id')
    .limit(ROWS_PER_BATCH)
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return 0;
  const chain = await openChain(writer, cipher, now);
  await writer.deleteFrom('audit').where('id', '<=', last.id).execute();
  const { left } = await writer
    .selectFrom('audit')
    .select((select) => select.fn.countAll<number>().as('left'))
    .where('id', '<', chain.first)
    .executeTakeFirstOrThrow();
  const kept = chain.breaks.filter(({ at }) => at >= beforeMs);
  await sealChain(writer, cipher, withoutRows({ ...chain, breaks: kept }, rows, Number(left), now));
  return rows.length;
}

/** The chain after its oldest rows are gone. `left`: rows from before it that are still there. */
function withoutRows(chain: AuditChain, rows: readonly ChainedRow[], left: number, now: number): AuditChain {
  const faults: AuditFault[] = [];
  const old = rows.filter(({ id }) => id < chain.first).length;
  const wanted = chain.oldRows - old;
  // As long as some are left, whoever verifies counts them.
  if (left === 0 && wanted !== 0) faults.push({ kind: 'old-rows-differ', saw: old, wanted: chain.oldRows });
  const chained = rows.slice(old).filter(({ id }) => id <= chain.head.id);
  const { fault } = checkAuditRows(chain.pruned, chained);
  if (fault !== null) faults.push(fault);
  const last = chained.at(-1);
  return {
    ...chain,
    oldRows: left === 0 ? 0 : wanted,
    pruned:
      last === undefined
        ? chain.pruned
        : { id: last.id, hash: last.hash ?? '', count: chain.pruned.count + chained.length },
    breaks: [...chain.breaks, ...faults.map((found) => ({ at: now, fault: found }))],
  };
}
