import type { Kysely } from 'kysely';

/** Who stood behind the address: an entry is about that one, and not about who has the address next. Null: not known. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('quarantine').addColumn('mac', 'text').execute();
}
