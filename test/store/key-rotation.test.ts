import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { keyIdOf } from '../../src/store/cipher.ts';
import { type RotationStep, rotateKey } from '../../src/store/key-rotation.ts';
import { SEALED_COLUMNS } from '../../src/store/sealed-columns.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { compileSources } from '../peers/compile-sources.ts';
import { approvedDevice, extensionOf, makeFolder, opened, openForTest } from './samples.ts';

const SITE = {
  ...DEFAULT_SITE,
  consolePassword: new Secret('console'),
  webhookSecret: new Secret('webhook-secret-16'),
  backupPassphrase: new Secret('four words of a phrase'),
  revision: 1,
};

/** More phones than one portion has. */
const PHONES = Array.from({ length: 620 }, (_, number) => number);

async function fill(store: Store, phones = PHONES): Promise<void> {
  await store.decisions.commit({
    devices: phones.map((number) => approvedDevice(number)),
    extensions: phones.map((number) => extensionOf(number)),
    site: SITE,
    audit: [{ at: 1, actor: 'test', action: 'site.changed', subject: 'site', detail: {} }],
  });
}

/** Everything secret that the store holds, in the clear. */
async function reveal(store: Store) {
  const site = await store.site.get();
  return {
    devices: (await store.devices.all()).map(({ token, consolePasswords }) => [
      token,
      consolePasswords?.admin.reveal(),
      consolePasswords?.user.reveal(),
    ]),
    extensions: (await store.extensions.all()).map(opened),
    site: [site.consolePassword, site.webhookSecret, site.backupPassphrase].map((secret) => secret?.reveal()),
  };
}

/** How many values of the file are under each key. */
async function countKeys(store: Store): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { table, columns } of SEALED_COLUMNS) {
    for (const column of columns) {
      const { rows } = await sql<{ sealed: string }>`select ${sql.ref(column)} as sealed from ${sql.table(table)}
        where ${sql.ref(column)} is not null`.execute(store.database.read);
      for (const { sealed } of rows) {
        const keyId = sealed.split('.')[1] ?? '';
        counts[keyId] = (counts[keyId] ?? 0) + 1;
      }
    }
  }
  return counts;
}

const keyFiles = async (folder: string) =>
  (await readdir(folder)).filter((name) => name.startsWith('secret.key')).sort();

test('every column that the schema calls sealed is sealed anew', async () => {
  const schema = await readFile(join(import.meta.dirname, '../../src/store/schema.ts'), 'utf8');
  const said = [...schema.matchAll(/\/\*\* Sealed.*\n\s+readonly (\w+):/g)].map(([, column]) => column ?? '');
  expect(said.length).toBeGreaterThanOrEqual(7);
  expect(SEALED_COLUMNS.flatMap(({ columns }) => [...columns]).sort()).toEqual(said.sort());
});

test('a new key: every value is under it, reads as before, and the old key is gone', async () => {
  const dataDir = await makeFolder();
  const store = await openForTest(dataDir);
  await fill(store);
  const before = await reveal(store);
  const old = await readFile(join(dataDir, 'secret.key'));
  const rotation = await rotateKey(store.database, { actor: 'command line' });
  expect(rotation.before).toBe(keyIdOf(old));
  expect(rotation.values).toBe(620 * 3 + 3);
  expect(await countKeys(store)).toEqual({ [rotation.after]: rotation.values });
  expect(await reveal(store)).toEqual(before);
  expect(await keyFiles(dataDir)).toEqual(['secret.key']);
  expect(keyIdOf(await readFile(join(dataDir, 'secret.key')))).toBe(rotation.after);
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 2 });
  expect((await store.audit.list({ limit: 1 })).items[0]).toMatchObject({
    actor: 'command line',
    action: 'key.rotated',
    detail: { before: rotation.before, after: rotation.after, values: rotation.values },
  });
  await store.close();
  expect(await reveal(await openForTest(dataDir))).toEqual(before);
});

test('a store that is open beside it reads on, and writes under the new key', async () => {
  const dataDir = await makeFolder();
  const [server, command] = [await openForTest(dataDir), await openForTest(dataDir)];
  await fill(server, [1, 2]);
  const first = await rotateKey(command.database, { actor: 'test' });
  expect((await server.extensions.get('101'))?.password.reveal()).toBe(extensionOf(1).password.reveal());
  await server.extensions.put(extensionOf(3));
  await rotateKey(server.database, { actor: 'test' });
  const last = await rotateKey(command.database, { actor: 'test' });
  await server.extensions.put(extensionOf(4));
  expect(first.after).not.toBe(last.after);
  expect(Object.keys(await countKeys(server))).toEqual([last.after]);
  for (const store of [server, command]) expect(await store.extensions.all()).toHaveLength(4);
  expect((await server.audit.verify()).fault).toBeNull();
});

test('many that write and rotate at once leave every value under the one key in force', async () => {
  const dataDir = await makeFolder();
  const stores = await Promise.all([1, 2, 3].map(() => openForTest(dataDir)));
  await Promise.all(
    stores.map(async (store, index) => {
      for (let round = 0; round < 6; round++) {
        await store.extensions.put(extensionOf(index * 100 + round));
        if (round % 2 === 0) await rotateKey(store.database, { actor: 'test' });
      }
    }),
  );
  const keyId = keyIdOf(await readFile(join(dataDir, 'secret.key')));
  const fresh = await openForTest(dataDir);
  expect(await fresh.extensions.all()).toHaveLength(18);
  expect(Object.keys(await countKeys(fresh))).toEqual([keyId]);
  expect(await keyFiles(dataDir)).toEqual(['secret.key']);
});

test('a key that was brought in and does not lie in its place yet is not taken for a left-over by the next change', async () => {
  const dataDir = await makeFolder();
  const store = await openForTest(dataDir);
  await fill(store, [1]);
  const rotate = (onStep?: (step: string) => void) =>
    rotateKey(store.database, { actor: 'test', ...(onStep && { onStep }) });
  const stop = (at: string) => (step: string) => {
    if (step === at) throw new Error(`stopped at ${at}`);
  };
  await expect(rotate(stop('committed'))).rejects.toThrow('stopped at committed');
  await expect(rotate(stop('key-kept'))).rejects.toThrow('stopped at key-kept');
  const fresh = await openForTest(dataDir);
  expect((await fresh.extensions.get('101'))?.password.reveal()).toBe(extensionOf(1).password.reveal());
  await rotate();
  expect(Object.keys(await countKeys(store))).toEqual([keyIdOf(await readFile(join(dataDir, 'secret.key')))]);
});

test('a value that does not open ends it with nothing changed', async () => {
  const dataDir = await makeFolder();
  const store = await openForTest(dataDir);
  await fill(store, [1, 2]);
  await sql`update devices set token = (select token from devices limit 1)`.execute(store.database.read);
  const before = await countKeys(store);
  await expect(rotateKey(store.database, { actor: 'test' })).rejects.toMatchObject({ kind: 'sealed-value-damaged' });
  expect(await countKeys(store)).toEqual(before);
  await store.close();
  const again = await openForTest(dataDir);
  expect((await again.extensions.get('101'))?.password.reveal()).toBe(extensionOf(1).password.reveal());
});

test('a sealed value in a column that nobody told of ends it with nothing changed', async () => {
  const store = await openForTest(await makeFolder());
  await fill(store, [1]);
  await sql`update users set name = (select token from devices limit 1)`.execute(store.database.read);
  await sql`insert into meta select 'hidden', token from devices limit 1`.execute(store.database.read);
  await expect(rotateKey(store.database, { actor: 'test' })).rejects.toThrow('meta.value holds sealed values');
  expect(Object.keys(await countKeys(store))).toEqual([store.database.cipher.keyId]);
});

const ROTATOR = `
import { openStore } from './dist/store/store.js';
import { rotateKey } from './dist/store/key-rotation.js';
const [dataDir, wanted] = process.argv.slice(2);
const store = await openStore({ dataDir });
await rotateKey(store.database, { actor: 'test', onStep: (step) => { if (step === wanted) process.kill(process.pid, 'SIGKILL'); } });
`;

test('killed at any step: the database opens, all of it is there, and under one key', async () => {
  const folder = await makeFolder();
  await compileSources(folder, ['store/store.ts', 'store/key-rotation.ts']);
  await writeFile(join(folder, 'rotator.js'), ROTATOR);
  const dataDir = join(folder, 'data');
  const store = await openStore({ dataDir });
  await fill(store, [1, 2, 3]);
  const before = await reveal(store);
  await store.close();
  const steps: readonly RotationStep[] = ['key-kept', 'values-sealed', 'committed', 'key-in-force'];
  for (const step of steps) {
    const old = keyIdOf(await readFile(join(dataDir, 'secret.key')));
    const child = spawn(process.execPath, [join(folder, 'rotator.js'), dataDir, step], { stdio: 'inherit' });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal, step).toBe('SIGKILL');
    const after = await openStore({ dataDir });
    const inForce = keyIdOf(await readFile(join(dataDir, 'secret.key')));
    const isCommitted = step === 'committed' || step === 'key-in-force';
    expect(inForce === old, step).toBe(!isCommitted);
    expect(Object.keys(await countKeys(after)), step).toEqual([inForce]);
    expect(await reveal(after), step).toEqual(before);
    expect((await after.audit.verify()).fault, step).toBeNull();
    await after.close();
  }
  // What the killed ones left waiting goes with the next change.
  const last = await openForTest(dataDir);
  await rotateKey(last.database, { actor: 'test' });
  expect(await keyFiles(dataDir)).toEqual(['secret.key']);
});

/** A data folder whose key is a credential, as systemd hands it out. */
async function makeCredential(mode = 0o400) {
  const [dataDir, credentialsDirectory] = [await makeFolder(), await makeFolder()];
  const key = Buffer.alloc(32, 5);
  const file = join(credentialsDirectory, 'secret.key');
  await writeFile(file, key);
  await chmod(file, mode);
  return { dataDir, credentialsDirectory, key, file };
}

test.each([0o400, 0o440, 0o600])('a credential of mode %o is the key, and none is written to disk', async (mode) => {
  const { dataDir, credentialsDirectory, key } = await makeCredential(mode);
  const store = await openStore({ dataDir, credentialsDirectory });
  await fill(store, [1]);
  expect(store.database.cipher.keyId).toBe(keyIdOf(key));
  expect(await keyFiles(dataDir)).toEqual([]);
  await store.close();
  await expect(openStore({ dataDir })).rejects.toMatchObject({
    kind: 'key-missing',
    message: expect.stringContaining('CREDENTIALS_DIRECTORY'),
  });
});

test('a credential that others may read is refused', async () => {
  const { dataDir, credentialsDirectory } = await makeCredential(0o444);
  await expect(openStore({ dataDir, credentialsDirectory })).rejects.toMatchObject({ kind: 'key-exposed' });
});

test('a folder of credentials without our key leaves it in its file', async () => {
  const [dataDir, credentialsDirectory] = [await makeFolder(), await makeFolder()];
  await (await openStore({ dataDir, credentialsDirectory })).close();
  expect(await keyFiles(dataDir)).toEqual(['secret.key']);
});

test('with a credential, the new key goes where the person says, and the old one no longer opens the database', async () => {
  const { dataDir, credentialsDirectory } = await makeCredential();
  const store = await openStore({ dataDir, credentialsDirectory });
  await fill(store, [1]);
  await expect(rotateKey(store.database, { actor: 'test' })).rejects.toThrow('--new-key-file');
  const taken = join(await makeFolder(), 'taken.key');
  await writeFile(taken, Buffer.alloc(32, 9), { mode: 0o600 });
  await expect(rotateKey(store.database, { actor: 'test', newKeyFile: taken })).rejects.toThrow('there already');
  const newKeyFile = join(await makeFolder(), 'new.key');
  const rotation = await rotateKey(store.database, { actor: 'test', newKeyFile });
  expect(rotation.file).toBe(newKeyFile);
  expect(keyIdOf(await readFile(newKeyFile))).toBe(rotation.after);
  await expect(store.extensions.put(extensionOf(2))).rejects.toMatchObject({ kind: 'key-wrong' });
  await store.close();
  await expect(openStore({ dataDir, credentialsDirectory })).rejects.toMatchObject({ kind: 'key-wrong' });

  const next = join(await makeFolder(), 'credentials');
  await mkdir(next);
  await copyFile(newKeyFile, join(next, 'secret.key'));
  const again = await openStore({ dataDir, credentialsDirectory: next });
  expect((await again.extensions.get('101'))?.password.reveal()).toBe(extensionOf(1).password.reveal());
  await again.close();
  await rm(next, { recursive: true });
});
