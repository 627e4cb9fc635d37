import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where nightly backups are kept below the data directory. */
const FOLDER = 'backups';

/** When the newest nightly backup was written, in milliseconds since 1970; null: there is none, or it cannot be seen. */
export async function findNewestBackup(dataDir: string): Promise<number | null> {
  const folder = join(dataDir, FOLDER);
  const names = await readdir(folder).catch(() => []);
  const times = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
  const files = times.flatMap((facts) => (facts?.isFile() ? [facts.mtimeMs] : []));
  return files.length === 0 ? null : Math.max(...files);
}
