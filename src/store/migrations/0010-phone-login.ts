import type { Kysely } from 'kysely';

/** How far a phone came with its login password. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('devices').addColumn('login', 'text').execute();
}
