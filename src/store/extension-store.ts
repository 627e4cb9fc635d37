import type { Extension } from '../core/extension.ts';
import { Secret } from '../core/secret.ts';
import { type Change, nextChange, writeRemovals } from './change-sequence.ts';
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import { inPortions, readInPortions } from './portions.ts';
import type { ExtensionRow, Writer } from './schema.ts';

/** Extensions on disk. Every write is durable when it resolves, and all or nothing. */
export interface ExtensionStore {
  all(): Promise<readonly Extension[]>;
  get(number: string): Promise<Extension | undefined>;
  put(extension: Extension): Promise<void>;
  putMany(extensions: readonly Extension[]): Promise<void>;
  /** False: there was none. */
  remove(number: string): Promise<boolean>;
}

export function createExtensionStore(database: Database): ExtensionStore {
  const { cipher, read, writer: by, clock } = database;

  function putMany(extensions: readonly Extension[]): Promise<void> {
    return database.write(async (writer) => writeExtensions(writer, extensions, cipher, await nextChange(writer, by)));
  }

  return {
    all() {
      return database.snapshot((reader) =>
        readInPortions(
          (number, limit) =>
            reader
              .selectFrom('extensions')
              .selectAll()
              .where('number', '>', number)
              .orderBy('number')
              .limit(limit)
              .execute(),
          ({ number }) => number,
          (row) => toExtension(row, cipher),
        ),
      );
    },
    async get(number) {
      const row = await read.selectFrom('extensions').selectAll().where('number', '=', number).executeTakeFirst();
      return row && toExtension(row, cipher);
    },
    put: (extension) => putMany([extension]),
    putMany,
    remove(number) {
      return database.write(async (writer) => {
        const rows = await writer.selectFrom('extensions').select('number').where('number', '=', number).execute();
        if (rows.length === 0) return false;
        await removeExtensions(writer, [number], await nextChange(writer, by), clock());
        return true;
      });
    },
  };
}

const placeOf = (number: string) => ({ table: 'extensions', row: number, column: 'password' });

/** Throws StoreError where the password does not open. */
export function toExtension(row: ExtensionRow, cipher: Cipher): Extension {
  return {
    number: row.number,
    displayName: row.display_name,
    authName: row.auth_name,
    password: new Secret(cipher.open(row.password, placeOf(row.number))),
    voicemail: row.voicemail,
    language: row.language,
  };
}

export async function writeExtensions(
  writer: Writer,
  extensions: readonly Extension[],
  cipher: Cipher,
  change: Change,
  onDone?: (count: number) => void,
): Promise<void> {
  const writePortion = async (portion: readonly Extension[]) => {
    const rows = portion.map((extension) => ({
      number: extension.number,
      display_name: extension.displayName,
      auth_name: extension.authName,
      password: cipher.seal(extension.password.reveal(), placeOf(extension.number)),
      voicemail: extension.voicemail,
      language: extension.language,
      change_seq: change.seq,
      changed_by: change.by,
    }));
    const numbers = rows.map(({ number }) => number);
    await writer.deleteFrom('removals').where('kind', '=', 'extension').where('name', 'in', numbers).execute();
    await writer
      .insertInto('extensions')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('number').doUpdateSet((row) => ({
          display_name: row.ref('excluded.display_name'),
          auth_name: row.ref('excluded.auth_name'),
          password: row.ref('excluded.password'),
          voicemail: row.ref('excluded.voicemail'),
          language: row.ref('excluded.language'),
          change_seq: row.ref('excluded.change_seq'),
          changed_by: row.ref('excluded.changed_by'),
        })),
      )
      .execute();
  };
  await inPortions(extensions, writePortion, onDone);
}

export async function removeExtensions(
  writer: Writer,
  numbers: readonly string[],
  change: Change,
  now: number,
): Promise<void> {
  await inPortions(numbers, async (portion) => {
    await writer.deleteFrom('extensions').where('number', 'in', portion).execute();
    await writeRemovals(writer, 'extension', portion, change, now);
  });
}
