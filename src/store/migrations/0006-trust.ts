import type { ColumnDefinitionBuilder, Kysely } from 'kysely';

const required = (column: ColumnDefinitionBuilder) => column.notNull();
const key = (column: ColumnDefinitionBuilder) => column.notNull().primaryKey();

/** Until when a phone may fetch its files, how it logs in, a chain through the audit, and who is in quarantine. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('site').addColumn('backup_passphrase', 'text').execute();
  await db.schema.alterTable('devices').addColumn('hand_over', 'text').execute();
  await db.schema.alterTable('devices').addColumn('login_password', 'text').execute();
  await db.schema.alterTable('audit').addColumn('hash', 'text').execute();
  await db.schema
    .createTable('quarantine')
    .addColumn('address', 'text', key)
    .addColumn('reason', 'text', required)
    .addColumn('since', 'bigint', required)
    .addColumn('until', 'bigint', required)
    .addColumn('times', 'integer', required)
    .execute();
}
