import { dirname } from 'node:path';
import type { BackupTry } from '../core/backup.ts';
import type { Logger } from '../core/logger.ts';
import { err, ok } from '../core/result.ts';
import { type Backups, createBackups } from '../flows/backups.ts';
import type { Office } from '../flows/office.ts';
import { BackupError } from '../store/backup/backup-error.ts';
import { openBackupFolder } from '../store/backup/backup-folder.ts';
import { writeBackupFile } from '../store/backup/backup-writer.ts';
import { createMetaStore } from '../store/meta-store.ts';
import type { Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import { version } from './version.ts';

const TRY_NAME = 'backup-try';

/** Backups into the data folder. `stop` waits for the one under way, which the signal ends. */
export function openApplianceBackups({
  store,
  office,
  siteDir,
  signal,
  log,
  clock,
}: {
  readonly store: Store;
  readonly office: Office;
  readonly siteDir: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: () => number;
}): Backups {
  const { database } = store;
  const folder = openBackupFolder(dirname(database.file));
  const meta = createMetaStore(database);
  return createBackups({
    office,
    folder,
    async write(kind, passphrase, now) {
      const path = folder.pathFor(kind, now);
      try {
        await folder.prepare();
        await writeBackupFile(path, { database, siteDir, withFiles: false, passphrase, version: version(), signal });
        const file = (await folder.list()).find((candidate) => path.endsWith(candidate.name));
        return file === undefined ? err('The backup vanished when it was made.') : ok(file);
      } catch (error) {
        if (error instanceof BackupError || error instanceof StoreError) return err(error.message);
        if (signal.aborted) return err('The appliance was stopped while the backup was made.');
        throw error;
      }
    },
    tries: {
      read: async () => readTry(await meta.read(TRY_NAME)),
      write: (last) => meta.write(TRY_NAME, JSON.stringify(last)),
    },
    log,
    clock,
  });
}

/** Our own note, but of another version perhaps: what is not understood is nothing. */
function readTry(text: string | undefined): BackupTry | null {
  try {
    const { at, kind, problem }: Partial<Record<keyof BackupTry, unknown>> = JSON.parse(text ?? '{}');
    const isKind = kind === 'nightly' || kind === 'manual';
    if (typeof at !== 'number' || !isKind || !(problem === null || typeof problem === 'string')) return null;
    return { at, kind, problem };
  } catch {
    return null;
  }
}
