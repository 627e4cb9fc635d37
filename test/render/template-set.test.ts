import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeRenderProblem } from '../../src/render/render-problem.ts';
import { buildSampleView } from '../../src/render/sample-view.ts';
import { openTemplateSet, type TemplateSet, type TemplateSetOptions } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import { TEST_TEMPLATES, testVendor } from './test-vendor.ts';

let folder: string;
let templatesDir: string;
let siteFolder: string;
let controller: AbortController;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'templates-'));
  templatesDir = join(folder, 'templates');
  siteFolder = join(folder, 'site', 'overrides', testVendor.id);
  controller = new AbortController();
  await mkdir(join(templatesDir, testVendor.id), { recursive: true });
  await mkdir(siteFolder, { recursive: true });
  for (const [name, text] of Object.entries(TEST_TEMPLATES)) {
    await writeFile(join(templatesDir, testVendor.id, `${name}.hbs`), text);
  }
});

afterEach(async () => {
  controller.abort();
  await rm(folder, { recursive: true });
});

const [lines] = testVendor.files;
const view = buildSampleView(testVendor);

function open(options: Partial<TemplateSetOptions> = {}): Promise<TemplateSet> {
  return openTemplateSet({ vendors: [testVendor], siteDir: join(folder, 'site'), templatesDir, ...options });
}

function write(set: TemplateSet): string {
  const written = set.write(testVendor, lines, view);
  return written.ok ? written.value : `refused: ${describeRenderProblem(written.problem)}`;
}

test('our templates are used where the site has none', async () => {
  const set = await open();
  expect(write(set)).toContain('#!version:1.0.0.1\n# Plugtone\naccount.1.enable = 1\n');
  expect(set.problems()).toEqual([]);
  expect((await open({ siteDir: null })).versionOf(testVendor)).toBe(set.versionOf(testVendor));
  expect((await open({ siteDir: join(folder, 'nowhere') })).problems()).toEqual([]);
});

test("a site's template of the same name wins, and the version tells", async () => {
  const before = await open();
  await writeFile(join(siteFolder, 'lines.cfg.hbs'), '#!version:1.0.0.1\nserver = {{sip.server}}\n');
  const after = await open();
  expect(write(after)).toBe('#!version:1.0.0.1\nserver = 192.0.2.1\n');
  expect(after.versionOf(testVendor)).not.toBe(before.versionOf(testVendor));
});

test("an editor's byte order mark and carriage returns do not reach the phone", async () => {
  await writeFile(join(siteFolder, 'lines.cfg.hbs'), '\ufeff#!version:1.0.0.1\r\na = 1\r\n');
  expect(write(await open())).toBe('#!version:1.0.0.1\na = 1\n');
});

test.each([
  ['a name that does not exist', '#!version:1.0.0.1\na = {{sip.sever}}\n', 2, 'sip.sever'],
  ['a block that is not closed', '#!version:1.0.0.1\n{{#if mac}}\n', 3, 'Expecting'],
  ['another first line', '\n#!version:1.0.0.1\n', 1, 'wanted #!version:1.0.0.1'],
  ['bytes that are not UTF-8', Buffer.from('#!version:1.0.0.1\na = \xe4\n', 'latin1'), 0, 'not UTF-8'],
])("a site's template with %s is reported with file and line and never served", async (_what, text, line, says) => {
  const template = join(siteFolder, 'lines.cfg.hbs');
  await writeFile(template, text);
  const set = await open();
  const problem = { kind: 'template-broken', template, line, reason: expect.stringContaining(says) };
  expect(set.write(testVendor, lines, view)).toEqual({ ok: false, problem });
  expect(set.problems()).toEqual([problem]);
});

test('broken overrides are a problem with the file, not an empty set of overrides', async () => {
  await writeFile(join(siteFolder, 'overrides.json'), '{"sets":{}}');
  const set = await open();
  const problem = {
    kind: 'override-broken',
    file: join(siteFolder, 'overrides.json'),
    reason: expect.stringContaining('sets'),
  };
  expect(set.overridesOf(testVendor)).toEqual({ ok: false, problem });
  expect(set.problems()).toEqual([problem]);
});

test('a file that nobody looks for is told', async () => {
  await writeFile(join(siteFolder, 'line.cfg.hbs'), 'x');
  await writeFile(join(siteFolder, 'override.json'), '{}');
  await writeFile(join(siteFolder, 'README.md'), 'x');
  const notes = (await open()).notesOf(testVendor);
  expect(notes).toHaveLength(2);
  expect(notes[0]?.text).toContain(
    'line.cfg.hbs is no file that is looked for; known are overrides.json, lines.cfg.hbs',
  );
});

test('a folder of overrides for a vendor that nobody knows is a problem', async () => {
  await mkdir(join(folder, 'site', 'overrides', 'testphon'));
  const set = await open();
  expect(set.problems().map(describeRenderProblem)).toEqual([
    expect.stringMatching(/testphon is broken: there is no vendor "testphon"; known are testphone$/),
  ]);
  expect(write(set)).toContain('account.1.enable');
});

test('a template that we do not ship is a problem when the file is asked for', async () => {
  await rm(join(templatesDir, testVendor.id, 'lines.cfg.hbs'));
  expect(write(await open())).toMatch(
    /^refused: the template .*lines\.cfg\.hbs is broken: the file cannot be read \(ENOENT\)$/,
  );
});

test('changes of the site take effect without a restart: new, changed, broken, repaired, removed', async () => {
  let changed: () => void = () => undefined;
  const set = await open({ signal: controller.signal, checkEveryMs: 10, onChange: () => changed() });
  const next = () =>
    new Promise<void>((resolve) => {
      changed = resolve;
    });
  const path = join(siteFolder, 'lines.cfg.hbs');
  const shipped = write(set);
  const versions = new Set([set.versionOf(testVendor)]);
  // Put in place whole, so that no look falls between.
  const put = async (path: string, text: string) => {
    await writeFile(join(folder, 'fresh'), text);
    await rename(join(folder, 'fresh'), path);
  };
  const steps: [() => Promise<void>, string | RegExp][] = [
    [() => put(path, '#!version:1.0.0.1\na = 1\n'), '#!version:1.0.0.1\na = 1\n'],
    // The same size.
    [() => put(path, '#!version:1.0.0.1\na = 2\n'), '#!version:1.0.0.1\na = 2\n'],
    [() => put(path, '#!version:1.0.0.1\n{{no}}\n'), /^refused: .* in line 2/],
    [() => put(path, '#!version:1.0.0.1\na = 3\n'), '#!version:1.0.0.1\na = 3\n'],
    [() => rm(path), shipped],
  ];
  for (const [act, expected] of steps) {
    const change = next();
    await act();
    await change;
    expect(write(set)).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
    versions.add(set.versionOf(testVendor));
  }
  // The last state is the first one again.
  expect(versions.size).toBe(steps.length);

  const change = next();
  await put(join(siteFolder, 'overrides.json'), '{"set":{"a":"1"}}');
  await change;
  expect(set.overridesOf(testVendor)).toMatchObject({ ok: true, value: { base: { set: { a: '1' } } } });
});

test('a file that is still being written is not taken in', async () => {
  const seen: string[] = [];
  const options = { signal: controller.signal, checkEveryMs: 300, onChange: () => seen.push(write(set)) };
  const set: TemplateSet = await open(options);
  const path = join(siteFolder, 'lines.cfg.hbs');
  let text = '#!version:1.0.0.1\n';
  // Longer than one look and the next.
  for (let part = 0; part < 70; part++) {
    text += `key.${part} = 1\n`;
    await writeFile(path, text);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(seen).toEqual([text]);
});

test('after the signal nothing is followed any more', async () => {
  let changes = 0;
  await open({ signal: controller.signal, checkEveryMs: 5, onChange: () => changes++ });
  controller.abort();
  await writeFile(join(siteFolder, 'lines.cfg.hbs'), '#!version:1.0.0.1\n');
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(changes).toBe(0);
});

test('every template that we ship compiles, and none uses a name that does not exist', async () => {
  const set = await openTemplateSet({ vendors, siteDir: null });
  expect(set.problems().map(describeRenderProblem)).toEqual([]);
});
