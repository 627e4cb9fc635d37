import { mkdir, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Secret } from '../../core/secret.ts';
import { keyIdOf } from '../cipher.ts';
import { LOCK_FILE, lockDataDir } from '../data-dir-lock.ts';
import { giveToFolderOwner } from '../file-owner.ts';
import { findKeyPlaces, KEY_FILE } from '../key-places.ts';
import { DATABASE_FILE } from '../store.ts';
import { hasCode, messageOf, StoreError } from '../store-error.ts';
import { BackupError } from './backup-error.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { listFolderPlaces } from './backup-places.ts';
import { type OpenBackup, openBackup } from './backup-reader.ts';
import { checkStaged, type StagedFacts, type StagingFolders, stageBackup } from './backup-staging.ts';
import { explainDiskError } from './backup-writer.ts';
import { checkSpace } from './disk-space.ts';
import { decideRestore, finishRestore, type Move, type RestorePlan } from './finish-restore.ts';
import { makeScratch, removeLeftovers, removeScratch } from './scratch-folders.ts';

export interface RestoreOptions {
  readonly file: string;
  readonly passphrase: Secret;
  readonly dataDir: string;
  readonly siteDir: string;
  /** Also where a database is there already: it is kept aside. */
  readonly force: boolean;
  readonly actor: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly credentialsDirectory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly onStep?: (step: string) => void;
}

export interface Restored extends StagedFacts {
  readonly manifest: BackupManifest;
  /** Folders with what was there before. */
  readonly keptIn: readonly string[];
}

/**
 * Puts a backup in the place of what is there. Everything is written beside it and proved first; then one file decides. Killed
 * before that, the old state is untouched; killed after it, whoever opens the data folder next finishes. Throws BackupError, StoreError.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { dataDir, siteDir, force } = options;
  const lock = lockDataDir(dataDir);
  if (lock === undefined) {
    const message = `A Plugtone server runs on ${dataDir}, or another restore does. Stop it first.`;
    throw new BackupError('in-use', message);
  }
  try {
    await giveToFolderOwner(join(dataDir, LOCK_FILE));
    await finishRestore(dataDir);
    if (!force && (await isThere(join(dataDir, DATABASE_FILE)))) {
      const message = `${dataDir} holds a database already. With --force, it is kept aside and the backup takes its place.`;
      throw new BackupError('exists', message);
    }
    await mkdir(siteDir, { recursive: true });
    await removeLeftovers(dataDir);
    await removeLeftovers(siteDir);
    return await stageAndPlace(options);
  } catch (error) {
    throw error instanceof BackupError || error instanceof StoreError ? error : explainDiskError(error, dataDir);
  } finally {
    lock.release();
  }
}

async function stageAndPlace(options: RestoreOptions): Promise<Restored> {
  const { file, passphrase, dataDir, siteDir, signal, onStep = () => undefined } = options;
  const backup = await openBackup(file, passphrase);
  await checkSpace([{ folder: dataDir, bytes: 2 * backup.manifest.bytes }]);
  onStep('opened');
  const staging = { data: await makeScratch(dataDir, 'restore'), site: await makeScratch(siteDir, 'restore') };
  const asides: string[] = [];
  let isDecided = false;
  try {
    await stageBackup(backup, staging, signal);
    onStep('staged');
    const facts = await checkStaged(staging, backup.manifest, async (store) => {
      // Who was logged in then may have been sent away since.
      await store.database.write((writer) => writer.deleteFrom('sessions').execute());
      await store.audit.append([entryOf(options, backup)]);
    });
    await settleKey(options, staging, facts.keyId);
    for (const folder of [staging.data, staging.site])
      await handOver(folder, folder === staging.data ? dataDir : siteDir);
    onStep('checked');
    const plan = await planMoves(options, backup.manifest, staging, asides);
    signal?.throwIfAborted();
    await decideRestore(dataDir, plan);
    isDecided = true;
    onStep('decided');
    await finishRestore(dataDir, onStep);
    return { manifest: backup.manifest, keptIn: await removeEmpty(asides), ...facts };
  } finally {
    if (!isDecided) {
      for (const folder of [staging.data, staging.site]) await removeScratch(folder);
      await removeEmpty(asides);
    }
  }
}

/** Resolves to those that are not: where nothing was, nothing is kept. */
async function removeEmpty(folders: readonly string[]): Promise<readonly string[]> {
  const kept = await Promise.all(
    folders.map((folder) =>
      rmdir(folder).then(
        () => [],
        () => [folder],
      ),
    ),
  );
  return kept.flat();
}

function entryOf({ actor, now }: RestoreOptions, { manifest }: OpenBackup) {
  const detail = {
    madeAt: new Date(manifest.madeAt).toISOString(),
    version: manifest.version,
    phones: manifest.phones,
  };
  return { at: now, actor, action: 'backup.restored', subject: 'site', detail };
}

/** Where the service has its key as a credential, no other one is left on the disk. */
async function settleKey(
  { credentialsDirectory }: RestoreOptions,
  { data }: StagingFolders,
  keyId: string,
): Promise<void> {
  const places = findKeyPlaces(join(data, DATABASE_FILE), credentialsDirectory);
  const key = places.isCredential ? places.read() : undefined;
  if (key === undefined) return;
  if (keyIdOf(key) !== keyId) {
    const message = `The systemd credential ${places.file} is not the key of the backup (${keyIdOf(key)}, ${keyId} was wanted). Without CREDENTIALS_DIRECTORY, the backup's own key is put beside the database; make the credential of it then.`;
    throw new StoreError('key-wrong', message);
  }
  await rm(join(data, KEY_FILE));
}

/** Restored by root, the files are the service's all the same: whoever owns the folder owns them. */
async function handOver(staged: string, folder: string): Promise<void> {
  await giveToFolderOwner(staged, folder);
  for (const item of await readdir(staged, { withFileTypes: true, recursive: true })) {
    // SQLite's own files beside the database stay here, and may vanish meanwhile.
    if (!/-(wal|shm)$/.test(item.name)) await giveToFolderOwner(join(item.parentPath, item.name), folder);
  }
}

async function planMoves(
  { dataDir, siteDir, now }: RestoreOptions,
  manifest: BackupManifest,
  staging: StagingFolders,
  asides: string[],
): Promise<RestorePlan> {
  const name = `replaced-${new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')}`;
  const data = { staged: staging.data, folder: dataDir, aside: await makeAside(dataDir, name) };
  asides.push(data.aside);
  const site = { staged: staging.site, folder: siteDir, aside: await makeAside(siteDir, name) };
  asides.push(site.aside);
  const move = ({ staged, folder, aside }: typeof data, item: string, companions: readonly string[] = []): Move => ({
    from: join(staged, item),
    to: join(folder, item),
    aside: join(aside, item),
    companions,
  });
  const folders = listFolderPlaces(siteDir, true).filter((place) => manifest.folders.includes(place.name));
  return {
    leave: (await listWaitingKeys(dataDir)).map((key) => ({ path: join(dataDir, key), aside: join(data.aside, key) })),
    moves: [
      ...folders.map((place) => move(site, basename(place.path))),
      move(data, KEY_FILE),
      move(data, DATABASE_FILE, ['-wal', '-shm']),
    ],
    scratch: [staging.data, staging.site],
  };
}

/** Made also where nothing will be in it: a plan is finished without questions. */
async function makeAside(folder: string, name: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const path = join(folder, attempt === 1 ? name : `${name}-${attempt}`);
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Of a change of the key that was cut off: the old database may need one of them. */
async function listWaitingKeys(dataDir: string): Promise<readonly string[]> {
  return (await readdir(dataDir)).filter((name) => name.startsWith(`${KEY_FILE}.`));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw new BackupError('not-readable', `${path} cannot be read: ${messageOf(error)}`, error);
  }
}
