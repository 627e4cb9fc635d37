import { access, chmod, constants, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode, messageOf, StoreError } from './store-error.ts';

/** Makes folder (0700) and file (0600) where they are missing; SQLite gives its -wal and -shm files the mode of the file. */
export async function prepareDatabaseFile(file: string): Promise<void> {
  const folder = dirname(file);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new StoreError('not-writable', `The data folder ${folder} cannot be made: ${messageOf(cause)}`, cause);
  }
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.close();
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) {
      throw new StoreError('not-writable', `The database ${file} cannot be made: ${messageOf(cause)}`, cause);
    }
  }
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) await chmod(file, 0o600);
    await access(file, constants.R_OK | constants.W_OK);
    // The WAL file is made beside it.
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StoreError('not-writable', `The database ${file} cannot be written: ${messageOf(cause)}`, cause);
  }
}

/** Bytes of the file and of the -wal file beside it; 0: there is none. */
export async function measureDatabaseFile(
  file: string,
): Promise<{ readonly bytes: number; readonly walBytes: number }> {
  const sizeOf = (path: string) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  const [bytes, walBytes] = await Promise.all([sizeOf(file), sizeOf(`${file}-wal`)]);
  return { bytes, walBytes };
}
