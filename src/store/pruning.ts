import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from './database.ts';
import { ROWS_PER_BATCH } from './portions.ts';

/** Deletes the rows from before `beforeMs`, some per turn of the event loop; resolves to how many. */
export async function pruneByTime(database: Database, table: 'journeys', beforeMs: number): Promise<number> {
  let pruned = 0;
  for (;;) {
    const deleted = await database.write(
      async (writer) => {
        const old = writer.selectFrom(table).select('id').where('at', '<', beforeMs).limit(ROWS_PER_BATCH);
        const { numDeletedRows } = await writer.deleteFrom(table).where('id', 'in', old).executeTakeFirst();
        return Number(numDeletedRows);
      },
      { durable: false },
    );
    pruned += deleted;
    if (deleted < ROWS_PER_BATCH) return pruned;
    await nextTurn();
  }
}
