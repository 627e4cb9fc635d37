import type { ColumnDefinitionBuilder, Kysely } from 'kysely';

const required = (column: ColumnDefinitionBuilder) => column.notNull();
const key = (column: ColumnDefinitionBuilder) => column.notNull().primaryKey();
// AUTOINCREMENT: an id is never given out twice, so a cursor stays true when rows are pruned.
const counted = (column: ColumnDefinitionBuilder) => column.notNull().primaryKey().autoIncrement();

/** Text, integer and bigint only. Never edited after a release: a change is a migration of its own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('devices')
    .addColumn('mac', 'text', key)
    .addColumn('state', 'text', required)
    .addColumn('vendor_id', 'text')
    .addColumn('model', 'text')
    .addColumn('firmware', 'text')
    .addColumn('address', 'text')
    .addColumn('words', 'text', required)
    .addColumn('dialog', 'text')
    .addColumn('extensions', 'text', required)
    .addColumn('token', 'text')
    .addColumn('token_hash', 'text')
    .addColumn('settings', 'text', required)
    .addColumn('console_passwords', 'text')
    .addColumn('revision', 'integer', required)
    .addColumn('first_seen_at', 'bigint', required)
    .addColumn('last_seen_at', 'bigint')
    .addColumn('change_seq', 'bigint', required)
    .addColumn('changed_by', 'text', required)
    .execute();
  await db.schema
    .createTable('extensions')
    .addColumn('number', 'text', key)
    .addColumn('display_name', 'text', required)
    .addColumn('auth_name', 'text', required)
    .addColumn('password', 'text', required)
    .addColumn('voicemail', 'text', required)
    .addColumn('change_seq', 'bigint', required)
    .addColumn('changed_by', 'text', required)
    .execute();
  await db.schema
    .createTable('site')
    .addColumn('id', 'integer', key)
    .addColumn('content', 'text', required)
    .addColumn('console_password', 'text')
    .addColumn('revision', 'integer', required)
    .addColumn('change_seq', 'bigint', required)
    .addColumn('changed_by', 'text', required)
    .execute();
  await db.schema
    .createTable('removals')
    .addColumn('kind', 'text', required)
    .addColumn('name', 'text', required)
    .addColumn('removed_at', 'bigint', required)
    .addColumn('change_seq', 'bigint', required)
    .addColumn('changed_by', 'text', required)
    .addPrimaryKeyConstraint('removals_key', ['kind', 'name'])
    .execute();
  await db.schema
    .createTable('journeys')
    .addColumn('id', 'integer', counted)
    .addColumn('mac', 'text', required)
    .addColumn('at', 'bigint', required)
    .addColumn('step', 'text', required)
    .addColumn('reason', 'text', required)
    .addColumn('detail', 'text', required)
    .execute();
  await db.schema
    .createTable('audit')
    .addColumn('id', 'integer', counted)
    .addColumn('at', 'bigint', required)
    .addColumn('actor', 'text', required)
    .addColumn('action', 'text', required)
    .addColumn('subject', 'text', required)
    .addColumn('detail', 'text', required)
    .execute();
  await db.schema
    .createTable('tokens')
    .addColumn('id', 'text', key)
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('role', 'text', required)
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_at', 'bigint', required)
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema.createTable('meta').addColumn('name', 'text', key).addColumn('value', 'text', required).execute();
  await db.schema
    .createTable('sequences')
    .addColumn('name', 'text', key)
    .addColumn('last', 'bigint', required)
    .execute();

  for (const table of ['devices', 'extensions', 'site', 'removals']) {
    await db.schema.createIndex(`${table}_by_change`).on(table).column('change_seq').execute();
  }
  await db.schema.createIndex('journeys_by_device').on('journeys').columns(['mac', 'id']).execute();
  await db.schema.createIndex('journeys_by_time').on('journeys').column('at').execute();
  await db.schema.createIndex('audit_by_time').on('audit').column('at').execute();
}
