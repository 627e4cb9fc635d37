import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Secret } from '../../core/secret.ts';
import type { Database } from '../database.ts';
import { measureDatabaseFile } from '../database-file.ts';
import { syncFolder } from '../key-file.ts';
import { hasCode, messageOf } from '../store-error.ts';
import { BackupError } from './backup-error.ts';
import { deriveBackupKeys, KEY_COST } from './backup-keys.ts';
import { type BackupManifest, formatManifest, MANIFEST_NAME } from './backup-manifest.ts';
import { DATABASE_ENTRY, KEY_ENTRY, listFolderPlaces } from './backup-places.ts';
import { sealChunks } from './chunks.ts';
import { type Snapshot, takeSnapshot } from './database-snapshot.ts';
import { checkSpace } from './disk-space.ts';
import { type Entry, packEntries } from './entries.ts';
import { type FolderFile, listFolderFiles, openFolderFile } from './folder-files.ts';
import { formatHeaderFacts, formatHeaderSum, formatHeaderTag, SALT_BYTES } from './format-backup-header.ts';
import { makeScratch, removeScratch } from './scratch-folders.ts';

export interface BackupOptions {
  readonly database: Database;
  readonly siteDir: string;
  /** Also what the site's folder `files` holds. */
  readonly withFiles: boolean;
  readonly passphrase: Secret;
  /** Of the program. */
  readonly version: string;
  readonly signal?: AbortSignal | undefined;
  /** For tests. */
  readonly cost?: { readonly memoryKiB: number; readonly passes: number; readonly lanes: number };
}

/** A backup that is being made: a moment of the database is kept until `remove`. */
export interface PreparedBackup {
  readonly manifest: BackupManifest;
  /** Files of the site that are not in it. */
  readonly skipped: readonly string[];
  /** The file, piece by piece. */
  bytes(): AsyncGenerator<Buffer>;
  remove(): Promise<void>;
}

/** `into`: where the file goes, if it goes to a disk. Throws BackupError: no-space, changed, and StoreError. */
export async function prepareBackup(
  options: BackupOptions,
  into: string | undefined = undefined,
): Promise<PreparedBackup> {
  const { database, siteDir, withFiles, version } = options;
  const dataDir = dirname(database.file);
  const places = listFolderPlaces(siteDir, withFiles);
  const { files, skipped } = await listFolderFiles(places);
  const { bytes, walBytes } = await measureDatabaseFile(database.file);
  const rest = files.reduce((sum, file) => sum + file.bytes, 0);
  await checkSpace([
    { folder: dataDir, bytes: bytes + walBytes },
    ...(into === undefined ? [] : [{ folder: into, bytes: bytes + walBytes + rest }]),
  ]);
  const scratch = await makeScratch(dataDir, 'backup');
  try {
    const { snapshot, key, file } = await takeSnapshotWithKey(database, scratch);
    const databaseBytes = (await stat(file)).size;
    const manifest: BackupManifest = {
      version,
      madeAt: database.clock(),
      ...snapshot,
      folders: places.map(({ name }) => name),
      bytes: databaseBytes + key.length + rest,
    };
    const entries = listEntries(manifest, key, { name: DATABASE_ENTRY, path: file, bytes: databaseBytes }, files);
    return {
      manifest,
      skipped,
      bytes: () => encrypt(packEntries(entries), options),
      remove: () => removeScratch(scratch),
    };
  } catch (error) {
    await removeScratch(scratch);
    throw error;
  }
}

/** Another process may change the key between the two: then once more. */
async function takeSnapshotWithKey(
  { file: databaseFile, keys }: Database,
  scratch: string,
): Promise<{ readonly snapshot: Snapshot; readonly key: Buffer; readonly file: string }> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const file = join(scratch, `${attempt}.db`);
    const snapshot = await takeSnapshot(databaseFile, file);
    const key = keys.export(snapshot.keyId);
    if (key !== undefined) return { snapshot, key, file };
    await rm(file);
  }
  throw new BackupError('changed', 'The key of the database changed while it was read. Make the backup again.');
}

async function* listEntries(
  manifest: BackupManifest,
  key: Buffer,
  database: FolderFile,
  files: readonly FolderFile[],
): AsyncGenerator<Entry> {
  yield entryOf(MANIFEST_NAME, formatManifest(manifest));
  yield { name: database.name, bytes: database.bytes, content: createReadStream(database.path) };
  yield entryOf(KEY_ENTRY, key);
  for (const file of files) yield openFolderFile(file);
}

function entryOf(name: string, content: Buffer): Entry {
  return {
    name,
    bytes: content.length,
    content: (async function* () {
      yield content;
    })(),
  };
}

async function* encrypt(plain: AsyncIterable<Buffer>, options: BackupOptions): AsyncGenerator<Buffer> {
  const { passphrase, cost = KEY_COST, signal } = options;
  const making = { ...cost, salt: randomBytes(SALT_BYTES) };
  const facts = formatHeaderFacts(making);
  const keys = await deriveBackupKeys(passphrase, making, facts);
  const tag = formatHeaderTag(facts, keys.header);
  yield Buffer.from(`${facts}${tag}\n${formatHeaderSum(facts, tag)}\n`);
  for await (const chunk of sealChunks(plain, keys.chunks)) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

/** Into a new file that only this user may read. It appears whole or not at all, and is on disk when this resolves. Resolves to its bytes. */
export async function writeBackupFile(
  file: string,
  options: BackupOptions,
): Promise<Pick<PreparedBackup, 'manifest' | 'skipped'> & { readonly bytes: number }> {
  const folder = dirname(file);
  const isThere = await stat(file).then(
    () => true,
    (error: unknown) => !hasCode(error, 'ENOENT'),
  );
  if (isThere) throw new BackupError('exists', `${file} is there already: choose another name for the backup.`);
  const draft = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    const prepared = await prepareBackup(options, folder);
    try {
      const handle = await open(draft, 'wx', 0o600);
      let bytes = 0;
      try {
        for await (const piece of prepared.bytes()) {
          await handle.writeFile(piece);
          bytes += piece.length;
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, file);
      await syncFolder(folder);
      const { manifest, skipped } = prepared;
      return { manifest, skipped, bytes };
    } finally {
      await prepared.remove();
    }
  } catch (error) {
    await rm(draft, { force: true });
    throw explainDiskError(error, file);
  }
}

/** What the system said of the disk becomes a message; the rest stays as it is. */
export function explainDiskError(error: unknown, file: string): unknown {
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) {
    return new BackupError('no-space', `The disk is full: ${file} was not written.`, error);
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EIO'].some((code) => hasCode(error, code))) {
    return new BackupError('not-writable', `${file} cannot be written: ${messageOf(error)}`, error);
  }
  return error;
}
