import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, messageOf } from '../store-error.ts';
import { BackupError } from './backup-error.ts';
import type { FolderPlace } from './backup-places.ts';
import { type Entry, isSafeName } from './entries.ts';

export interface FolderFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

export interface FolderFiles {
  readonly files: readonly FolderFile[];
  /** Links, devices and names that cannot be kept: on the disk. */
  readonly skipped: readonly string[];
}

/** Every regular file below the folders. Links are not followed: they may lead anywhere. */
export async function listFolderFiles(places: readonly FolderPlace[]): Promise<FolderFiles> {
  const files: FolderFile[] = [];
  const skipped: string[] = [];

  async function walk(name: string, path: string): Promise<void> {
    const items = await readdir(path, { withFileTypes: true });
    for (const item of items.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const [innerName, innerPath] = [`${name}/${item.name}`, join(path, item.name)];
      if (!isSafeName(innerName) || !(item.isFile() || item.isDirectory())) skipped.push(innerPath);
      else if (item.isDirectory()) await walk(innerName, innerPath);
      else files.push({ name: innerName, path: innerPath, bytes: (await stat(innerPath)).size });
    }
  }

  for (const { name, path } of places) {
    await walk(name, path).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
    });
  }
  return { files, skipped };
}

/** What has another length by now was changed meanwhile. Throws BackupError: changed. */
export function openFolderFile({ name, path, bytes }: FolderFile): Entry {
  return { name, bytes, content: contentOf() };

  async function* contentOf(): AsyncGenerator<Buffer> {
    let read = 0;
    try {
      for await (const piece of createReadStream(path)) {
        read += (piece as Buffer).length;
        if (read > bytes) break;
        yield piece as Buffer;
      }
    } catch (cause) {
      if (hasCode(cause, 'ENOENT')) read = -1;
      else throw new BackupError('not-readable', `${path} cannot be read: ${messageOf(cause)}`, cause);
    }
    if (read === bytes) return;
    throw new BackupError('changed', `${path} changed while it was read. Make the backup again.`);
  }
}
