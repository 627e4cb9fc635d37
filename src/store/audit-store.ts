import { sql } from 'kysely';
import type { AuditEntry } from '../core/audit.ts';
import type { AuditVerdict } from '../core/audit-verdict.ts';
import { pruneAudit, writeAudit } from './audit-chain.ts';
import { verifyAudit } from './audit-verifier.ts';
import type { Database } from './database.ts';
import type { Page, PageRequest } from './journey-store.ts';
import type { Numbered, RecentRequest } from './recent-rows.ts';
import type { AuditRow } from './schema.ts';

export interface RecentAuditRequest extends RecentRequest {
  /** Part of the name of who decided, in any case. */
  readonly actor?: string | undefined;
  /** What it was done to, one of these. Left out: anything. Empty: nothing. */
  readonly subjects?: readonly string[] | undefined;
}

export interface AuditStore {
  /** Durable when it resolves. Decisions carry their entries with them (`decisions.ts`): this is for what decides nothing. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  list(request: PageRequest): Promise<Page<AuditEntry>>;
  /** Newest first. `next` is the `id` of the last item. */
  listRecent(request: RecentAuditRequest): Promise<Page<Numbered<AuditEntry>>>;
  /** What binds a row to those before it; undefined: there is no such row, or it is from before the chain. */
  linkOf(id: number): Promise<string | undefined>;
  /** Is the record what was written? Reads all of it, some at a time; some 5 s for a million rows. */
  verify(signal?: AbortSignal): Promise<AuditVerdict>;
  /** Removes what is older, from the oldest on; resolves to how many. */
  prune(beforeMs: number): Promise<number>;
}

export function createAuditStore(database: Database): AuditStore {
  return {
    async append(entries) {
      if (entries.length > 0) await database.write((writer) => writeAudit(writer, entries, database));
    },
    async list({ limit, before }) {
      let query = database.read.selectFrom('audit').selectAll();
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(toEntry);
      return { items, next: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null };
    },
    async listRecent({ limit, before, from, until, actor, subjects }) {
      let query = database.read.selectFrom('audit').selectAll();
      if (before !== undefined) query = query.where('id', '<', before);
      if (from !== undefined) query = query.where('at', '>=', from);
      if (until !== undefined) query = query.where('at', '<', until);
      if (subjects !== undefined) query = query.where('subject', 'in', subjects);
      if (actor !== undefined) {
        const part = `%${actor.toLowerCase().replace(/[!%_]/g, '!$&')}%`;
        query = query.where((where) => sql<boolean>`${where.fn('lower', ['actor'])} like ${part} escape '!'`);
      }
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map((row) => ({ ...toEntry(row), id: row.id }));
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async linkOf(id) {
      const row = await database.read.selectFrom('audit').select('hash').where('id', '=', id).executeTakeFirst();
      return row?.hash ?? undefined;
    },
    verify: (signal) => verifyAudit(database, signal),
    prune: (beforeMs) => pruneAudit(database, beforeMs),
  };
}

function toEntry({ at, actor, source, action, subject, detail }: Omit<AuditRow, 'id' | 'hash'>): AuditEntry {
  return { at: Number(at), actor, from: source, action, subject, detail: JSON.parse(detail) as AuditEntry['detail'] };
}
