import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { describeRenderProblem, renderFile, renderPreview } from '../../src/render/render-file.ts';
import { openTemplateSet, type TemplateSet } from '../../src/render/template-set.ts';
import { readKeys } from './readers.ts';
import { extension, type InputFields, renderInput, TEST_TEMPLATES, testVendor } from './test-vendor.ts';

let folder: string;
let plain: TemplateSet;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'render-'));
  await mkdir(join(folder, 'templates', testVendor.id), { recursive: true });
  for (const [name, text] of Object.entries(TEST_TEMPLATES)) {
    await writeFile(join(folder, 'templates', testVendor.id, `${name}.hbs`), text);
  }
  plain = await openTemplateSet({ vendors: [testVendor], siteDir: null, templatesDir: join(folder, 'templates') });
});

afterAll(() => rm(folder, { recursive: true }));

async function withOverrides(overrides: unknown): Promise<TemplateSet> {
  const siteDir = await mkdtemp(join(folder, 'site-'));
  await mkdir(join(siteDir, 'overrides', testVendor.id), { recursive: true });
  await writeFile(join(siteDir, 'overrides', testVendor.id, 'overrides.json'), JSON.stringify(overrides));
  return openTemplateSet({ vendors: [testVendor], siteDir, templatesDir: join(folder, 'templates') });
}

function render(fields: InputFields = {}, templates = plain) {
  const rendered = renderFile(renderInput(templates, fields));
  if (!rendered.ok) throw new Error(describeRenderProblem(rendered.problem));
  const notes = rendered.value.notes.map((note) => note.text);
  return { ...rendered.value, notes, text: rendered.value.bytes.toString('utf8') };
}

function problem(fields: InputFields, templates = plain) {
  const rendered = renderFile(renderInput(templates, fields));
  if (rendered.ok) throw new Error('it was rendered');
  return { ...rendered.problem, sentence: describeRenderProblem(rendered.problem) };
}

test('the same input gives the same bytes and digest, another input another digest', () => {
  const [one, two] = [render(), render()];
  expect(one.bytes.equals(two.bytes)).toBe(true);
  expect(one.digest).toBe(two.digest);
  expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(render({ settings: { sipPort: 5070 } }).digest).not.toBe(one.digest);
});

test('layers are laid one over the other: site, vendor, model, device', () => {
  const site = {
    settings: { sipServer: 'site.example', ntpServer: 'site.example', voicemailNumber: '1' },
    vendorSettings: {
      [testVendor.id]: { ntpServer: 'vendor.example', voicemailNumber: '2' },
      other: { voicemailNumber: '9' },
    },
    modelSettings: { [`${testVendor.id}/Three`]: { voicemailNumber: '3' }, [`${testVendor.id}/One`]: { sipPort: 9 } },
  };
  const text = render({ site }).text;
  expect(text).toContain('server = site.example:5060');
  expect(text).toContain('account.1.voicemail = 3\n');
  expect(render({ site, device: { settings: { voicemailNumber: '4' } } }).text).toContain('account.1.voicemail = 4\n');
});

test('the language is that of line 1, whoever else is on the phone', () => {
  const extensions = [extension('101', { language: 'xx' }), extension('102', { language: 'yy' })];
  const unknown = (fields: InputFields) => render(fields).notes.filter((note) => note.includes('language'));
  expect(unknown({ extensions })).toEqual([expect.stringContaining('"xx"')]);
  expect(unknown({ extensions: extensions.toReversed() })).toEqual([expect.stringContaining('"yy"')]);
  expect(unknown({ extensions, device: { settings: { language: 'de' } } })).toEqual([]);
});

test('a model is found in any case, and one that is not listed gets as many lines as are sure', () => {
  expect(render({ device: { model: 'THREE' } }).text).toContain('account.3.enable');
  expect(render({ device: { model: 'Nine' } }).text).toContain('account.2.enable');
  expect(render({ device: { model: null } }).text).not.toContain('account.3.enable');
});

test.each([
  [
    { file: 'nothing.cfg' },
    'no-such-file',
    'Testphone has no file "nothing.cfg"; known are lines.cfg, phone.xml, colons.cfg',
  ],
  [{ device: { state: 'pending' } }, 'device-not-approved', '020000000001 is not approved'],
  [{ device: { state: 'blocked' } }, 'device-not-approved', '020000000001 is not approved'],
  [{ device: { token: null } }, 'device-not-approved', '020000000001 is not approved'],
  [{ extensions: [] }, 'device-not-approved', '020000000001 is not approved'],
  [
    { device: { extensions: ['999'] } },
    'no-such-extension',
    '020000000001 is meant to have extension 999, which does not exist',
  ],
  [
    { settings: { timeZone: 'Europe/Berln' } },
    'no-such-time-zone',
    '"Europe/Berln" is no time zone; near it are Europe/Berlin',
  ],
  [
    { device: { model: 'One' }, extensions: [extension('101'), extension('102')] },
    'too-many-extensions',
    '020000000001 is meant to have 2 extensions, but a One has 1 line',
  ],
  [
    { site: { consolePasswordPolicy: 'one' } },
    'no-console-password',
    "020000000001 cannot get a console password: the site's console password is not set",
  ],
  [
    { settings: { codecs: ['opus'] } },
    'no-codec',
    'the codecs of 020000000001 cannot be set: saw opus, wanted at least one that Testphone knows: g722, pcma, pcmu',
  ],
  [
    { extensions: [extension('101', { displayName: 'a\nb' })] },
    'value-not-writable',
    'the display name of line 1 of 020000000001 cannot be written into lines.cfg: it holds the control character U+000A',
  ],
  [
    { extensions: [extension('101', { password: new Secret('geheim ') })] },
    'value-not-writable',
    'the password of line 1 of 020000000001 cannot be written into lines.cfg: it begins or ends with a blank, which this format loses',
  ],
] as const)('%j is refused as %s', (fields, kind, sentence) => {
  const refused = problem(fields as InputFields);
  expect(refused.kind).toBe(kind);
  expect(refused.sentence).toContain(sentence);
  expect(JSON.stringify(refused)).not.toContain('geheim');
});

test('overrides replace native values in any of the files, and add to the own file alone', async () => {
  const templates = await withOverrides({
    set: { 'account.1.voicemail': 'all', 'user_realname[1]': 'a<b', 'time server1': 'x#y' },
    add: { extra: 1 },
    models: { Three: { set: { 'account.1.voicemail': 'model' } } },
    devices: { '02:00:00:00:00:01': { add: { extra: 2 } } },
  });
  const own = render({}, templates);
  expect(readKeys(own.text, 'key-value').get('account.1.voicemail')).toEqual(['model']);
  expect(own.text.endsWith('\nextra = 2\n')).toBe(true);
  expect(own.notes).toEqual([]);
  const xml = render({ file: 'phone.xml' }, templates);
  expect(readKeys(xml.text, 'xml').get('user_realname[1]')).toEqual(['a<b']);
  expect(xml.text).not.toContain('extra');
  expect(xml.notes).toEqual([]);
  const colons = render({ file: 'colons.cfg' }, templates);
  expect(readKeys(colons.text, 'colon-value').get('time server1')).toEqual(['x#y']);
  // Another phone of another model has the base alone.
  const other = render({ device: { model: 'One', mac: '020000000002' as never } }, templates);
  expect(readKeys(other.text, 'key-value').get('account.1.voicemail')).toEqual(['all']);
});

test('an override that finds nothing is told with key, vendor and file', async () => {
  const templates = await withOverrides({ set: { 'accounts.1.label': 'x', login: 'y' }, add: { server: 'z' } });
  const { text, notes } = render({}, templates);
  expect(text).toBe(render().text);
  expect(notes).toEqual([
    'override "accounts.1.label" of Testphone: there is no such key to set in lines.cfg',
    'override "login" of Testphone: nothing was set, because the key stands more than once in lines.cfg',
    'override "server" of Testphone: nothing was added, because the key is there already (use "set") in lines.cfg',
  ]);
});

test.each([
  [{ set: { server: 'a\nb' } }, '"server": the value cannot be written: it holds the control character U+000A'],
  [{ add: { 'a b': '1' } }, '"a b": this is no key of such a file'],
  [{ nothing: {} }, 'saw the field "nothing"'],
])('overrides %j refuse the file', async (overrides, says) => {
  const refused = problem({}, await withOverrides(overrides));
  expect(refused.kind).toBe('override-broken');
  expect(refused.sentence).toContain('overrides.json is broken: ');
  expect(refused.sentence).toContain(says);
});

const SECRETS = ['geheim-101', 'site-geheim', 'admin-geheim', 'user-geheim', 'tokentokentokentoken'];
const SECRETIVE: InputFields = {
  extensions: [extension('101', { password: new Secret('geheim-101') })],
  site: { consolePassword: new Secret('site-geheim') },
  device: { consolePasswords: { admin: new Secret('admin-geheim'), user: new Secret('user-geheim') } },
};

test.each(['same', 'one', 'random'] as const)(
  'a preview with console passwords "%s" holds no secret, in no file',
  (policy) => {
    for (const { name } of testVendor.files) {
      const fields = { ...SECRETIVE, file: name, site: { ...SECRETIVE.site, consolePasswordPolicy: policy } };
      const preview = renderPreview(renderInput(plain, fields));
      if (!preview.ok) throw new Error(describeRenderProblem(preview.problem));
      const text = preview.value.bytes.toString('utf8');
      for (const secret of SECRETS) expect(text).not.toContain(secret);
      expect(text).toContain('••••••');
      const real = render(fields);
      // All else is as the phone gets it: the same keys, and the same values where no secret is.
      const [shown, sent] = [text.split('\n'), real.text.split('\n')];
      expect(shown.length).toBe(sent.length);
      expect(shown.filter((line, index) => line !== sent[index] && !line.includes('••••••'))).toEqual([]);
    }
  },
);

test('a password that is also a word of the file covers nothing but itself', () => {
  const preview = renderPreview(
    renderInput(plain, { extensions: [extension('101', { password: new Secret('101') })] }),
  );
  if (!preview.ok) throw new Error('refused');
  const keys = readKeys(preview.value.bytes.toString('utf8'), 'key-value');
  expect(keys.get('account.1.user_name')).toEqual(['101']);
  expect(keys.get('account.1.password')).toEqual(['••••••']);
});

test('a secret in an override is covered where it replaces one, or where the key sounds like one', async () => {
  const templates = await withOverrides({
    set: { 'account.1.password': 'native-geheim', 'account.1.voicemail': 'shown' },
    add: { 'ldap.password': 'other-geheim', plain: 'shown' },
  });
  const preview = renderPreview(renderInput(templates, SECRETIVE));
  if (!preview.ok) throw new Error('refused');
  const text = preview.value.bytes.toString('utf8');
  expect(text).not.toContain('geheim');
  expect(text.match(/shown/g)).toHaveLength(2);
});

test('a preview of a file that the phone would not get is the same refusal', () => {
  const fields = { extensions: [extension('101', { password: new Secret('a\nb') })] };
  expect(renderPreview(renderInput(plain, fields))).toEqual(renderFile(renderInput(plain, fields)));
});

test('a file without a secret is the same in the preview', async () => {
  const siteDir = await mkdtemp(join(folder, 'site-'));
  await mkdir(join(siteDir, 'overrides', testVendor.id), { recursive: true });
  await writeFile(join(siteDir, 'overrides', testVendor.id, 'colons.cfg.hbs'), 'time server1: {{time.ntpServer}}\n');
  const templates = await openTemplateSet({ vendors: [testVendor], siteDir, templatesDir: join(folder, 'templates') });
  const input = renderInput(templates, { ...SECRETIVE, file: 'colons.cfg' });
  expect(renderPreview(input)).toEqual(renderFile(input));
});

test('an empty secret stays empty, so that a preview does not show one', () => {
  const preview = renderPreview(renderInput(plain, { extensions: [extension('101', { password: new Secret('') })] }));
  if (!preview.ok) throw new Error('refused');
  expect(readKeys(preview.value.bytes.toString('utf8'), 'key-value').get('account.1.password')).toEqual(['']);
});
