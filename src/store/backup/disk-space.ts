import { stat, statfs } from 'node:fs/promises';
import { BackupError } from './backup-error.ts';

/** Room for what goes on beside it: the log, the history, the WAL file. */
const MARGIN_BYTES = 16 * 1024 * 1024;

export interface SpaceNeed {
  readonly folder: string;
  readonly bytes: number;
}

/** Is there room for all of it, and some more? Folders of one file system share what is free. Throws BackupError: no-space. */
export async function checkSpace(needs: readonly SpaceNeed[]): Promise<void> {
  const byDevice = new Map<number, SpaceNeed>();
  for (const { folder, bytes } of needs) {
    const { dev } = await stat(folder);
    const before = byDevice.get(dev);
    byDevice.set(dev, { folder: before?.folder ?? folder, bytes: (before?.bytes ?? 0) + bytes });
  }
  for (const { folder, bytes } of byDevice.values()) {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const wanted = bytes + MARGIN_BYTES;
    if (free >= wanted) continue;
    throw new BackupError(
      'no-space',
      `Too little room on the disk of ${folder}: ${inMB(free)} MB are free, ${inMB(wanted)} MB are wanted.`,
    );
  }
}

function inMB(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
