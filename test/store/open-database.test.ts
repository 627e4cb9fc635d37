import { chmod, copyFile, mkdir, open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { expect, test } from 'vitest';
import { MIGRATIONS } from '../../src/store/migrations/all.ts';
import { migrate } from '../../src/store/migrations/migrator.ts';
import type { Schema } from '../../src/store/schema.ts';
import { openStore } from '../../src/store/store.ts';
import { approvedDevice, extensionOf, makeFolder, opened, openForTest } from './samples.ts';

/** A closed store that holds one phone and its passwords. */
async function makeUsed(): Promise<string> {
  const dataDir = await makeFolder();
  const store = await openStore({ dataDir });
  await store.decisions.commit({ devices: [approvedDevice(1)], extensions: [extensionOf(1)] });
  await store.close();
  return dataDir;
}

test.each([
  ['missing', 'key-missing', (file: string) => rm(file)],
  ['another one', 'key-wrong', (file: string) => writeFile(file, Buffer.alloc(32, 7))],
  ['too short', 'key-damaged', (file: string) => truncate(file, 31)],
  ['empty', 'key-damaged', (file: string) => truncate(file, 0)],
  ['too long', 'key-damaged', (file: string) => writeFile(file, Buffer.alloc(33))],
  ['readable by the group', 'key-exposed', (file: string) => chmod(file, 0o640)],
  ['readable by everybody', 'key-exposed', (file: string) => chmod(file, 0o604)],
])('a key file that is %s is refused, and nothing is overwritten', async (_, kind, spoil) => {
  const dataDir = await makeUsed();
  const keyFile = join(dataDir, 'secret.key');
  const good = await readFile(keyFile);
  await spoil(keyFile);
  const spoilt = await readFile(keyFile).catch(() => undefined);

  await expect(openStore({ dataDir })).rejects.toMatchObject({ kind, message: expect.stringContaining(keyFile) });
  expect(await readFile(keyFile).catch(() => undefined)).toEqual(spoilt);

  await writeFile(keyFile, good);
  await chmod(keyFile, 0o600);
  const store = await openForTest(dataDir);
  expect((await store.extensions.all()).map(opened)).toEqual([opened(extensionOf(1))]);
});

test('a key that nothing was sealed with yet is made again', async () => {
  const dataDir = await makeFolder();
  await (await openStore({ dataDir })).close();
  await rm(join(dataDir, 'secret.key'));
  const store = await openForTest(dataDir);
  await store.extensions.put(extensionOf(1));
  expect((await stat(join(dataDir, 'secret.key'))).size).toBe(32);
});

test('several that open a new folder at once agree on one key', async () => {
  const dataDir = join(await makeFolder(), 'data');
  const stores = await Promise.all([1, 2, 3].map(() => openForTest(dataDir)));
  expect(new Set(stores.map(({ database }) => database.cipher.keyId)).size).toBe(1);
  await Promise.all(stores.map((store, index) => store.extensions.put(extensionOf(index))));
  for (const store of stores) expect(await store.extensions.all()).toHaveLength(3);
});

test('a file that is no database is refused and left alone', async () => {
  const dataDir = await makeFolder();
  const file = join(dataDir, 'plugtone.db');
  const text = 'this is somebody else’s text, and a long one. '.repeat(300);
  await writeFile(file, text);
  await expect(openStore({ dataDir })).rejects.toMatchObject({
    kind: 'corrupt',
    message: expect.stringContaining(file),
  });
  expect(await readFile(file, 'utf8')).toBe(text);
});

test('damage inside the file is a clear error where it is met, and the check finds it', async () => {
  const dataDir = await makeFolder();
  const used = await openStore({ dataDir });
  await used.devices.saveMany(Array.from({ length: 500 }, (_, index) => approvedDevice(index)));
  await used.close();
  const file = join(dataDir, 'plugtone.db');
  const { size } = await stat(file);
  const handle = await open(file, 'r+');
  // Behind the first pages, which hold the schema.
  await handle.write(Buffer.alloc(size - 160 * 1024, 0xa5), 0, undefined, 160 * 1024);
  await handle.close();
  const store = await openForTest(dataDir);
  expect(await store.database.check()).not.toEqual([]);
  await expect(store.devices.all()).rejects.toMatchObject({ kind: 'corrupt', message: expect.stringContaining(file) });
});

test('a folder that cannot be made and a file that is a folder are refused with their names', async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, 'file'), '');
  const blocked = join(folder, 'file', 'data');
  await expect(openStore({ dataDir: blocked })).rejects.toMatchObject({
    kind: 'not-writable',
    message: expect.stringContaining(blocked),
  });
  await mkdir(join(folder, 'data', 'plugtone.db'), { recursive: true });
  await expect(openStore({ dataDir: join(folder, 'data') })).rejects.toMatchObject({ name: 'StoreError' });
});

test('a database of a newer program is refused and left alone', async () => {
  const dataDir = await makeUsed();
  const file = join(dataDir, 'plugtone.db');
  const store = await openStore({ dataDir });
  await sql`insert into migrations (name, timestamp) values ('9999-later', '2030-01-01T00:00:00Z')`.execute(
    store.database.read,
  );
  await store.close();
  await copyFile(file, `${file}.before`);
  await expect(openStore({ dataDir })).rejects.toMatchObject({
    kind: 'newer-schema',
    message: expect.stringContaining('9999-later'),
  });
  expect(await readFile(file)).toEqual(await readFile(`${file}.before`));
});

test('a migration that fails leaves nothing half, and works when it is repaired', async () => {
  const store = await openForTest(await makeFolder());
  const db = store.database.read as Kysely<Schema>;
  let broken = true;
  const later = {
    '9999-later': {
      async up(schema: Kysely<unknown>) {
        await schema.schema.createTable('half').addColumn('id', 'integer').execute();
        if (broken) throw new Error('power cut');
      },
    },
  };
  const tables = async () => (await db.introspection.getTables()).map(({ name }) => name);
  await expect(migrate(db, 'x', undefined, { ...MIGRATIONS, ...later })).rejects.toThrow('power cut');
  expect(await tables()).not.toContain('half');
  broken = false;
  await migrate(db, 'x', undefined, { ...MIGRATIONS, ...later });
  expect(await tables()).toContain('half');
});

test('an up-to-date database is opened while another process is writing', async () => {
  const dataDir = await makeUsed();
  const writing = await openForTest(dataDir);
  await writing.database.write(async () => {
    const second = await openStore({ dataDir });
    expect(await second.devices.all()).toHaveLength(1);
    await second.close();
  });
});
