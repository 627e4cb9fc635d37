import type { Sample } from '../core/sample.ts';
import type { Database } from './database.ts';

export interface SampleStore {
  /** Not durable: a few minutes of a chart. Removes what ended before `keepFrom`. */
  append(sample: Sample, keepFrom: number): Promise<void>;
  /** Those that ended at `from` or later, oldest first. */
  list(from: number): Promise<readonly Sample[]>;
}

export function createSampleStore(database: Database): SampleStore {
  return {
    async append({ filesServed, ...sample }, keepFrom) {
      await database.write(
        async (writer) => {
          await writer
            .insertInto('samples')
            .values({ ...sample, files_served: filesServed })
            // A clock that was set back: the later sample holds.
            .onConflict((conflict) => conflict.column('at').doUpdateSet({ ...sample, files_served: filesServed }))
            .execute();
          await writer.deleteFrom('samples').where('at', '<', keepFrom).execute();
        },
        { durable: false },
      );
    },
    async list(from) {
      const rows = await database.read
        .selectFrom('samples')
        .selectAll()
        .where('at', '>=', from)
        .orderBy('at')
        .execute();
      return rows.map((row) => ({
        at: Number(row.at),
        span: row.span,
        pending: row.pending,
        approved: row.approved,
        blocked: row.blocked,
        exchanges: row.exchanges,
        filesServed: row.files_served,
        refusals: row.refusals,
      }));
    },
  };
}
