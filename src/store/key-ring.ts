import { dirname, join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Logger } from '../core/logger.ts';
import { type Cipher, createCipher, keyIdOf } from './cipher.ts';
import { createKeyFile, readKeyFile } from './key-file.ts';
import type { Schema, Writer } from './schema.ts';
import { StoreError } from './store-error.ts';

const KEY_FILE = 'secret.key';
const META_NAME = 'key_id';

/** The key that this database's values are sealed with; made at first use. Throws StoreError: key-missing, key-wrong, key-damaged, key-exposed. */
export async function openKey(db: Kysely<Schema>, databaseFile: string, log: Logger | undefined): Promise<Cipher> {
  const file = join(dirname(databaseFile), KEY_FILE);
  const key = await readKeyFile(file);
  const wanted = await readKeyId(db);
  if (key !== undefined && wanted === keyIdOf(key)) return createCipher(key);
  // Under the write lock, so that two processes that start together agree on one key.
  return db.transaction().execute((writer) => adoptKey(writer, file, log));
}

async function adoptKey(writer: Writer, file: string, log: Logger | undefined): Promise<Cipher> {
  let key = await readKeyFile(file);
  const wanted = await readKeyId(writer);
  if (wanted !== undefined && (key === undefined || keyIdOf(key) !== wanted) && (await holdsSealedValues(writer))) {
    if (key === undefined) {
      const message = `The key file ${file} is missing, and the database holds passwords sealed with it. Put it back from a backup; without it they are lost.`;
      throw new StoreError('key-missing', message);
    }
    const message = `The key file ${file} is not the one the database was sealed with (key ${keyIdOf(key)}, ${wanted} was wanted). Put the right one back.`;
    throw new StoreError('key-wrong', message);
  }
  if (key === undefined) {
    key = await createKeyFile(file);
    log?.info({ event: 'store.key-created', file }, 'key file made: keep a copy of it with your backups');
  }
  const keyId = keyIdOf(key);
  await writer
    .insertInto('meta')
    .values({ name: META_NAME, value: keyId })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: keyId }))
    .execute();
  return createCipher(key);
}

async function readKeyId(db: Kysely<Schema>): Promise<string | undefined> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', META_NAME).executeTakeFirst();
  return row?.value;
}

async function holdsSealedValues(db: Kysely<Schema>): Promise<boolean> {
  const extension = await db.selectFrom('extensions').select('number').limit(1).executeTakeFirst();
  if (extension !== undefined) return true;
  const site = await db.selectFrom('site').select('id').where('console_password', 'is not', null).executeTakeFirst();
  if (site !== undefined) return true;
  const device = await db
    .selectFrom('devices')
    .select('mac')
    .where((where) => where.or([where('token', 'is not', null), where('console_passwords', 'is not', null)]))
    .limit(1)
    .executeTakeFirst();
  return device !== undefined;
}
