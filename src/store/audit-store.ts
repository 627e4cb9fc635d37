import { sql } from 'kysely';
import type { AuditEntry } from '../core/audit.ts';
import type { Database } from './database.ts';
import type { Page, PageRequest } from './journey-store.ts';
import { inPortions } from './portions.ts';
import { pruneByTime } from './pruning.ts';
import type { Numbered, RecentRequest } from './recent-rows.ts';
import type { AuditRow, Writer } from './schema.ts';

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
  /** Removes what is older; resolves to how many. */
  prune(beforeMs: number): Promise<number>;
}

export function createAuditStore(database: Database): AuditStore {
  return {
    async append(entries) {
      if (entries.length > 0) await database.write((writer) => writeAudit(writer, entries));
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
    prune: (beforeMs) => pruneByTime(database, 'audit', beforeMs),
  };
}

export async function writeAudit(writer: Writer, entries: readonly AuditEntry[]): Promise<void> {
  await inPortions(entries, (portion) =>
    writer
      .insertInto('audit')
      .values(portion.map((entry) => ({ ...entry, detail: JSON.stringify(entry.detail), hash: null })))
      .execute(),
  );
}

function toEntry({ at, actor, action, subject, detail }: Omit<AuditRow, 'id' | 'hash'>): AuditEntry {
  return { at: Number(at), actor, action, subject, detail: JSON.parse(detail) as AuditEntry['detail'] };
}
