import { mkdirSync } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { buildLogFileName, chooseOldLogFiles } from './choose-old-log-files.ts';

/** Of all files together: a flood of lines shall not fill the disk that the database needs. */
const MOST_BYTES = 1024 ** 3;
/** Of one: what an editor still opens. */
const MOST_BYTES_PER_FILE = '64M';
/** Bytes that wait for the disk: some 5,000 lines. What comes beyond is counted, not kept. */
const MOST_WAITING_BYTES = 1024 ** 2;
/** A full disk is tried again then. */
const RETRY_MS = 30_000;
/** How long the end waits for the disk. */
const CLOSE_WITHIN_MS = 2_000;

export interface LogFilesOptions {
  readonly dir: string;
  readonly every: 'daily' | 'hourly';
  readonly keepDays: number;
  readonly clock?: (() => number) | undefined;
  /** Nothing is written from now on; said once, until it works again. */
  readonly onTrouble: (cause: unknown) => void;
  /** It works again, or has caught up after a stall that nobody was told of; so many lines are lost. */
  readonly onRecovery: (lost: number) => void;
  /** For tests. */
  readonly retryMs?: number;
  readonly mostBytes?: number;
}

/** Lines in files, a new file each day or hour. Never throws and never waits: what cannot be written is lost and counted. */
export interface LogFiles {
  /** With its line end. */
  write(line: string): void;
  /** Resolves when all that waits is in the file, or it cannot be. */
  close(): Promise<void>;
}

export function openLogFiles(options: LogFilesOptions): LogFiles {
  const { dir, every, keepDays, clock = Date.now, onTrouble, onRecovery, retryMs = RETRY_MS } = options;
  let stream: RotatingFileStream | undefined;
  let retry: NodeJS.Timeout | undefined;
  let inTrouble = false;
  let isClosed = false;
  let lost = 0;

  /** Opening says little: on a full disk it still works, and only a line that is written shows that there is room again. */
  function onWritten(error: Error | null | undefined): void {
    if (error) {
      lost += 1;
      return;
    }
    // A disk that only stood still for a while has told no error: what is lost is known when it has caught up.
    const isBehind = (stream?.writableLength ?? 0) > 0;
    if (!inTrouble && (lost === 0 || isBehind)) return;
    inTrouble = false;
    onRecovery(lost);
    lost = 0;
  }

  function open(): void {
    try {
      mkdirSync(dir, { recursive: true, mode: 0o750 });
      const opened = createStream((at, part = 1) => buildLogFileName(new Date(at ?? clock()), every, part), {
        path: dir,
        interval: every === 'daily' ? '1d' : '1h',
        intervalUTC: true,
        // A file has its name from its first line on, so that nothing is renamed under who reads it.
        immutable: true,
        size: MOST_BYTES_PER_FILE,
        mode: 0o640,
      });
      stream = opened;
      opened.on('open', () => void removeOld());
      opened.on('error', (cause) => fail(opened, cause));
    } catch (cause) {
      fail(undefined, cause);
    }
  }

  function fail(failed: RotatingFileStream | undefined, cause: unknown): void {
    if (isClosed || failed !== stream) return;
    stream = undefined;
    if (!inTrouble) onTrouble(cause);
    inTrouble = true;
    retry = setTimeout(open, retryMs);
    retry.unref();
  }

  /** A file that cannot be removed today can be tomorrow. */
  async function removeOld(): Promise<void> {
    try {
      const files = await Promise.all(
        (await readdir(dir)).map(async (name) => ({ name, bytes: (await stat(join(dir, name))).size })),
      );
      const retention = { keepDays, mostBytes: options.mostBytes ?? MOST_BYTES };
      for (const name of chooseOldLogFiles(files, clock(), retention)) await unlink(join(dir, name));
    } catch {
      // Somebody else tidied up meanwhile, or the folder is not ours to tidy: writing tells what is wrong with it.
    }
  }

  open();
  return {
    write(line) {
      if (stream === undefined || stream.writableLength > MOST_WAITING_BYTES) lost += 1;
      else stream.write(line, onWritten);
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      const ending = stream;
      stream = undefined;
      if (ending === undefined) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, CLOSE_WITHIN_MS);
        const end = () => {
          clearTimeout(timer);
          resolve();
        };
        ending.once('error', end).once('close', end);
        ending.end();
      });
    },
  };
}
