import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import Libsql from 'libsql';
import type { Logger } from '../core/logger.ts';
import { type CheckpointKeeper, createCheckpointKeeper } from './checkpoint-keeper.ts';
import type { Cipher } from './cipher.ts';
import { prepareDatabaseFile } from './database-file.ts';
import { drawKey } from './key-file.ts';
import { findKeyPlaces } from './key-places.ts';
import { createKeyRing, type KeyRing, openKeyRing } from './key-ring.ts';
import { migrate } from './migrations/migrator.ts';
import type { Reader, Schema, Writer } from './schema.ts';
import { LibsqlDialect } from './sqlite-dialect.ts';
import { messageOf, StoreError, sqliteCode } from './store-error.ts';

// How long one statement may sleep for a lock. The driver sleeps on the event loop, so the real waiting is done in `retryWhileBusy`.
const BUSY_TIMEOUT_MS = 2;
// How long a write waits for another process's: longer than the biggest import takes (100,000 phones: seconds).
const BUSY_PATIENCE_MS = 15_000;
// Spread, so that two waiting processes do not meet again.
const BUSY_PAUSE_MS = { least: 5, most: 25 };
// SQLite keeps the WAL file as large as it ever was; an import would leave it large for good.
const WAL_SIZE_LIMIT_BYTES = 16 * 1024 * 1024;

export interface OpenDatabaseOptions {
  /** Path of the file, or `:memory:`. Its folder also holds the key. */
  readonly file: string;
  readonly log?: Logger | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: (() => number) | undefined;
  /** Where systemd keeps the service's credentials; left out: what the environment says. */
  readonly credentialsDirectory?: string | undefined;
}

/** One open database. Several processes may have the same file open. */
export interface Database {
  readonly file: string;
  readonly cipher: Cipher;
  /** The same cipher, and its keys. */
  readonly keys: KeyRing;
  /** Marks the rows that this open database wrote. */
  readonly writer: string;
  readonly clock: () => number;
  readonly read: Reader;
  /**
   * One transaction, all or nothing; waits for other processes' writes. Durable (default): on disk when it resolves.
   * Not durable: a power cut may take the last of them, a killed process none. Throws StoreError: busy, not-writable, corrupt.
   */
  write<T>(work: (writer: Writer) => Promise<T>, options?: { readonly durable?: boolean }): Promise<T>;
  /** Several reads of one moment. Nothing else of this process touches the database until `work` resolves: do not call the store inside. */
  snapshot<T>(work: (reader: Reader) => Promise<T>): Promise<T>;
  /** Changes whenever another connection has written. */
  dataVersion(): Promise<number>;
  /** What SQLite finds wrong in the file; empty: nothing. Reads all of it. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens, and makes what is missing: folder, file, tables, key. Throws StoreError, with nothing overwritten. */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { file, log, clock = Date.now, credentialsDirectory = process.env.CREDENTIALS_DIRECTORY } = options;
  const inMemory = file === ':memory:';
  if (!inMemory) await prepareDatabaseFile(file);
  const kysely = new Kysely<Schema>({ dialect: new LibsqlDialect(connect(file), file) });
  try {
    const keys = await retryWhileBusy(file, async () => {
      await setUp(kysely);
      await migrate(kysely, file, log);
      if (inMemory) return createKeyRing(drawKey(), findKeyPlaces(file, undefined), log);
      return openKeyRing(kysely, { databaseFile: file, credentialsDirectory, log });
    });
    const keeper = inMemory ? undefined : createCheckpointKeeper(file, log);
    return createDatabase(file, kysely, keys, clock, keeper);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}

function connect(file: string): Libsql.Database {
  try {
    return new Libsql(file);
  } catch (error) {
    throw new StoreError('not-writable', `The database ${file} cannot be opened.`, error);
  }
}

async function setUp(db: Kysely<Schema>): Promise<void> {
  await sql.raw(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`).execute(db);
  await sql`PRAGMA journal_mode = WAL`.execute(db);
  await sql`PRAGMA synchronous = FULL`.execute(db);
  await sql`PRAGMA foreign_keys = ON`.execute(db);
  // `checkpoint-keeper` does it.
  await sql`PRAGMA wal_autocheckpoint = 0`.execute(db);
  await sql.raw(`PRAGMA journal_size_limit = ${WAL_SIZE_LIMIT_BYTES}`).execute(db);
}

function createDatabase(
  file: string,
  kysely: Kysely<Schema>,
  keys: KeyRing,
  clock: () => number,
  keeper: CheckpointKeeper | undefined,
): Database {
  let closing: Promise<void> | undefined;

  function writeOnce<T>(work: (writer: Writer) => Promise<T>, durable: boolean): Promise<T> {
    return kysely.connection().execute(async (connection) => {
      if (durable) return connection.transaction().execute(work);
      // One connection, so that a durable write also carries to disk whatever was written before it.
      await sql`PRAGMA synchronous = NORMAL`.execute(connection);
      try {
        return await connection.transaction().execute(work);
      } finally {
        await sql`PRAGMA synchronous = FULL`.execute(connection);
      }
    });
  }

  async function stop(): Promise<void> {
    await keeper?.close();
    // Waits for what is under way: the connection is handed out to one at a time. The driver closes its file only when its
    // statements are garbage, so SQLite's own checkpoint at closing may never come: then the database file alone is not whole.
    await kysely.connection().execute(async (connection) => {
      // Where it cannot be done (a full disk), the WAL file stays: nothing is lost.
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(connection).catch(() => undefined);
    });
    await kysely.destroy();
  }

  return {
    file,
    cipher: keys,
    keys,
    writer: randomBytes(6).toString('hex'),
    clock,
    read: kysely,
    async write(work, { durable = true } = {}) {
      let begun = false;
      const once = async (writer: Writer) => {
        begun = true;
        await keys.follow(writer);
        return work(writer);
      };
      const result = await retryWhileBusy(
        file,
        () => writeOnce(once, durable),
        () => !begun,
      );
      keeper?.noteWrite();
      return result;
    },
    snapshot(work) {
      return kysely.connection().execute(async (connection) => {
        // Deferred: a reader must not keep other processes from writing.
        await sql`BEGIN DEFERRED`.execute(connection);
        try {
          return await work(connection);
        } finally {
          // Nothing was written. A COMMIT is refused where a write of this process was turned away as busy and waits to be tried again.
          await sql`ROLLBACK`.execute(connection);
        }
      });
    },
    async dataVersion() {
      const { rows } = await sql<{ data_version: number }>`PRAGMA data_version`.execute(kysely);
      return rows[0]?.data_version ?? 0;
    },
    async check() {
      try {
        const { rows } = await sql<{ quick_check: string }>`PRAGMA quick_check(20)`.execute(kysely);
        return rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
      } catch (error) {
        return [messageOf(error)];
      }
    },
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

/** Waits on the event loop's clock, not on the event loop. */
async function retryWhileBusy<T>(file: string, attempt: () => Promise<T>, mayRetry = () => true): Promise<T> {
  const giveUpAt = performance.now() + BUSY_PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!sqliteCode(error).startsWith('SQLITE_BUSY') || !mayRetry()) throw error;
      if (performance.now() > giveUpAt) {
        const message = `The database ${file} was locked by another process for ${BUSY_PATIENCE_MS / 1000} s.`;
        throw new StoreError('busy', `${message} Is an import or a backup stuck?`, error);
      }
      await sleep(BUSY_PAUSE_MS.least + Math.random() * (BUSY_PAUSE_MS.most - BUSY_PAUSE_MS.least));
    }
  }
}
