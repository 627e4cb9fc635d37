import type { Kysely } from 'kysely';
import type { Logger } from '../core/logger.ts';
import { type Cipher, createCipher, keyIdOf, readKeyIdOf } from './cipher.ts';
import { findKeyPlaces, type KeyPlaces } from './key-places.ts';
import type { Schema, Writer } from './schema.ts';
import { holdsSealedValues } from './sealed-columns.ts';
import { StoreError } from './store-error.ts';

const META_NAME = 'key_id';

/**
 * The cipher of an open database. It opens what any key at hand has sealed: another process may have brought in a new one, and
 * a reader of that moment sees both. It seals with the key in force, which `follow` looks up within each transaction.
 */
export interface KeyRing extends Cipher {
  readonly places: KeyPlaces;
  /** The key itself, for a backup; undefined: there is none of this id any more. */
  export(keyId: string): Buffer | undefined;
  /** Seals with the database's key from now on, if another process has changed it. Throws StoreError: key-wrong. */
  follow(db: Kysely<Schema>): Promise<void>;
}

/** The key that this database's values are sealed with; made at first use. Throws StoreError: key-missing, key-wrong, key-damaged, key-exposed. */
export async function openKeyRing(
  db: Kysely<Schema>,
  {
    databaseFile,
    credentialsDirectory,
    log,
  }: {
    readonly databaseFile: string;
    readonly credentialsDirectory: string | undefined;
    readonly log: Logger | undefined;
  },
): Promise<KeyRing> {
  const places = findKeyPlaces(databaseFile, credentialsDirectory);
  const key = places.read();
  const wanted = await readKeyId(db);
  if (key !== undefined && wanted === keyIdOf(key)) return createKeyRing(key, places, log);
  // Under the write lock, so that two processes that start together agree on one key.
  const adopted = await db.transaction().execute((writer) => adoptKey(writer, places, log));
  return createKeyRing(adopted, places, log);
}

/** `places` knows every key that a process may have left. */
export function createKeyRing(key: Buffer, places: KeyPlaces, log?: Logger): KeyRing {
  const ciphers = new Map([[keyIdOf(key), createCipher(key)]]);
  let current = createCipher(key);

  function cipherOf(keyId: string): Cipher | undefined {
    const known = ciphers.get(keyId);
    if (known !== undefined) return known;
    const found = places.find(keyId);
    if (found === undefined) return undefined;
    const cipher = createCipher(found);
    ciphers.set(keyId, cipher);
    return cipher;
  }

  return {
    places,
    get keyId() {
      return current.keyId;
    },
    seal: (plain, place) => current.seal(plain, place),
    open(sealed, place) {
      const keyId = readKeyIdOf(sealed);
      const cipher = keyId === undefined ? undefined : cipherOf(keyId);
      return (cipher ?? current).open(sealed, place);
    },
    export(keyId) {
      return keyId === keyIdOf(key) ? key : places.find(keyId);
    },
    async follow(reader) {
      const wanted = await readKeyId(reader);
      if (wanted === undefined || wanted === current.keyId) return;
      const next = cipherOf(wanted);
      if (next === undefined) {
        const message = `The database was sealed with the new key ${wanted} meanwhile, and ${places.file} is the old one. Start again with the new key.`;
        throw new StoreError('key-wrong', message);
      }
      current = next;
      log?.info({ event: 'store.key-changed', key: wanted }, 'another process has brought in a new key');
    },
  };
}

async function adoptKey(writer: Writer, places: KeyPlaces, log: Logger | undefined): Promise<Buffer> {
  const { file } = places;
  let key = places.read();
  const wanted = await readKeyId(writer);
  if (wanted !== undefined && (key === undefined || keyIdOf(key) !== wanted)) {
    const waiting = places.find(wanted);
    if (waiting !== undefined) {
      // A change of the key was cut off after its commit.
      await places.putInForce(wanted);
      return waiting;
    }
    if (await holdsSealedValues(writer)) throw explainMissingKey(places, key, wanted);
  }
  if (key === undefined) {
    key = await places.create();
    log?.info({ event: 'store.key-created', file }, 'key file made: keep a copy of it with your backups');
  }
  await writeKeyId(writer, keyIdOf(key));
  return key;
}

function explainMissingKey({ file, isCredential }: KeyPlaces, key: Buffer | undefined, wanted: string): StoreError {
  if (key === undefined) {
    const message = `The key file ${file} is missing, and the database holds passwords sealed with it (key ${wanted}). Put it back from a backup, or set CREDENTIALS_DIRECTORY if the service has it as a credential; without it they are lost.`;
    return new StoreError('key-missing', message);
  }
  const what = isCredential ? 'systemd credential' : 'key file';
  const message = `The ${what} ${file} is not the one the database was sealed with (key ${keyIdOf(key)}, ${wanted} was wanted). Put the right one back.`;
  return new StoreError('key-wrong', message);
}

export async function readKeyId(db: Kysely<Schema>): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', META_NAME).executeTakeFirst();
  return row?.value;
}

export async function writeKeyId(writer: Writer, keyId: string): Promise<void> {
  await writer
    .insertInto('meta')
    .values({ name: META_NAME, value: keyId })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: keyId }))
    .execute();
}
