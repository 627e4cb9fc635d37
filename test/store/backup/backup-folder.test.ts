import { once } from 'node:events';
import { mkdir, open, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openBackupFolder } from '../../../src/store/backup/backup-folder.ts';
import { makeFolder } from '../samples.ts';

const AT = Date.UTC(2026, 0, 7, 1, 30, 0, 123);

async function makeFolderWith(times: readonly number[]) {
  const dataDir = await makeFolder();
  const folder = openBackupFolder(dataDir);
  await folder.prepare();
  for (const at of times) await writeFile(folder.pathFor(at % 2 === 0 ? 'manual' : 'nightly', at), 'backup');
  return { dataDir, folder, backups: join(dataDir, 'backups') };
}

test('there is none before the first one', async () => {
  expect(await openBackupFolder(await makeFolder()).list()).toEqual([]);
});

test('those of a second are told apart, and listed newest first', async () => {
  const { folder } = await makeFolderWith([AT, AT + 2, AT + 1]);
  expect(await folder.list()).toEqual([
    { name: 'plugtone-nightly-2026-01-07T01-30-00-125.backup', kind: 'nightly', madeAt: AT + 2, bytes: 6 },
    { name: 'plugtone-manual-2026-01-07T01-30-00-124.backup', kind: 'manual', madeAt: AT + 1, bytes: 6 },
    { name: 'plugtone-nightly-2026-01-07T01-30-00-123.backup', kind: 'nightly', madeAt: AT, bytes: 6 },
  ]);
});

test('the oldest of its kind go, and nothing of the other kind', async () => {
  const { folder } = await makeFolderWith([AT, AT + 1, AT + 2, AT + 3, AT + 4]);
  expect(await folder.prune('nightly', 1)).toBe(2);
  expect((await folder.list()).map(({ madeAt }) => madeAt - AT)).toEqual([4, 3, 1]);
  expect(await folder.prune('nightly', 1)).toBe(0);
});

test('only backups are listed and read: no other file, no link, no folder, nothing outside', async () => {
  const { dataDir, folder, backups } = await makeFolderWith([AT]);
  await writeFile(join(dataDir, 'plugtone.db'), 'not this');
  await writeFile(join(backups, 'note.txt'), 'not this');
  await mkdir(join(backups, 'plugtone-manual-2026-01-07T01-30-00-999.backup'));
  await symlink('/etc/passwd', join(backups, 'plugtone-manual-2026-01-07T01-30-00-555.backup'));
  expect(await folder.list()).toHaveLength(1);
  for (const name of [
    'note.txt',
    'plugtone-manual-2026-01-07T01-30-00-555.backup',
    '../plugtone.db',
    '',
    '/etc/passwd',
    'plugtone-manual-2026-01-07T01-30-00-000.backup',
  ]) {
    expect(await folder.read(name), name).toBeUndefined();
  }
  const found = await folder.read('plugtone-nightly-2026-01-07T01-30-00-123.backup');
  expect(found?.bytes).toBe(6);
  const pieces: Buffer[] = [];
  for await (const piece of found?.stream ?? []) pieces.push(piece as Buffer);
  expect(Buffer.concat(pieces).toString()).toBe('backup');
});

test('what a killed process left of one is cleared up', async () => {
  const { folder, backups } = await makeFolderWith([AT]);
  await writeFile(join(backups, 'plugtone-nightly-2026-01-07T01-30-00-123.backup.0123456789ab.part'), 'half');
  await folder.prepare();
  expect(await readdir(backups)).toHaveLength(1);
});

/** Of this process, in the folder. */
async function listOpenFiles(folder: string): Promise<readonly string[]> {
  const targets = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(join('/proc/self/fd', fd)).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(folder));
}

test.runIf(process.platform === 'linux')('no file stays open that nobody reads', async () => {
  const { folder, backups } = await makeFolderWith([AT]);
  const name = 'plugtone-nightly-2026-01-07T01-30-00-123.backup';
  const found = await folder.read(name);
  expect(await listOpenFiles(backups)).toHaveLength(1);
  if (found === undefined) throw new Error('no backup');
  await once(found.stream.destroy(), 'close');
  expect(await listOpenFiles(backups)).toEqual([]);

  const handle = await open(join(backups, name));
  const stat = vi.spyOn(Object.getPrototypeOf(handle), 'stat').mockRejectedValueOnce(new Error('EIO'));
  await handle.close();
  await expect(folder.read(name)).rejects.toThrow('EIO');
  stat.mockRestore();
  expect(await listOpenFiles(backups)).toEqual([]);
});
