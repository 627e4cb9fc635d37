import { openBackupFolder } from '../store/backup/backup-folder.ts';

/** When the newest backup in the data directory was made, in milliseconds since 1970; null: there is none, or it cannot be seen. */
export async function findNewestBackup(dataDir: string): Promise<number | null> {
  const files = await openBackupFolder(dataDir)
    .list()
    .catch(() => []);
  return files[0]?.madeAt ?? null;
}
