import { inPortions } from './portions.ts';
import type { Reader, RemovalRow, Writer } from './schema.ts';

/** The mark of one commit on its rows. */
export interface Change {
  readonly seq: number;
  /** `Database.writer`. */
  readonly by: string;
}

const NAME = 'change';
// A running process looks every half second; a week bridges one that was stopped by a debugger or a suspended machine.
const REMOVALS_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** The number of this commit: taken inside its transaction, so the order of numbers is the order of commits. */
export async function nextChange(writer: Writer, by: string): Promise<Change> {
  const row = await writer
    .insertInto('sequences')
    .values({ name: NAME, last: 1 })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet((update) => ({ last: update('sequences.last', '+', 1) })),
    )
    .returning('last')
    .executeTakeFirstOrThrow();
  return { seq: Number(row.last), by };
}

/** The number of the last commit; 0: none yet. */
export async function lastChangeSeq(reader: Reader): Promise<number> {
  const row = await reader.selectFrom('sequences').select('last').where('name', '=', NAME).executeTakeFirst();
  return Number(row?.last ?? 0);
}

export async function writeRemovals(
  writer: Writer,
  kind: RemovalRow['kind'],
  names: readonly string[],
  change: Change,
  now: number,
): Promise<void> {
  await writer
    .deleteFrom('removals')
    .where('removed_at', '<', now - REMOVALS_KEPT_MS)
    .execute();
  await inPortions(names, (portion) =>
    writer
      .insertInto('removals')
      .values(portion.map((name) => ({ kind, name, removed_at: now, change_seq: change.seq, changed_by: change.by })))
      .onConflict((conflict) =>
        conflict.columns(['kind', 'name']).doUpdateSet((row) => ({
          removed_at: row.ref('excluded.removed_at'),
          change_seq: row.ref('excluded.change_seq'),
          changed_by: row.ref('excluded.changed_by'),
        })),
      )
      .execute(),
  );
}
