/**
 * Every file of every vendor, as exact bytes under test/golden/<vendor>/. A change is made with
 * `npm run test:golden -- --update` and reviewed as a diff: a phone sees each of these bytes, and reboots for them.
 */
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import type { Extension } from '../../src/core/extension.ts';
import { Secret } from '../../src/core/secret.ts';
import type { SettingsPatch } from '../../src/core/settings.ts';
import { DEFAULT_TRUST } from '../../src/core/trust.ts';
import { describeRenderProblem, findModel, renderFile, renderPreview } from '../../src/render/render-file.ts';
import { openTemplateSet, type TemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import type { FileFormat, Vendor, VendorFile } from '../../src/vendors/vendor.ts';
import { readKeys } from './readers.ts';
import { device, extension, type InputFields, mac, renderInput } from './test-vendor.ts';

const GOLDEN = new URL('../golden/', import.meta.url);
const TOKEN = 'Zm9yLWdvbGRlbi1maWxlcy1vbmx5';

const OFFICE: SettingsPatch = {
  sipServer: 'pbx.example',
  timeZone: 'Europe/Berlin',
  language: 'de',
  toneCountry: 'DE',
  voicemailNumber: '*97',
};
const EVERYTHING: SettingsPatch = {
  ...OFFICE,
  sipTransport: 'tls',
  outboundProxy: 'proxy.example:5081',
  srtp: 'required',
  dtmfMethod: 'sip-info',
  codecs: ['pcma', 'g729'],
  timeZone: 'Australia/Lord_Howe',
  timeFormat: '12h',
  dateFormat: 'dd/mm/yyyy',
  language: 'fr',
  toneCountry: 'GB',
  ntpServer: '',
  resyncMinutes: 0,
  pnpEnabled: false,
  vlanId: 20,
  vlanPriority: 5,
  pcVlanId: 30,
  syslogServer: 'log.example',
  syslogLevel: 'debug',
};

interface Case {
  readonly name: string;
  readonly fields: (vendor: Vendor) => InputFields;
}

/** 64 characters (UTF-16 units), all that formats trip over but what a line cannot hold. */
const HOSTILE = `&<>"'#;%{}\\/=:!^$|*?[]()@~+,._-&amp;%NULL%]]>\`äöüß€ 😀 Ärger: a=b#c;d`.slice(0, 64);
const WITHOUT_QUOTES = HOSTILE.replaceAll('"', '”');

function hostileExtension(text: string): Extension {
  return { ...extension('101'), displayName: text, authName: text, password: new Secret(text) };
}

const CASES: readonly Case[] = [
  { name: 'plain', fields: () => ({ settings: OFFICE }) },
  {
    name: 'everything',
    fields: (vendor) => ({
      settings: EVERYTHING,
      extensions: ['101', '102'].slice(0, findModel(vendor, modelOf(vendor)).lines).map((number) => extension(number)),
      site: { consolePasswordPolicy: 'random' },
      device: { consolePasswords: { admin: new Secret('271828'), user: new Secret('314159') } },
    }),
  },
  {
    name: 'login',
    fields: () => ({
      settings: OFFICE,
      site: { trust: { ...DEFAULT_TRUST, phoneLogin: 'digest' } },
      device: { login: { password: new Secret('Wx7mKp2vQ9rTz4Bn'), drawnAt: 1, givenAt: null, provedAt: null } },
    }),
  },
  {
    name: 'own-authority',
    fields: () => ({ settings: OFFICE, server: { scheme: 'https', port: 8061, authorityPort: 8060 } }),
  },
  { name: 'hostile', fields: () => ({ settings: OFFICE, extensions: [hostileExtension(HOSTILE)] }) },
  {
    name: 'hostile-without-quotes',
    fields: () => ({ settings: OFFICE, extensions: [hostileExtension(WITHOUT_QUOTES)] }),
  },
];

let templates: TemplateSet;

beforeAll(async () => {
  templates = await openTemplateSet({ vendors, siteDir: null });
});

/** As it stands in the list of devices once the phone was heard. */
function modelOf(vendor: Vendor): string | null {
  const { model, firmware, sipUserAgent, eventWords } = vendor.simulated;
  return vendor.modelOf({ userAgent: sipUserAgent?.(model, firmware) ?? '', firmware, ...eventWords(model) });
}

function inputOf(vendor: Vendor, file: VendorFile, fields: InputFields) {
  const model = modelOf(vendor);
  const address = mac(`${vendor.macPrefixes[0] ?? ''}000000000000`.slice(0, 9).concat('abc'));
  return renderInput(templates, {
    ...fields,
    vendor,
    file: file.name,
    device: { mac: address, vendorId: vendor.id, model, token: TOKEN, ...fields.device },
  });
}

function textOrRefusal(vendor: Vendor, file: VendorFile, fields: InputFields): string {
  const rendered = renderFile(inputOf(vendor, file, fields));
  if (!rendered.ok) return `refused: ${describeRenderProblem(rendered.problem)}\n`;
  return rendered.value.bytes.toString('utf8');
}

const EVERY_FILE = vendors.flatMap((vendor) =>
  vendor.files.map((file) => [`${vendor.id}/${file.name}`, vendor, file] as const),
);
const GOLDEN_NAMES = EVERY_FILE.flatMap(([name]) => CASES.map((one) => nameOf(name, one)));

function nameOf(file: string, one: Case): string {
  return file.replace(/(\.[^.]+)$/, `.${one.name}$1`);
}

test.each(EVERY_FILE.flatMap((row) => CASES.map((one) => [nameOf(row[0], one), one, row[1], row[2]] as const)))(
  '%s is what it was',
  async (name, one, vendor, file) => {
    const text = textOrRefusal(vendor, file, one.fields(vendor));
    await expect(text).toMatchFileSnapshot(fileURLToPath(new URL(name, GOLDEN)));
  },
);

test('a golden that no vendor file makes is an error', async () => {
  const found = await readdir(GOLDEN, { recursive: true, withFileTypes: true });
  const names = found
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => `${entry.parentPath.split('/').at(-1)}/${entry.name}`);
  expect(names.sort()).toEqual([...GOLDEN_NAMES].sort());
});

test('the hostile value has 64 characters and all that was promised', () => {
  expect(HOSTILE).toHaveLength(64);
  for (const character of `&<>"'#;%{}äöü`) expect(HOSTILE).toContain(character);
});

test.each(EVERY_FILE)(
  '%s ends with one newline, has no byte order mark, no carriage return and no control character',
  (_name, vendor, file) => {
    for (const one of CASES) {
      const text = textOrRefusal(vendor, file, one.fields(vendor));
      expect(text).toMatch(/[^\n]\n$/);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\ufeff\u2028\u2029]/);
    }
  },
);

test.each(EVERY_FILE)('%s is rendered twice to the same bytes', (_name, vendor, file) => {
  for (const one of CASES) {
    expect(textOrRefusal(vendor, file, one.fields(vendor))).toBe(textOrRefusal(vendor, file, one.fields(vendor)));
  }
});

/** Values of the file that contain the text, whatever key they stand under. */
function holders(text: string, format: FileFormat, wanted: string): string[] {
  return [...readKeys(text, format).values()]
    .flat()
    .filter((value) => value === wanted || value.endsWith(`:${wanted}`));
}

const OWN_FILES = vendors.map((vendor) => [vendor.id, vendor, vendor.files[0]] as const);

test.each(OWN_FILES)(
  '%s: an independent reader finds user, password, name and server as they were given',
  (_id, vendor, file) => {
    const account = {
      displayName: `Anna & <Ben> 'x' 100%; {a}`,
      authName: 'auth&<101>',
      password: new Secret(`p&w<x>'y'#;%{}=z`),
    };
    const fields = { settings: OFFICE, extensions: [extension('4711', account)] };
    const text = textOrRefusal(vendor, file, fields);
    const { format } = file;
    expect(holders(text, format, '4711')).not.toHaveLength(0);
    expect(holders(text, format, account.displayName)).not.toHaveLength(0);
    expect(holders(text, format, account.authName)).not.toHaveLength(0);
    // Console passwords follow line 1: the account's, the administrator's, the user's.
    expect(holders(text, format, account.password.reveal()).length).toBeGreaterThanOrEqual(3);
    const values = [...readKeys(text, format).values()].flat();
    expect(values.some((value) => value === 'pbx.example' || value === 'pbx.example:5060')).toBe(true);
  },
);

test.each(OWN_FILES)(
  '%s: hostile values are read back, or the file is refused with device and field',
  (_id, vendor, file) => {
    for (const hostile of [HOSTILE, WITHOUT_QUOTES]) {
      const text = textOrRefusal(vendor, file, { settings: OFFICE, extensions: [hostileExtension(hostile)] });
      if (text.startsWith('refused: ')) {
        expect(text).toMatch(
          /^refused: the .+ of line 1 of [0-9a-f]{12} cannot be written into \S+: it holds a quotation mark/,
        );
      } else {
        expect(holders(text, file.format, hostile).length).toBeGreaterThanOrEqual(5);
      }
    }
    expect(textOrRefusal(vendor, file, { extensions: [hostileExtension(WITHOUT_QUOTES)] })).not.toMatch(/^refused/);
  },
);

test.each(EVERY_FILE)('%s: a newline in any value is a refusal', (_name, vendor, file) => {
  const line = 'one\nadmin = two';
  const given = extension('101');
  const attempts: readonly InputFields[] = [
    { extensions: [{ ...given, displayName: line }] },
    { extensions: [{ ...given, authName: line }] },
    { extensions: [{ ...given, number: line }] },
    { extensions: [{ ...given, voicemail: line }] },
    { extensions: [{ ...given, password: new Secret(line) }] },
    { site: { name: line } },
    { site: { consolePasswordPolicy: 'one', consolePassword: new Secret(line) } },
    ...(['sipServer', 'outboundProxy', 'voicemailNumber', 'ntpServer', 'syslogServer'] as const).map((name) => ({
      settings: { [name]: line },
    })),
  ];
  for (const fields of attempts) expect(textOrRefusal(vendor, file, fields)).toMatch(/^refused: .* U\+000A\n$/);
});

test.each(EVERY_FILE)('%s: what its vendor says of secrets is true, and a preview has none', (_name, vendor, file) => {
  const secrets = ['geheim-sip', 'geheim-admin', 'geheim-user', 'geheim-login', TOKEN];
  const fields: InputFields = {
    settings: OFFICE,
    extensions: [extension('101', { password: new Secret('geheim-sip') })],
    site: { consolePasswordPolicy: 'random', trust: { ...DEFAULT_TRUST, phoneLogin: 'digest' } },
    device: {
      consolePasswords: { admin: new Secret('geheim-admin'), user: new Secret('geheim-user') },
      login: { password: new Secret('geheim-login'), drawnAt: 1, givenAt: null, provedAt: null },
    },
  };
  const text = textOrRefusal(vendor, file, fields);
  expect(secrets.some((secret) => text.includes(secret))).toBe(file.holdsSecrets);
  const preview = renderPreview(inputOf(vendor, file, fields));
  if (!preview.ok) throw new Error(describeRenderProblem(preview.problem));
  const shown = preview.value.bytes.toString('utf8');
  for (const secret of secrets) expect(shown).not.toContain(secret);
  if (!file.holdsSecrets) expect(shown).toBe(text);
});

test.each(vendors.map((vendor) => [vendor.id, vendor] as const))(
  '%s: every model and every number of lines is rendered',
  (_id, vendor) => {
    const [file] = vendor.files;
    for (const model of [...vendor.models, vendor.unknownModel]) {
      const numbers = Array.from({ length: model.lines }, (_, line) => String(200 + line));
      const extensions = numbers.map((number) => extension(number));
      const fields = {
        vendor,
        file: file.name,
        extensions,
        device: { ...device(), model: model.name, extensions: numbers },
      };
      const rendered = renderFile(renderInput(templates, fields));
      if (!rendered.ok) throw new Error(describeRenderProblem(rendered.problem));
      const text = rendered.value.bytes.toString('utf8');
      for (const number of numbers) {
        expect(holders(text, file.format, `pw-${number}`), `${model.name}, extension ${number}`).not.toHaveLength(0);
      }
    }
  },
);
