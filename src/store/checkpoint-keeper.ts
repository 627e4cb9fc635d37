import { stat } from 'node:fs/promises';
import Libsql from 'libsql/promise';
import type { Logger } from '../core/logger.ts';
import { messageOf } from './store-error.ts';

// SQLite's own threshold: 1,000 pages of 4 KiB.
const WAL_FULL_BYTES = 4_000 * 1024;
const LOOK_AFTER_MS = 1_000;

/**
 * Moves the WAL's pages into the database file. SQLite would do it inside some commit, on the event loop: on a flash card that
 * stalls every phone for as long as a thousand scattered writes take. A second connection does it on a thread of the driver.
 */
export interface CheckpointKeeper {
  noteWrite(): void;
  /** Waits for the one under way. */
  close(): Promise<void>;
}

export function createCheckpointKeeper(file: string, log: Logger | undefined): CheckpointKeeper {
  let connection: Libsql | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function checkpointIfFull(): Promise<void> {
    const { size } = await stat(`${file}-wal`);
    if (size < WAL_FULL_BYTES) return;
    connection ??= new Libsql(file, {});
    // The long part first, which keeps nobody waiting; then the short one, which needs the write lock and empties the file.
    await connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
    await connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  function look(): void {
    timer = undefined;
    running = running.then(checkpointIfFull).catch((error: unknown) => {
      log?.warn({ event: 'store.checkpoint-failed', reason: messageOf(error) }, 'the WAL file keeps growing');
    });
  }

  return {
    noteWrite() {
      if (timer !== undefined) return;
      timer = setTimeout(look, LOOK_AFTER_MS);
      timer.unref();
    },
    async close() {
      clearTimeout(timer);
      await running;
      connection?.close();
    },
  };
}
