import { open } from 'node:fs/promises';
import Libsql from 'libsql';
import LibsqlPromise from 'libsql/promise';
import { explainError } from '../store-error.ts';

// On a thread of the driver: nobody else waits meanwhile.
const BUSY_TIMEOUT_MS = 10_000;

export interface Snapshot {
  /** The key that its values are sealed with. */
  readonly keyId: string;
  readonly schema: readonly string[];
  /** Approved ones. */
  readonly phones: number;
}

/**
 * A copy of the database as it is at one moment, while others write. Free pages are not copied: what was removed is not in it.
 * `target` must not be there yet.
 */
export async function takeSnapshot(databaseFile: string, target: string): Promise<Snapshot> {
  // SQLite fills an empty file, and leaves its mode as it is.
  await (await open(target, 'wx', 0o600)).close();
  const connection = new LibsqlPromise(databaseFile, {});
  try {
    await connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    await connection.exec(`VACUUM INTO '${target.replaceAll("'", "''")}'`);
  } catch (error) {
    throw explainError(error, databaseFile);
  } finally {
    connection.close();
  }
  const copy = new Libsql(target);
  try {
    const all = (sql: string) => copy.prepare(sql).all([]) as readonly Readonly<Record<string, unknown>>[];
    return {
      keyId: String(all(`select value from meta where name = 'key_id'`)[0]?.value),
      schema: all('select name from migrations order by name').map(({ name }) => String(name)),
      phones: Number(all(`select count(*) as phones from devices where state = 'approved'`)[0]?.phones),
    };
  } finally {
    copy.close();
  }
}
