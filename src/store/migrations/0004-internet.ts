import type { ColumnDefinitionBuilder, Kysely } from 'kysely';

const required = (column: ColumnDefinitionBuilder) => column.notNull();
const key = (column: ColumnDefinitionBuilder) => column.notNull().primaryKey();

/** The external addresses that the office had, and the key that signs what the webhook is told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('site').addColumn('webhook_secret', 'text').execute();
  await db.schema
    .createTable('address_periods')
    .addColumn('since', 'bigint', key)
    .addColumn('until', 'bigint')
    .addColumn('address', 'text', required)
    .addColumn('source', 'text', required)
    .addColumn('told_at', 'bigint')
    .execute();
}
