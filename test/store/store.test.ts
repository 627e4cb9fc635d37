import { chmod, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { openStore } from '../../src/store/store.ts';
import { approvedDevice, extensionOf, macOf, makeFolder, opened, openForTest, openFresh } from './samples.ts';

test('everything is there again after closing and opening', async () => {
  const dataDir = await makeFolder();
  const site = {
    ...DEFAULT_SITE,
    name: 'Office',
    settings: { timeZone: 'Europe/Berlin' },
    consolePassword: new Secret('console'),
    revision: 3,
  };
  const from = 'command line (anna)';
  const entry = {
    at: 5,
    actor: 'command line',
    from,
    action: 'device.approved',
    subject: 'x',
    detail: { extension: '101' },
  };
  const before = await openStore({ dataDir });
  await before.decisions.commit({
    devices: [approvedDevice(1), approvedDevice(2, { token: null, consolePasswords: null, dialog: null, model: null })],
    extensions: [extensionOf(1), extensionOf(2)],
    site,
    audit: [entry],
  });
  await before.journeys.append([{ mac: macOf(1), at: 7, step: 'seen', reason: 'why', detail: { bytes: 1, ok: true } }]);
  await before.close();

  const after = await openForTest(dataDir);
  const devices = await after.devices.all();
  expect(devices.map(opened)).toEqual([
    opened(approvedDevice(1)),
    opened(approvedDevice(2, { token: null, consolePasswords: null, dialog: null, model: null })),
  ]);
  expect((await after.extensions.all()).map(opened)).toEqual([extensionOf(1), extensionOf(2)].map(opened));
  expect(opened(await after.extensions.get('101'))).toEqual(opened(extensionOf(1)));
  const kept = await after.site.get();
  expect({ ...kept, consolePassword: kept.consolePassword?.reveal() }).toEqual({ ...site, consolePassword: 'console' });
  expect((await after.journeys.list(macOf(1), { limit: 9 })).items).toEqual([
    { mac: macOf(1), at: 7, step: 'seen', reason: 'why', detail: { bytes: 1, ok: true } },
  ]);
  expect((await after.audit.list({ limit: 9 })).items).toEqual([entry]);
  expect(await after.database.check()).toEqual([]);
});

test('a new store holds nothing, and its site is the default', async () => {
  const store = await openFresh();
  expect(await store.devices.all()).toEqual([]);
  expect(await store.devices.get(macOf(1))).toBeUndefined();
  expect(await store.site.get()).toEqual(DEFAULT_SITE);
});

test('folder, database, its side files and key are for their owner alone', async () => {
  const dataDir = join(await makeFolder(), 'made', 'here');
  const store = await openForTest(dataDir);
  await store.devices.save(approvedDevice(1));
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  const names = await readdir(dataDir);
  expect(names.sort()).toEqual(['plugtone.db', 'plugtone.db-shm', 'plugtone.db-wal', 'secret.key']);
  for (const name of names) expect([name, (await stat(join(dataDir, name))).mode & 0o777]).toEqual([name, 0o600]);
});

test('a database that others may read is closed to them', async () => {
  const dataDir = await makeFolder();
  await (await openStore({ dataDir })).close();
  await chmod(join(dataDir, 'plugtone.db'), 0o644);
  await openForTest(dataDir);
  expect((await stat(join(dataDir, 'plugtone.db'))).mode & 0o777).toBe(0o600);
});

test('no secret is in the bytes of any file', async () => {
  const dataDir = await makeFolder();
  const store = await openForTest(dataDir);
  const secrets = ['password-of-101', 'token-of-phone-1', 'admin-of-1', 'user-of-1', 'site-console-password'];
  const site = { ...DEFAULT_SITE, consolePassword: new Secret('site-console-password'), revision: 1 };
  await store.decisions.commit({ devices: [approvedDevice(1)], extensions: [extensionOf(1)], site });
  const created = await store.tokens.create({ name: 'tester', role: 'viewer' });
  if (!created.ok) throw new Error('no token');
  secrets.push(created.value.token, created.value.token.slice(4));

  const bytesOf = async () => {
    const names = await readdir(dataDir);
    return Buffer.concat(await Promise.all(names.map((name) => readFile(join(dataDir, name)))));
  };
  const inWal = await bytesOf();
  await store.close();
  const inDatabase = await bytesOf();
  for (const bytes of [inWal, inDatabase]) {
    // The search itself works: what is no secret is found.
    expect(bytes.includes('Phone 101')).toBe(true);
    for (const secret of secrets) {
      const spellings = [
        secret,
        Buffer.from(secret).toString('base64').replace(/=+$/, ''),
        Buffer.from(secret).toString('hex'),
      ];
      expect(spellings.filter((spelling) => bytes.includes(spelling))).toEqual([]);
    }
  }
});

test('texts of phones that no database can hold are kept as near as possible', async () => {
  const store = await openFresh();
  await store.devices.save(approvedDevice(1, { model: 'a\0b', firmware: 'x\ud800y' }));
  expect(await store.devices.get(macOf(1))).toMatchObject({ model: 'a\ufffdb', firmware: 'x\ufffdy' });
});

test('a database in memory works without files', async () => {
  const { createStore } = await import('../../src/store/store.ts');
  const { openDatabase } = await import('../../src/store/database.ts');
  const store = createStore(await openDatabase({ file: ':memory:' }));
  await store.decisions.commit({ devices: [approvedDevice(1)], extensions: [extensionOf(1)] });
  expect(opened(await store.devices.get(macOf(1)))).toEqual(opened(approvedDevice(1)));
  await store.close();
});
