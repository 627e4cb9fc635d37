import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { restoreBackup } from '../../src/store/backup/restorer.ts';
import { rotateKey } from '../../src/store/key-rotation.ts';
import { openStore } from '../../src/store/store.ts';
import { runAppliance } from '../peers/running-appliance.ts';

const PASSPHRASE = 'four words of a phrase';
const running: Awaited<ReturnType<typeof runAppliance>>[] = [];
const folders: string[] = [];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-data-'));
  folders.push(folder);
  return folder;
}

async function start(dataDir?: string) {
  const world = await runAppliance(dataDir);
  running.push(world);
  return world;
}

afterEach(async () => {
  for (const world of running.splice(0)) await world.remove();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('one server at a time is on a data folder, and the next one may start when it is gone', async () => {
  const first = await start();
  await expect(runAppliance(first.dataDir)).rejects.toMatchObject({ kind: 'in-use' });
  await first.stop();
  const second = await start(first.dataDir);
  await second.stop();
});

test('a running appliance follows a new key, and refuses a restore over itself', async () => {
  const world = await start();
  await world.createToken('admin');
  expect((await world.api('PUT', 'extensions/101', { password: 'mk-before-the-new-key' })).status).toBe(201);
  const beside = await openStore({ dataDir: world.dataDir });
  const { after } = await rotateKey(beside.database, { actor: 'test' });
  await beside.close();
  expect((await world.api('PUT', 'extensions/102', { password: 'mk-after-the-new-key' })).status).toBe(201);
  expect(world.logged.filter((line) => line.includes('store.key-changed'))).toHaveLength(1);
  const { body: made } = await world.api('POST', 'backups', { passphrase: PASSPHRASE });
  const file = join(world.dataDir, 'backups', made.name);
  const restore = (dataDir: string, force = true) =>
    restoreBackup({
      file,
      passphrase: new Secret(PASSPHRASE),
      dataDir,
      siteDir: join(dataDir, 'site'),
      force,
      actor: 'test',
      now: Date.now(),
    });
  await expect(restore(world.dataDir)).rejects.toMatchObject({ kind: 'in-use' });

  const elsewhere = makeFolder();
  expect(await restore(elsewhere, false)).toMatchObject({ keyId: after, extensions: 2 });
  const copy = await start(elsewhere);
  await copy.createToken('admin', 'of the copy');
  expect((await copy.api('GET', 'extensions')).body.items.map(({ number }: { number: string }) => number)).toEqual([
    '101',
    '102',
  ]);
  const audit = (await copy.api('GET', 'audit')).body.items.map(({ action }: { action: string }) => action);
  expect(audit).toEqual(expect.arrayContaining(['backup.restored', 'key.rotated']));
});

test('a server that starts finishes a restore that was cut off, and clears up behind killed processes', async () => {
  const world = await start();
  await world.createToken('admin');
  expect((await world.api('PUT', 'extensions/101', {})).status).toBe(201);
  const { body: made } = await world.api('POST', 'backups', { passphrase: PASSPHRASE });
  await world.stop();
  const dataDir = makeFolder();
  const decided = new Error('cut off');
  await expect(
    restoreBackup({
      file: join(world.dataDir, 'backups', made.name),
      passphrase: new Secret(PASSPHRASE),
      dataDir,
      siteDir: join(dataDir, 'site'),
      force: false,
      actor: 'test',
      now: Date.now(),
      onStep(step) {
        if (step === 'decided') throw decided;
      },
    }),
  ).rejects.toBe(decided);
  mkdirSync(join(dataDir, '.backup-4999999-abcDEF'));
  writeFileSync(join(dataDir, '.backup-4999999-abcDEF/0.db'), 'a copy');
  const restored = await start(dataDir);
  expect(restored.logged.filter((line) => line.includes('backup.restored'))).toHaveLength(1);
  await restored.createToken('admin', 'of the restored one');
  expect((await restored.api('GET', 'extensions/101')).status).toBe(200);
  expect(readdirSync(dataDir).filter((name) => name.startsWith('.') || name.startsWith('restore'))).toEqual([]);
});

test('nightly backups are made by the appliance itself', async () => {
  const source = await start();
  await source.createToken('admin');
  const body = { backupPassphrase: PASSPHRASE, trust: { nightlyBackupsKept: 2 } };
  expect((await source.api('PUT', 'site', body)).status).toBe(200);
  const { body: list } = await source.api('GET', 'backups');
  expect(Date.parse(list.nextAt) - Date.now()).toBeGreaterThan(8 * 60_000);
  expect(Date.parse(list.nextAt) - Date.now()).toBeLessThanOrEqual(10 * 60_000);
});
