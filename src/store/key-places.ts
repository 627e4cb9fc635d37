import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keyIdOf } from './cipher.ts';
import { createKeyFile, readKeyFile, syncFolder } from './key-file.ts';
import { hasCode, messageOf, StoreError } from './store-error.ts';

export const KEY_FILE = 'secret.key';
/** A new key waits beside the old one under its id, until the database is sealed with it. */
const WAITING = /^secret\.key\.[0-9a-f]{16}$/;

/** Where the key of a database is: beside it, or in a systemd credential, which is read only and leaves nothing on the disk. */
export interface KeyPlaces {
  /** The file that counts. */
  readonly file: string;
  readonly isCredential: boolean;
  /** The key that is in force; undefined: there is none yet. Throws StoreError. */
  read(): Buffer | undefined;
  /** The key of this id: the one in force, or one that waits. */
  find(keyId: string): Buffer | undefined;
  /** Makes the first one. Another process may have been faster: then it is that one. */
  create(): Promise<Buffer>;
  /** On disk when it resolves, and in force only by `putInForce`. */
  keepWaiting(key: Buffer): Promise<void>;
  /** The waiting key takes the old one's place, in one step. */
  putInForce(keyId: string): Promise<void>;
  /** Removes keys that no database is sealed with. Call it under the write lock, with the id of the key that is in force by then. */
  removeWaiting(inForce: string): Promise<void>;
}

/** `credentialsDirectory`: $CREDENTIALS_DIRECTORY of systemd.exec(5); it counts where it holds a file `secret.key`. */
export function findKeyPlaces(databaseFile: string, credentialsDirectory: string | undefined): KeyPlaces {
  const folder = dirname(databaseFile);
  if (credentialsDirectory !== undefined && credentialsDirectory !== '') {
    const file = join(credentialsDirectory, KEY_FILE);
    const key = readKeyFile(file, { isCredential: true });
    if (key !== undefined) return credentialPlaces(file, key);
  }
  const file = join(folder, KEY_FILE);
  const waiting = (keyId: string) => join(folder, `${KEY_FILE}.${keyId}`);

  async function putInForce(keyId: string): Promise<void> {
    try {
      await rename(waiting(keyId), file);
    } catch (cause) {
      // Somebody else has done it.
      if (hasCode(cause, 'ENOENT')) return;
      const message = `The key file ${waiting(keyId)} cannot take the place of ${file}: ${messageOf(cause)}`;
      throw new StoreError('not-writable', message, cause);
    }
    await syncFolder(folder);
  }

  return {
    file,
    isCredential: false,
    read: () => readKeyFile(file),
    find(keyId) {
      // Once more: between the two looks it may have taken the old one's place.
      for (const place of [file, waiting(keyId), file]) {
        const key = readKeyFile(place);
        if (key !== undefined && keyIdOf(key) === keyId) return key;
      }
      return undefined;
    },
    create: () => createKeyFile(file),
    async keepWaiting(key) {
      await createKeyFile(waiting(keyIdOf(key)), key);
    },
    putInForce,
    async removeWaiting(inForce) {
      // Whoever brought it in has committed, and may not have come to this: no other file holds it.
      await putInForce(inForce);
      const names = (await readdir(folder)).filter((name) => WAITING.test(name));
      await Promise.all(names.map((name) => rm(join(folder, name), { force: true })));
    },
  };
}

function credentialPlaces(file: string, key: Buffer): KeyPlaces {
  const refuse = () => {
    const message = `The key is the systemd credential ${file}, which only the service manager can change.`;
    return Promise.reject(new StoreError('not-writable', message));
  };
  return {
    file,
    isCredential: true,
    read: () => key,
    find: (keyId) => (keyIdOf(key) === keyId ? key : undefined),
    create: () => Promise.resolve(key),
    keepWaiting: refuse,
    putInForce: refuse,
    removeWaiting: () => Promise.resolve(),
  };
}
