import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeBackupFile } from '../../../src/store/backup/backup-writer.ts';
import { openStore } from '../../../src/store/store.ts';
import { compileSources } from '../../peers/compile-sources.ts';
import { extensionOf, makeFolder } from '../samples.ts';
import {
  describeSite,
  listLeftovers,
  makePlace,
  makeSite,
  optionsOf,
  PASSPHRASE,
  type Place,
  restore,
} from './backup-world.ts';

const RESTORER = `
import { restoreBackup } from './dist/store/backup/restorer.js';
import { Secret } from './dist/core/secret.js';
const [file, dataDir, siteDir, passphrase, wanted] = process.argv.slice(2);
let steps = 0;
await restoreBackup({ file, dataDir, siteDir, passphrase: new Secret(passphrase), force: true, actor: 'test', now: 0,
  onStep: () => { if (steps++ === Number(wanted)) process.kill(process.pid, 'SIGKILL'); } });
`;

const WRITER = `
import { openStore } from './dist/store/store.js';
import { writeBackupFile } from './dist/store/backup/backup-writer.js';
import { Secret } from './dist/core/secret.js';
const [file, dataDir, siteDir, passphrase] = process.argv.slice(2);
const store = await openStore({ dataDir });
const dying = setInterval(() => process.kill(process.pid, 'SIGKILL'), 30);
await writeBackupFile(file, { database: store.database, siteDir, withFiles: false, passphrase: new Secret(passphrase), version: '1' });
`;

async function run(script: string, args: readonly string[]): Promise<string | null> {
  const child = spawn(process.execPath, [script, ...args], { stdio: 'inherit' });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal;
}

test('killed at any step of a restore: the old site as it was, or the new one as it is in the backup', async () => {
  const folder = await makeFolder();
  await compileSources(folder, ['store/backup/restorer.ts', 'core/secret.ts']);
  const script = join(folder, 'restorer.js');
  await writeFile(script, RESTORER);
  const backedUp = await makeSite([1, 2], 'from the backup');
  const file = join(await makeFolder(), 'site.backup');
  await writeBackupFile(file, optionsOf(backedUp));
  await backedUp.store.close();
  const after = await describeSite(backedUp);

  // How many steps there are, by one that is let through.
  const calm = await makeOld();
  const steps: string[] = [];
  await restore(file, calm, { force: true, onStep: (step) => steps.push(step) });
  const decided = steps.indexOf('decided');
  expect(decided).toBeGreaterThan(1);
  expect(steps.length).toBeGreaterThan(decided + 8);

  for (const [step, name] of steps.entries()) {
    const place = await makeOld();
    const before = await describeSite(place);
    const signal = await run(script, [file, place.dataDir, place.siteDir, PASSPHRASE.reveal(), String(step)]);
    expect(signal, name).toBe('SIGKILL');
    expect(await describeSite(place), name).toEqual(step < decided ? before : after);
    // The new one goes on, and is what it is after another start too.
    const store = await openStore({ dataDir: place.dataDir });
    await store.extensions.put(extensionOf(50));
    expect((await store.audit.verify()).fault, name).toBeNull();
    await store.close();
    expect((await describeSite(place)).extensions, name).toHaveLength(
      (step < decided ? before : after).extensions.length + 1,
    );
    if (step % 4 !== 1) continue;
    // A later restore clears up behind the killed one.
    await restore(file, place, { force: true });
    expect(await describeSite(place), name).toEqual(after);
    expect(await listLeftovers(place), name).toEqual([]);
  }
}, 180_000);

/** A site with something of it still in the WAL file, as a killed server leaves it. */
async function makeOld(): Promise<Place> {
  const site = await makeSite([5, 6, 7], 'the old one');
  const place = await makePlace();
  await cp(site.dataDir, place.dataDir, { recursive: true });
  await cp(site.siteDir, place.siteDir, { recursive: true });
  await site.store.close();
  expect((await stat(join(place.dataDir, 'plugtone.db-wal'))).size).toBeGreaterThan(0);
  return place;
}

test('a backup that is killed leaves no file that looks like one, and the next one is whole', async () => {
  const folder = await makeFolder();
  await compileSources(folder, ['store/store.ts', 'store/backup/backup-writer.ts', 'core/secret.ts']);
  const script = join(folder, 'writer.js');
  await writeFile(script, WRITER);
  const site = await makeSite();
  await site.store.close();
  const file = join(await makeFolder(), 'site.backup');
  expect(await run(script, [file, site.dataDir, site.siteDir, PASSPHRASE.reveal()])).toBe('SIGKILL');
  await expect(restore(file, await makePlace())).rejects.toMatchObject({ kind: 'not-readable' });
  const store = await openStore({ dataDir: site.dataDir });
  await writeBackupFile(file, optionsOf({ ...site, store }));
  await store.close();
  const fresh = await makePlace();
  await restore(file, fresh);
  expect(await describeSite(fresh)).toEqual(await describeSite(site));
});
