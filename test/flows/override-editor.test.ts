import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { createConfigCache } from '../../src/flows/config-cache.ts';
import { createOverrideEditor, describeOverrideProblem, type OverrideEditor } from '../../src/flows/override-editor.ts';
import { openOverrideFiles } from '../../src/render/override-files.ts';
import { openTemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import { device, extension, openDoors } from '../peers/office-doors.ts';

const PHONE = device('001565000001', {
  state: 'approved',
  vendorId: 'yealink',
  model: 'T46S',
  extensions: ['101'],
  token: 't0kent0ken',
  address: '192.168.10.41',
});
const FILE = { vendorId: 'yealink', name: 'overrides.json' };
const TEMPLATE = { vendorId: 'yealink', name: 'phone.cfg.hbs' };

let siteDir = '';
let world: ReturnType<typeof openDoors>;
let editor: OverrideEditor;

async function open(): Promise<void> {
  const templates = await openTemplateSet({ vendors, siteDir });
  const { office, counters, clock } = world.doors;
  const cache = createConfigCache({ office, templates, counters, clock, phonePort: 8060 });
  editor = createOverrideEditor(world.doors, cache, openOverrideFiles(siteDir));
}

beforeEach(async () => {
  siteDir = await mkdtemp(join(tmpdir(), 'plugtone-site-'));
  world = openDoors({ devices: [PHONE], extensions: [extension('101')] });
  await open();
  return () => rm(siteDir, { recursive: true, force: true });
});

async function textOf(name: string): Promise<string> {
  const read = await editor.read('yealink', name);
  if (!read.ok) throw new Error(read.problem.kind);
  return read.value.site ?? read.value.ours ?? '';
}

test('a draft is tried with a phone: what it would fetch and what is different, secrets covered', async () => {
  const text = '{"set":{"local_time.date_format":"5","account.1.password":"0ther-Pa55"},"add":{"a.b":"1"}}';
  const preview = await editor.preview({ ...FILE, text }, PHONE.mac);
  if (!preview.ok) throw new Error(describeOverrideProblem(preview.problem));
  expect(preview.value.mac).toBe(PHONE.mac);
  const [own] = preview.value.files;
  expect(own?.file).toBe('001565000001.cfg');
  const changed = own?.lines.filter((line) => line !== null && line.kind === 'added') ?? [];
  expect(changed.map((line) => line?.text)).toEqual(['local_time.date_format = 5', 'a.b = 1']);
  expect(JSON.stringify(preview)).not.toMatch(/Pa55|pw-101|t0kent0ken/);
  expect(world.commits).toEqual([]);
  await expect(readFile(join(siteDir, 'overrides/yealink/overrides.json'))).rejects.toThrow('ENOENT');
});

test('without a phone of the make a sample is shown', async () => {
  const preview = await editor.preview({ vendorId: 'snom', name: 'overrides.json', text: '{}' });
  expect(preview).toMatchObject({ ok: true, value: { mac: null } });
  const other = await editor.preview({ vendorId: 'snom', name: 'overrides.json', text: '{}' }, PHONE.mac);
  expect(other).toMatchObject({ ok: true, value: { mac: null } });
});

test('a key that is gone is told before and after it is written', async () => {
  const text = '{"set":{"no.such.key":"5"}}';
  const preview = await editor.preview({ ...FILE, text }, PHONE.mac);
  expect(preview).toMatchObject({ ok: true, value: { notes: [{ text: expect.stringContaining('"no.such.key"') }] } });
  expect(await editor.write({ ...FILE, text }, { actor: 'anna' })).toMatchObject({ ok: true });
  await open();
  const summary = (await editor.list()).find(({ vendorId }) => vendorId === 'yealink');
  expect(summary?.notes).toMatchObject([{ text: expect.stringContaining('"no.such.key"') }]);
  expect(summary?.files[0]).toMatchObject({ name: 'overrides.json', changedAt: expect.any(Number) });
});

test.each([
  [FILE, '{"set": {', 'not JSON'],
  [FILE, '{"sett":{}}', '"sett"'],
  [FILE, '{"add":{"a b\\n":"1"}}', 'no key'],
  [TEMPLATE, '#!version:1.0.0.1\n{{nothing.here}}\n', '"nothing.here"'],
  [TEMPLATE, 'account.1.enable = 1\n', 'wanted #!version'],
])('what is not sound is not tried: %j %j', async (file, text, reason) => {
  const preview = await editor.preview({ ...file, text }, PHONE.mac);
  if (preview.ok || preview.problem.kind !== 'override-not-sound') throw new Error('it was taken');
  expect(describeOverrideProblem(preview.problem)).toContain(reason);
});

test('what is not sound is not written', async () => {
  const broken = await editor.write({ ...TEMPLATE, text: '#!version:1.0.0.1\n{{#if x}}\n' }, { actor: 'anna' });
  expect(broken).toMatchObject({ ok: false, problem: { kind: 'override-not-sound', line: expect.any(Number) } });
  expect(await editor.read('yealink', 'phone.cfg.hbs')).toMatchObject({ ok: true, value: { site: null } });
  expect(world.commits).toEqual([]);
});

test('a template is written as the phones like it, audited, and taken back', async () => {
  const ours = await textOf('phone.cfg.hbs');
  const windows = `\ufeff${ours.replaceAll('\n', '\r\n')}# ours, changed`;
  const written = await editor.write({ ...TEMPLATE, text: windows }, { actor: 'anna', version: 'none' });
  expect(written).toMatchObject({ ok: true, value: { site: `${ours}# ours, changed\n` } });
  const again = await editor.write({ ...TEMPLATE, text: windows }, { actor: 'anna' });
  expect(again).toEqual(written);
  expect(await editor.remove('yealink', 'phone.cfg.hbs', 'ben')).toMatchObject({ ok: true, value: { site: null } });
  expect(await editor.remove('yealink', 'phone.cfg.hbs', 'ben')).toMatchObject({ ok: true });
  expect(world.commits.flatMap(({ audit }) => audit ?? [])).toMatchObject([
    { actor: 'anna', action: 'override.changed', subject: 'yealink/phone.cfg.hbs' },
    { actor: 'ben', action: 'override.removed', subject: 'yealink/phone.cfg.hbs' },
  ]);
});

test('an edit of an older text is refused', async () => {
  const first = await editor.write({ ...FILE, text: '{"set":{}}' }, { actor: 'anna', version: 'none' });
  expect(first.ok).toBe(true);
  const late = await editor.write({ ...FILE, text: '{"add":{}}' }, { actor: 'ben', version: 'none' });
  expect(late).toEqual({ ok: false, problem: { kind: 'changed-meanwhile' } });
  expect(await textOf('overrides.json')).toBe('{"set":{}}\n');
});

test('makes and names that are not there are told', async () => {
  for (const [vendorId, name] of [
    ['nobody', 'overrides.json'],
    ['yealink', '../../secret'],
  ] as const) {
    const read = await editor.read(vendorId, name);
    expect(read).toMatchObject({ ok: false, problem: { kind: 'no-such-override', saw: `${vendorId}/${name}` } });
  }
});

test('a file of the site that is broken is told in the list', async () => {
  await mkdir(join(siteDir, 'overrides/snom'), { recursive: true });
  await writeFile(join(siteDir, 'overrides/snom/overrides.json'), '{"set"');
  await open();
  const summary = (await editor.list()).find(({ vendorId }) => vendorId === 'snom');
  expect(summary?.notes).toMatchObject([{ text: expect.stringContaining('not JSON') }]);
});
