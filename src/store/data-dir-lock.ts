import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import { hasCode, messageOf, StoreError, sqliteCode } from './store-error.ts';

/** Empty; what counts is SQLite's lock on it, which the kernel takes back from a process that dies. */
export const LOCK_FILE = 'server.lock';

/** This process alone serves from the data folder, or puts a backup in its place. Commands that only decide something need no lock. */
export interface DataDirLock {
  /** Doing it twice is harmless. */
  release(): void;
}

/** Undefined: another process has it. Makes the folder where it is missing. Throws StoreError: not-writable. */
export function lockDataDir(dataDir: string): DataDirLock | undefined {
  const file = join(dataDir, LOCK_FILE);
  let connection: Libsql.Database | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    makeFile(file);
    connection = new Libsql(file);
    // Nothing is written, so no journal is wanted beside it.
    connection.exec('PRAGMA journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    connection?.close();
    if (sqliteCode(cause).startsWith('SQLITE_BUSY')) return undefined;
    throw new StoreError('not-writable', `The data folder ${dataDir} cannot be locked: ${messageOf(cause)}`, cause);
  }
  let held: Libsql.Database | undefined = connection;
  return {
    release() {
      const holder = held;
      held = undefined;
      holder?.exec('ROLLBACK');
      holder?.close();
    },
  };
}

/** A file that is there is not opened: closing it again would drop this process's own lock (fcntl(2), "the traditional record locks"). */
function makeFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}
