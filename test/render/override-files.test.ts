import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { listOverrideNames } from '../../src/render/check-override.ts';
import { openOverrideFiles } from '../../src/render/override-files.ts';
import { vendors } from '../../src/vendors/all.ts';

const [vendor] = vendors;
if (vendor === undefined) throw new Error('there is no vendor');
let siteDir = '';
beforeEach(async () => {
  siteDir = await mkdtemp(join(tmpdir(), 'plugtone-site-'));
  return () => rm(siteDir, { recursive: true, force: true });
});

test('a file is written whole, read back, listed and removed', async () => {
  const files = openOverrideFiles(siteDir);
  const [, template = ''] = listOverrideNames(vendor);
  const before = await files.read(vendor, template);
  expect(before).toMatchObject({ ok: true, value: { site: null, ours: expect.stringContaining('{{') } });
  expect(await files.read(vendor, 'overrides.json')).toMatchObject({ ok: true, value: { ours: null, site: null } });
  expect(await files.write(vendor, 'overrides.json', '{"set":{}}\n')).toEqual({ ok: true, value: undefined });
  expect(await files.write(vendor, 'overrides.json', '{"add":{}}\n')).toMatchObject({ ok: true });
  expect(await files.read(vendor, 'overrides.json')).toMatchObject({ ok: true, value: { site: '{"add":{}}\n' } });
  expect(await readdir(join(siteDir, 'overrides', vendor.id))).toEqual(['overrides.json']);
  const [overrides, other] = await files.list(vendor);
  expect([overrides?.name, typeof overrides?.changedAt, other?.changedAt]).toEqual(['overrides.json', 'number', null]);
  expect(await files.remove(vendor, 'overrides.json')).toMatchObject({ ok: true });
  expect(await files.remove(vendor, 'overrides.json')).toMatchObject({ ok: true });
  expect(await readdir(join(siteDir, 'overrides', vendor.id))).toEqual([]);
});

test.each(['../overrides.json', 'notes.txt', 'phone.cfg', '', '.', 'overrides.json\0', '/etc/passwd'])(
  'a name that is not looked for is neither read nor written: %j',
  async (name) => {
    const files = openOverrideFiles(siteDir);
    expect(await files.read(vendor, name)).toBeUndefined();
    await expect(files.write(vendor, name, 'x')).rejects.toThrow('has no file');
    await expect(files.remove(vendor, name)).rejects.toThrow('has no file');
  },
);

test('a link that leads out of the folder is not followed', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'plugtone-elsewhere-'));
  await mkdir(join(siteDir, 'overrides'));
  await symlink(elsewhere, join(siteDir, 'overrides', vendor.id));
  const files = openOverrideFiles(siteDir);
  const written = await files.write(vendor, 'overrides.json', '{}');
  expect(written).toMatchObject({ ok: false, problem: { reason: expect.stringContaining('leads out') } });
  await writeFile(join(elsewhere, 'overrides.json'), 'theirs');
  expect(await files.remove(vendor, 'overrides.json')).toMatchObject({ ok: false });
  expect(await readFile(join(elsewhere, 'overrides.json'), 'utf8')).toBe('theirs');
  await rm(elsewhere, { recursive: true });
});

test('a file that cannot be read or written is told, and what was there stays', async () => {
  const folder = join(siteDir, 'overrides', vendor.id);
  await mkdir(join(folder, 'overrides.json'), { recursive: true });
  const files = openOverrideFiles(siteDir);
  expect(await files.read(vendor, 'overrides.json')).toMatchObject({ ok: false });
  const written = await files.write(vendor, 'overrides.json', '{}');
  expect(written).toMatchObject({ ok: false, problem: { reason: expect.stringContaining('cannot be written') } });
  expect(await readdir(folder)).toEqual(['overrides.json']);
});

test('bytes that are no UTF-8 are told, not guessed', async () => {
  const folder = join(siteDir, 'overrides', vendor.id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'overrides.json'), Buffer.from([0x7b, 0xff, 0x7d]));
  const read = await openOverrideFiles(siteDir).read(vendor, 'overrides.json');
  expect(read).toMatchObject({ ok: false, problem: { reason: expect.stringContaining('UTF-8') } });
});
