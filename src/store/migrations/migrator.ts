import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import type { Logger } from '../../core/logger.ts';
import type { Schema } from '../schema.ts';
import { StoreError } from '../store-error.ts';
import { MIGRATIONS } from './all.ts';

const TABLE = 'migrations';

/** Brings the tables up to date, each step all or nothing. Throws StoreError: newer-schema. */
export async function migrate(
  db: Kysely<Schema>,
  file: string,
  log: Logger | undefined,
  migrations: Readonly<Record<string, Migration>> = MIGRATIONS,
): Promise<void> {
  const done = await executedMigrations(db);
  const unknown = done.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    const message = `The database ${file} was written by a newer Plugtone (it has ${unknown.join(', ')}). Install that version again, or restore a backup made by this one.`;
    throw new StoreError('newer-schema', message);
  }
  // Up to date: no write lock is wanted, a running server keeps its pace.
  if (Object.keys(migrations).every((name) => done.includes(name))) return;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...migrations }) },
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  for (const { migrationName } of results ?? []) {
    log?.info({ event: 'store.migrated', migration: migrationName }, 'database migrated');
  }
}

async function executedMigrations(db: Kysely<Schema>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === TABLE)) return [];
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(TABLE)}`.execute(db);
  return rows.map(({ name }) => name);
}
