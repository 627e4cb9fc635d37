import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../../core/secret.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { openBackup } from './backup-reader.ts';
import { checkStaged, type StagedFacts, stageBackup } from './backup-staging.ts';
import { explainDiskError } from './backup-writer.ts';
import { checkSpace } from './disk-space.ts';
import { removeScratch } from './scratch-folders.ts';

/** Restores a backup into a folder of its own, looks at all of it, and removes the folder again. Throws BackupError. */
export async function verifyBackup(
  file: string,
  passphrase: Secret,
  signal?: AbortSignal,
): Promise<StagedFacts & { readonly manifest: BackupManifest }> {
  const backup = await openBackup(file, passphrase);
  // 0700: for a moment, what is secret lies in it.
  const folder = await mkdtemp(join(tmpdir(), 'plugtone-verify-'));
  try {
    await checkSpace([{ folder, bytes: 2 * backup.manifest.bytes }]);
    const staging = { data: join(folder, 'data'), site: join(folder, 'site') };
    for (const part of [staging.data, staging.site]) await mkdir(part);
    await stageBackup(backup, staging, signal);
    return { manifest: backup.manifest, ...(await checkStaged(staging, backup.manifest)) };
  } catch (error) {
    throw explainDiskError(error, folder);
  } finally {
    await removeScratch(folder);
  }
}
