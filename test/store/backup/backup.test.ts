import { chmod, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { KEY_COST } from '../../../src/store/backup/backup-keys.ts';
import { prepareBackup, writeBackupFile } from '../../../src/store/backup/backup-writer.ts';
import { lockDataDir } from '../../../src/store/data-dir-lock.ts';
import { rotateKey } from '../../../src/store/key-rotation.ts';
import { openStore } from '../../../src/store/store.ts';
import { extensionOf, makeFolder, openForTest } from '../samples.ts';
import {
  backUp,
  describeSite,
  fill,
  listLeftovers,
  makePlace,
  makeSite,
  optionsOf,
  PASSPHRASE,
  put,
  readTree,
  restore,
  VERSION,
} from './backup-world.ts';

/** A site, and a backup of it in a file. */
async function makeBackup() {
  const site = await makeSite();
  const file = join(await makeFolder(), 'site.backup');
  const written = await writeBackupFile(file, optionsOf(site));
  await site.store.close();
  return { site, file, written };
}

test('a backup on a fresh machine brings the site back, to the last password', async () => {
  const { site, file, written } = await makeBackup();
  expect(written.manifest).toMatchObject({ version: VERSION, phones: 3, folders: ['site/overrides'] });
  expect(written.bytes).toBe((await stat(file)).size);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const fresh = await makePlace();
  const restored = await restore(file, fresh);
  expect(restored).toMatchObject({ devices: 3, extensions: 3, values: 3 * 3 + 1 + 2, keptIn: [] });
  expect(await describeSite(fresh)).toEqual(await describeSite(site));
  expect(await listLeftovers(fresh)).toEqual([]);
  expect(await readTree(join(fresh.siteDir, 'files'))).toEqual({});
  const store = await openForTest(fresh.dataDir);
  expect(await store.audit.verify()).toMatchObject({ fault: null, rows: 2 });
  expect((await store.audit.list({ limit: 1 })).items[0]).toMatchObject({ actor: 'test', action: 'backup.restored' });
  for (const name of ['plugtone.db', 'secret.key']) {
    expect((await stat(join(fresh.dataDir, name))).mode & 0o777, name).toBe(0o600);
  }
});

test('nobody who was logged in when the backup was made is logged in after a restore', async () => {
  const site = await makeSite();
  const session = { id: 's1', hash: 'h', user_id: 'u1', created_at: 1, last_used_at: 1, user_agent: '', address: '' };
  await site.store.database.write((writer) => writer.insertInto('sessions').values(session).execute());
  const file = join(await makeFolder(), 'site.backup');
  await writeBackupFile(file, optionsOf(site));
  await site.store.close();
  const fresh = await makePlace();
  await restore(file, fresh);
  const store = await openForTest(fresh.dataDir);
  expect(await store.database.read.selectFrom('sessions').selectAll().execute()).toEqual([]);
});

test('files of the site come along where somebody asks for them', async () => {
  const site = await makeSite();
  const file = join(await makeFolder(), 'site.backup');
  await writeBackupFile(file, { ...optionsOf(site), withFiles: true });
  await site.store.close();
  const fresh = await makePlace();
  await restore(file, fresh);
  expect(await readTree(join(fresh.siteDir, 'files'))).toEqual({ 'ring.wav': 'RIFF' });
});

test('what is in the file can be read by nobody without the passphrase, and no two backups are alike', async () => {
  const { site, file } = await makeBackup();
  const bytes = await readFile(file, 'latin1');
  for (const word of ['Praxis', 'acme', 'SQLite', 'token-of-phone', 'manifest', PASSPHRASE.reveal(), VERSION]) {
    expect(bytes.includes(word), word).toBe(false);
  }
  const store = await openForTest(site.dataDir);
  const [one, two] = [await backUp(optionsOf({ ...site, store })), await backUp(optionsOf({ ...site, store }))];
  expect(one.subarray(400).equals(two.subarray(400))).toBe(false);
});

test('it is one moment of a database that others write meanwhile', async () => {
  const site = await makeSite();
  onTestFinished(() => site.store.close());
  const other = await openForTest(site.dataDir);
  let isOver = false;
  let written = 100;
  const writing = (async () => {
    // Both or neither: a backup with one of them is of no moment.
    while (!isOver) {
      await other.extensions.put(extensionOf(written));
      await other.audit.append([{ at: written, actor: 'test', action: 'a.b', subject: String(written), detail: {} }]);
      written += 1;
      // The driver's own promises let nobody else in between.
      await nextTurn();
    }
  })();
  const counts: number[] = [];
  onTestFinished(async () => {
    isOver = true;
    await writing;
  });
  for (let round = 0; round < 4; round++) {
    const file = join(await makeFolder(), 'site.backup');
    await writeBackupFile(file, optionsOf(site));
    const fresh = await makePlace();
    await restore(file, fresh);
    const store = await openForTest(fresh.dataDir);
    const extensions = (await store.extensions.all()).length - 3;
    const audited = (await store.audit.list({ limit: 10_000 })).items.filter(({ action }) => action === 'a.b').length;
    expect(extensions - audited === 0 || extensions - audited === 1).toBe(true);
    expect((await store.audit.verify()).fault).toBeNull();
    counts.push(extensions);
  }
  expect(counts.at(-1)).toBeGreaterThan(counts[0] ?? 0);
});

test('a new key between two backups: each has its own', async () => {
  const site = await makeSite();
  const files = [join(await makeFolder(), 'a'), join(await makeFolder(), 'b')] as const;
  await writeBackupFile(files[0], optionsOf(site));
  const other = await openForTest(site.dataDir);
  await rotateKey(other.database, { actor: 'test' });
  // This store has not written since: it has not heard of the new key yet.
  await writeBackupFile(files[1], optionsOf(site));
  await site.store.close();
  const places = [await makePlace(), await makePlace()] as const;
  await restore(files[0], places[0]);
  await restore(files[1], places[1]);
  const described = await describeSite(site);
  for (const place of places) expect(await describeSite(place)).toEqual(described);
});

test('a database is never replaced by accident: it takes --force, and the old one is kept', async () => {
  const { file, site } = await makeBackup();
  const there = await makeSite([7, 8], 'Kanzlei');
  await there.store.close();
  const before = await describeSite(there);
  await expect(restore(file, there)).rejects.toMatchObject({
    kind: 'exists',
    message: expect.stringContaining('--force'),
  });
  expect(await describeSite(there)).toEqual(before);
  const { keptIn } = await restore(file, there, { force: true });
  expect(await describeSite(there)).toEqual(await describeSite(site));
  expect(await readTree(join(there.siteDir, 'files'))).toEqual({ 'ring.wav': 'RIFF' });
  const [data = '', kept = ''] = keptIn;
  expect(await describeSite({ dataDir: data, siteDir: kept })).toEqual(before);
  expect(await listLeftovers(there)).toEqual([]);
  await restore(file, there, { force: true });
  expect((await readdir(there.dataDir)).filter((name) => name.startsWith('replaced'))).toHaveLength(2);
});

test('also a database that is no longer one is replaced', async () => {
  const { file, site } = await makeBackup();
  const there = await makeSite([7], 'Kanzlei');
  await there.store.close();
  await writeFile(join(there.dataDir, 'plugtone.db'), 'what a dying disk leaves');
  await writeFile(join(there.dataDir, 'plugtone.db-wal'), 'more of it');
  await truncate(join(there.dataDir, 'secret.key'), 3);
  await restore(file, there, { force: true });
  expect(await describeSite(there)).toEqual(await describeSite(site));
});

test('a data folder that a server runs on is left alone', async () => {
  const { file } = await makeBackup();
  const fresh = await makePlace();
  const lock = lockDataDir(fresh.dataDir);
  onTestFinished(() => lock?.release());
  await expect(restore(file, fresh, { force: true })).rejects.toMatchObject({ kind: 'in-use' });
  expect(await readdir(fresh.dataDir)).toEqual(['server.lock']);
});

test.each([
  ['of another passphrase', 'wrong-passphrase', async (file: string) => file, new Secret('another passphrase')],
  ['that is not there', 'not-readable', async (file: string) => `${file}.gone`, PASSPHRASE],
  ['that is empty', 'foreign', (file: string) => changed(file, () => Buffer.alloc(0)), PASSPHRASE],
  ['of somebody else', 'foreign', (file: string) => changed(file, () => Buffer.from('SQLite format 3\0')), PASSPHRASE],
  [
    'of a later format',
    'newer-format',
    (file: string) => changed(file, replaced('backup 1\n', 'backup 2\n')),
    PASSPHRASE,
  ],
  ['without its end', 'truncated', (file: string) => changed(file, (bytes) => bytes.subarray(0, -1)), PASSPHRASE],
  ['that ends after a part', 'truncated', (file: string) => changed(file, afterChunks(1)), PASSPHRASE],
  ['with only its header', 'truncated', (file: string) => changed(file, afterChunks(0)), PASSPHRASE],
  ['with half a header', 'truncated', (file: string) => changed(file, (bytes) => bytes.subarray(0, 60)), PASSPHRASE],
  [
    'that goes on after its end',
    'damaged',
    (file: string) => changed(file, (bytes) => Buffer.concat([bytes, bytes])),
    PASSPHRASE,
  ],
  ['with two parts swapped', 'damaged', (file: string) => changed(file, swapped), PASSPHRASE],
])('a backup %s is refused, and nothing is left of it', async (_, kind, spoil, passphrase) => {
  const { file } = await makeBackup();
  const spoilt = await spoil(file);
  const fresh = await makePlace();
  const refusal = restore(spoilt, fresh, { passphrase });
  await expect(refusal).rejects.toMatchObject({ kind });
  await expect(refusal).rejects.not.toThrow(/passphrase.*horse/);
  expect(await readdir(fresh.dataDir)).toEqual(['server.lock']);
  expect(await readdir(fresh.siteDir)).toEqual([]);
});

async function changed(file: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  await writeFile(`${file}.changed`, change(await readFile(file)));
  return `${file}.changed`;
}

function replaced(from: string, to: string) {
  return (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');
}

const CHUNK = 65_536 + 16;

function headerLength(bytes: Buffer): number {
  let end = 0;
  for (let line = 0; line < 4; line++) end = bytes.indexOf(0x0a, end) + 1;
  return end;
}

function afterChunks(count: number) {
  return (bytes: Buffer) => bytes.subarray(0, headerLength(bytes) + count * CHUNK);
}

function swapped(bytes: Buffer): Buffer {
  const start = headerLength(bytes);
  const [one, two] = [bytes.subarray(start, start + CHUNK), bytes.subarray(start + CHUNK, start + 2 * CHUNK)];
  return Buffer.concat([bytes.subarray(0, start), two, one, bytes.subarray(start + 2 * CHUNK)]);
}

test('a backup of a newer schema is refused by name', async () => {
  const site = await makeSite();
  await sql`insert into migrations (name, timestamp) values ('9999-later', 'now')`.execute(site.store.database.read);
  const file = join(await makeFolder(), 'site.backup');
  await writeBackupFile(file, optionsOf(site));
  await site.store.close();
  const fresh = await makePlace();
  await expect(restore(file, fresh)).rejects.toMatchObject({
    kind: 'newer-schema',
    message: expect.stringContaining('9999-later'),
  });
});

test('a backup whose key does not open its database is refused', async () => {
  const site = await makeSite();
  await sql`update devices set token = (select token from devices order by mac limit 1)`.execute(
    site.store.database.read,
  );
  const file = join(await makeFolder(), 'site.backup');
  await writeBackupFile(file, optionsOf(site));
  await site.store.close();
  const fresh = await makePlace();
  await expect(restore(file, fresh)).rejects.toMatchObject({
    kind: 'damaged',
    message: expect.stringContaining('devices.token'),
  });
  expect(await readdir(fresh.dataDir)).toEqual(['server.lock']);
});

test('a file is never written over, and a failed backup leaves nothing behind', async () => {
  const site = await makeSite();
  onTestFinished(() => site.store.close());
  const folder = await makeFolder();
  const file = join(folder, 'site.backup');
  await writeFile(file, 'precious');
  await expect(writeBackupFile(file, optionsOf(site))).rejects.toMatchObject({ kind: 'exists' });
  expect(await readFile(file, 'utf8')).toBe('precious');
  await expect(writeBackupFile(join(folder, 'no/where'), optionsOf(site))).rejects.toMatchObject({
    kind: 'not-writable',
  });
  const stop = AbortSignal.abort();
  await expect(writeBackupFile(join(folder, 'b'), { ...optionsOf(site), signal: stop })).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['site.backup']);
  expect(await listLeftovers(site)).toEqual([]);
});

test('a file of the site that changes meanwhile ends the backup', async () => {
  const site = await makeSite();
  onTestFinished(() => site.store.close());
  const prepared = await prepareBackup(optionsOf(site));
  await put(join(site.siteDir, 'overrides/acme/overrides.json'), 'longer than it was, by a few characters');
  await expect(
    (async () => {
      for await (const _ of prepared.bytes());
    })(),
  ).rejects.toMatchObject({ kind: 'changed' });
  await prepared.remove();
});

test('links are left out and named: they may lead anywhere', async () => {
  const site = await makeSite();
  onTestFinished(() => site.store.close());
  const elsewhere = await makeFolder();
  await writeFile(join(elsewhere, 'shadow'), 'of another');
  await symlink(elsewhere, join(site.siteDir, 'overrides/linked'));
  const prepared = await prepareBackup(optionsOf(site));
  expect(prepared.skipped).toEqual([join(site.siteDir, 'overrides/linked')]);
  await prepared.remove();
});

test('a machine whose key is a credential gets no key on its disk; one with another key is told', async () => {
  const { file, site } = await makeBackup();
  const credentials = await makeFolder();
  await writeFile(join(credentials, 'secret.key'), await readFile(join(site.dataDir, 'secret.key')), { mode: 0o400 });
  const fresh = await makePlace();
  await restore(file, fresh, { credentialsDirectory: credentials });
  expect(await readdir(fresh.dataDir)).not.toContain('secret.key');
  const store = await openStore({ dataDir: fresh.dataDir, credentialsDirectory: credentials });
  expect(await store.devices.all()).toHaveLength(3);
  await store.close();
  const others = await makeFolder();
  await writeFile(join(others, 'secret.key'), Buffer.alloc(32, 4), { mode: 0o400 });
  const another = await makePlace();
  await expect(restore(file, another, { credentialsDirectory: others })).rejects.toMatchObject({ kind: 'key-wrong' });
  expect(await readdir(another.dataDir)).toEqual(['server.lock']);
});

test('what is to be kept secret costs whoever guesses 64 MiB and three passes for each try', async () => {
  const site = await makeSite([1]);
  const file = join(await makeFolder(), 'site.backup');
  const { cost: _, ...options } = optionsOf(site);
  await writeBackupFile(file, options);
  await site.store.close();
  const [, facts = ''] = (await readFile(file, 'latin1')).split('\n');
  expect(JSON.parse(facts)).toMatchObject({ kdf: 'argon2id', ...KEY_COST });
  await restore(file, await makePlace());
});

test('scratch folders of killed processes go, those of living ones stay', async () => {
  const { file } = await makeBackup();
  const fresh = await makePlace();
  await mkdir(fresh.dataDir, { recursive: true });
  // No process has this number: Linux stops at 2^22.
  for (const pid of ['4999999', String(process.ppid)])
    await put(join(fresh.dataDir, `.backup-${pid}-abcDEF/plugtone.db`), 'x');
  await chmod(fresh.dataDir, 0o700);
  await restore(file, fresh);
  expect(await listLeftovers(fresh)).toEqual([`.backup-${process.ppid}-abcDEF`]);
});

test('a big site takes no more memory than a small one', async () => {
  const site = await makeSite([1]);
  onTestFinished(() => site.store.close());
  await fill(site.store, [2], 'Praxis');
  await put(join(site.siteDir, 'files/firmware.rom'), Buffer.alloc(96 * 1024 * 1024, 7));
  const file = join(await makeFolder(), 'site.backup');
  const before = process.memoryUsage().rss;
  let most = 0;
  const looking = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 5);
  await writeBackupFile(file, { ...optionsOf(site), withFiles: true });
  await restore(file, await makePlace());
  clearInterval(looking);
  expect((most - before) / 1024 / 1024).toBeLessThan(96);
});
