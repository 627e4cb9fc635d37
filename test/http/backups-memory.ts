import { Readable } from 'node:stream';
import type { BackupFile, BackupTry } from '../../src/core/backup.ts';
import { err, ok, type Result } from '../../src/core/result.ts';
import type { Secret } from '../../src/core/secret.ts';
import type { BackupDoors } from '../../src/flows/backups.ts';

/** A folder of backups, and how they are written, in memory. */
export function createBackupsMemory() {
  const files: BackupFile[] = [];
  const passphrases: string[] = [];
  let last: BackupTry | null = null;
  let trouble: string | undefined;
  let gate: Promise<void> = Promise.resolve();
  const doors: Pick<BackupDoors, 'folder' | 'write' | 'tries'> = {
    folder: {
      list: async () => [...files],
      async prune(kind, keep) {
        const old = files.filter((file) => file.kind === kind).slice(keep);
        for (const file of old) files.splice(files.indexOf(file), 1);
        return old.length;
      },
      async read(name) {
        const file = files.find((candidate) => candidate.name === name);
        return file && { bytes: file.bytes, stream: Readable.from([Buffer.alloc(file.bytes, 'x')]) };
      },
    },
    async write(kind, passphrase: Secret, now): Promise<Result<BackupFile, string>> {
      await gate;
      passphrases.push(passphrase.reveal());
      if (trouble !== undefined) return err(trouble);
      const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
      const file: BackupFile = { name: `plugtone-${kind}-${time}.backup`, kind, madeAt: now, bytes: 40 };
      files.unshift(file);
      return ok(file);
    },
    tries: {
      read: async () => last,
      async write(tried) {
        last = tried;
      },
    },
  };
  return {
    doors,
    files,
    passphrases,
    last: () => last,
    /** From now on, none can be made. */
    fail(reason: string | undefined) {
      trouble = reason;
    },
    /** Those that are begun from now on wait for this. */
    hold(until: Promise<void>) {
      gate = until;
    },
  };
}
