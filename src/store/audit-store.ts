import type { AuditEntry } from '../core/audit.ts';
import type { Database } from './database.ts';
import type { Page, PageRequest } from './journey-store.ts';
import { inPortions } from './portions.ts';
import { pruneByTime } from './pruning.ts';
import type { Writer } from './schema.ts';

export interface AuditStore {
  /** Durable when it resolves. Decisions carry their entries with them (`decisions.ts`): this is for what decides nothing. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  list(request: PageRequest): Promise<Page<AuditEntry>>;
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
      const items = rows.slice(0, limit).map(({ at, actor, action, subject, detail }) => ({
        at: Number(at),
        actor,
        action,
        subject,
        detail: JSON.parse(detail) as AuditEntry['detail'],
      }));
      return { items, next: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null };
    },
    prune: (beforeMs) => pruneByTime(database, 'audit', beforeMs),
  };
}

export async function writeAudit(writer: Writer, entries: readonly AuditEntry[]): Promise<void> {
  await inPortions(entries, (portion) =>
    writer
      .insertInto('audit')
      .values(portion.map((entry) => ({ ...entry, detail: JSON.stringify(entry.detail) })))
      .execute(),
  );
}
