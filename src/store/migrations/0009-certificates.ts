import type { ColumnDefinitionBuilder, Kysely } from 'kysely';

const required = (column: ColumnDefinitionBuilder) => column.notNull();
const key = (column: ColumnDefinitionBuilder) => column.notNull().primaryKey();

/** The site's own authority, and the certificate of this host that it signed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('certificates')
    .addColumn('name', 'text', key)
    .addColumn('certificate', 'text', required)
    .addColumn('private_key', 'text', required)
    .execute();
}
