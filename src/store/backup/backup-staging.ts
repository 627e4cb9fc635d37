import { chmod, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keyIdOf } from '../cipher.ts';
import { measureDatabaseFile } from '../database-file.ts';
import { readKeyFile, syncFolder } from '../key-file.ts';
import { KEY_FILE } from '../key-places.ts';
import { checkSealedValues } from '../sealed-columns.ts';
import { DATABASE_FILE, openStore, type Store } from '../store.ts';
import { hasCode, StoreError } from '../store-error.ts';
import { damaged } from './backup-error.ts';
import type { BackupManifest } from './backup-manifest.ts';
import { DATABASE_ENTRY, KEY_ENTRY, listFolderPlaces } from './backup-places.ts';
import type { OpenBackup } from './backup-reader.ts';
import type { Entry } from './entries.ts';

/** Where the parts of a backup are put, to be looked at: scratch folders. */
export interface StagingFolders {
  /** Gets `plugtone.db` and `secret.key`. */
  readonly data: string;
  /** Gets `overrides` and `files`. */
  readonly site: string;
}

/** Writes every file of the backup below the staging folders; all of it is on disk when this resolves. Throws BackupError. */
export async function stageBackup(
  { manifest, entries }: OpenBackup,
  staging: StagingFolders,
  signal?: AbortSignal,
): Promise<void> {
  const known = listFolderPlaces(staging.site, true);
  const folders = manifest.folders.map((name) => {
    const place = known.find((candidate) => candidate.name === name);
    if (place === undefined) throw damaged(`it holds the folder ${name}, which has no place`);
    return place;
  });
  for (const { path } of folders) await mkdir(path, { recursive: true });
  const written = new Set<string>();
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const path = pathOf(entry.name);
    if (path === undefined) throw damaged(`it holds ${entry.name}, which has no place`);
    await mkdir(dirname(path), { recursive: true });
    await writeEntry(path, entry);
    written.add(entry.name);
  }
  if (!written.has(DATABASE_ENTRY) || !written.has(KEY_ENTRY)) throw damaged('it has no database or no key');
  for (const folder of [staging.data, staging.site]) await syncFolders(folder);

  function pathOf(name: string): string | undefined {
    if (name === DATABASE_ENTRY) return join(staging.data, DATABASE_FILE);
    if (name === KEY_ENTRY) return join(staging.data, KEY_FILE);
    const place = folders.find((candidate) => name.startsWith(`${candidate.name}/`));
    return place && join(place.path, name.slice(place.name.length + 1));
  }
}

async function writeEntry(path: string, { name, content }: Entry): Promise<void> {
  // What phones and technicians are to read is for everybody who may enter its folder; the rest is the service's own.
  const mode = name.startsWith('site/') ? 0o644 : 0o600;
  try {
    const handle = await open(path, 'wx', mode);
    try {
      for await (const piece of content) await handle.writeFile(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (hasCode(error, 'EEXIST') || hasCode(error, 'EISDIR')) throw damaged(`it holds ${name} twice`);
    throw error;
  }
  await chmod(path, mode);
}

async function syncFolders(folder: string): Promise<void> {
  for (const item of await readdir(folder, { withFileTypes: true })) {
    if (item.isDirectory()) await syncFolders(join(folder, item.name));
  }
  await syncFolder(folder);
}

export interface StagedFacts {
  readonly keyId: string;
  readonly devices: number;
  readonly extensions: number;
  /** Sealed values, each of which opened. */
  readonly values: number;
}

/**
 * Opens what was staged as the program would, which brings an older database up to date: is it whole, does the key open every
 * value? `work`: with the open store, before it is closed. Throws BackupError: damaged.
 */
export async function checkStaged(
  { data }: StagingFolders,
  { keyId }: BackupManifest,
  work: (store: Store) => Promise<void> = () => Promise.resolve(),
): Promise<StagedFacts> {
  const key = readKeyFile(join(data, KEY_FILE));
  if (key === undefined || keyIdOf(key) !== keyId) throw damaged('its key is not the one it names');
  let store: Store | undefined;
  try {
    store = await openStore({ dataDir: data, credentialsDirectory: '' });
    if (store.database.cipher.keyId !== keyId) throw damaged('its key is not that of its database');
    const [problem] = await store.database.check();
    if (problem !== undefined) throw damaged(`SQLite says: ${problem.slice(0, 200)}`);
    const values = await checkSealedValues(store.database.read, store.database.cipher);
    const [devices, extensions] = [await store.devices.all(), await store.extensions.all()];
    await store.site.get();
    await work(store);
    await store.close();
    // What is in the WAL file yet would not come along.
    const { walBytes } = await measureDatabaseFile(join(data, DATABASE_FILE));
    if (walBytes > 0) throw new Error(`${walBytes} bytes of the database are not merged`);
    return { keyId, values, devices: devices.length, extensions: extensions.length };
  } catch (error) {
    if (error instanceof StoreError) throw damaged(error.message);
    throw error;
  } finally {
    await store?.close();
  }
}
