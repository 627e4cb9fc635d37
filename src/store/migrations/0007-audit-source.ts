import type { Kysely } from 'kysely';

/** From where a decision came. Null: nobody wrote it down then, and it shall not be made up now. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('audit').addColumn('source', 'text').execute();
}
