import type { Kysely } from 'kysely';

/** The language of the phone that has the extension on line 1; empty: the phone's or the site's own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('extensions')
    .addColumn('language', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
}
