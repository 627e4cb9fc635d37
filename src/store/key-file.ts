import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { link, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KEY_BYTES } from './cipher.ts';
import { giveToFolderOwner } from './file-owner.ts';
import { hasCode, messageOf, StoreError } from './store-error.ts';

/** What only its owner may read. */
const EXPOSED_FILE = 0o077;
/** systemd gives a credential 0400, or 0440 where it lets the unit's user in by an ACL: the group's bits are then the ACL's mask. */
const EXPOSED_CREDENTIAL = 0o037;

/** The key in the file; undefined: there is no such file. Throws StoreError: key-damaged, key-exposed, not-writable. */
export function readKeyFile(file: string, { isCredential = false } = {}): Buffer | undefined {
  let key: Buffer;
  let mode: number;
  try {
    mode = statSync(file).mode;
    key = readFileSync(file);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw new StoreError('not-writable', `The key file ${file} cannot be read: ${messageOf(cause)}`, cause);
  }
  if ((mode & (isCredential ? EXPOSED_CREDENTIAL : EXPOSED_FILE)) !== 0) {
    const saw = (mode & 0o777).toString(8).padStart(4, '0');
    const message = `The key file ${file} has mode ${saw}: others on this machine may read it. Mode 0600 is wanted (chmod 600 ${file}).`;
    throw new StoreError('key-exposed', message);
  }
  if (key.length !== KEY_BYTES) {
    const message = `The key file ${file} holds ${key.length} bytes, ${KEY_BYTES} were wanted. Put the right file back from a backup.`;
    throw new StoreError('key-damaged', message);
  }
  return key;
}

export function drawKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/**
 * Keeps a key in a file that only its owner may read, unless there is a file already: then that one counts. It appears whole or
 * not at all, and is on disk when this resolves.
 */
export async function createKeyFile(file: string, key = drawKey()): Promise<Buffer> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(key);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await giveToFolderOwner(draft);
    try {
      // Like O_EXCL, a link never replaces a file; unlike it, nobody can see (or a power cut leave) an empty one.
      await link(draft, file);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    } finally {
      await unlink(draft);
    }
    await syncFolder(dirname(file));
  } catch (cause) {
    throw new StoreError('not-writable', `The key file ${file} cannot be made: ${messageOf(cause)}`, cause);
  }
  const stored = readKeyFile(file);
  if (stored === undefined)
    throw new StoreError('key-missing', `The key file ${file} vanished while it was being made.`);
  return stored;
}

/** Names in it are on disk when this resolves. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
