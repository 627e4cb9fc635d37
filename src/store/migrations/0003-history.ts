import type { ColumnDefinitionBuilder, Kysely } from 'kysely';

const required = (column: ColumnDefinitionBuilder) => column.notNull();
const key = (column: ColumnDefinitionBuilder) => column.notNull().primaryKey();

/** What was counted in the last day, and a way to read the journeys of all phones by what happened. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('samples')
    .addColumn('at', 'bigint', key)
    .addColumn('span', 'integer', required)
    .addColumn('pending', 'integer', required)
    .addColumn('approved', 'integer', required)
    .addColumn('blocked', 'integer', required)
    .addColumn('exchanges', 'integer', required)
    .addColumn('files_served', 'integer', required)
    .addColumn('refusals', 'integer', required)
    .execute();
  await db.schema.createIndex('journeys_by_step').on('journeys').columns(['step', 'at']).execute();
}
