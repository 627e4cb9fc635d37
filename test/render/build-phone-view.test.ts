import { expect, test } from 'vitest';
import { note } from '../../src/core/note.ts';
import { Secret } from '../../src/core/secret.ts';
import { type PhoneSettings, resolveSettings, type SettingsPatch } from '../../src/core/settings.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { buildPhoneView, type PhoneViewInput } from '../../src/render/build-phone-view.ts';
import { splitHostAndPort } from '../../src/render/build-view-parts.ts';
import { extension, mac, testVendor, zone } from './test-vendor.ts';

function build(patch: SettingsPatch = {}, fields: Partial<PhoneViewInput> = {}) {
  return buildPhoneView({
    vendor: testVendor,
    model: { name: 'Three', lines: 3, keys: 0 },
    device: { mac: mac('02:00:00:00:00:0a') },
    site: DEFAULT_SITE,
    settings: resolveSettings([{ layer: 'site', patch }]),
    extensions: [extension('101')],
    rule: zone('Europe/Berlin'),
    server: { host: '192.0.2.1', port: 8060 },
    externalAddress: '',
    token: 'tok',
    consolePasswords: null,
    login: null,
    ...fields,
  });
}

function view(patch: SettingsPatch = {}, fields: Partial<PhoneViewInput> = {}) {
  const built = build(patch, fields);
  if (!built.ok) throw new Error(built.problem.kind);
  return built.value.view;
}

function notes(patch: SettingsPatch = {}, fields: Partial<PhoneViewInput> = {}) {
  const built = build(patch, fields);
  if (!built.ok) throw new Error(built.problem.kind);
  return built.value.notes.map(({ text }) => text);
}

test('every line of the model is there, the spare ones empty and off', () => {
  const { accounts, activeAccounts } = view({}, { extensions: [extension('101'), extension('102')] });
  expect(accounts.map(({ line, index, active, number }) => [line, index, active, number])).toEqual([
    ['1', '0', '1', '101'],
    ['2', '1', '1', '102'],
    ['3', '2', '0', ''],
  ]);
  expect(accounts[2]).toMatchObject({
    displayName: '',
    authName: '',
    password: '',
    voicemail: '',
    keys: { active: 'P273' },
  });
  expect(activeAccounts).toEqual(accounts.slice(0, 2));
});

test('more extensions than lines is a problem that names both', () => {
  const extensions = ['1', '2', '3', '4'].map((number) => extension(number));
  expect(build({}, { extensions })).toEqual({
    ok: false,
    problem: { kind: 'too-many-extensions', model: 'Three', lines: 3, extensions: 4 },
  });
});

test.each([
  [{}, '5060', ''],
  [{ sipTransport: 'tcp' }, '5060', ''],
  [{ sipTransport: 'tls' }, '5061', '1'],
  [{ sipTransport: 'tls', sipPort: 5070 }, '5070', '1'],
] as const)('with %j the SIP port is %s', (patch, port, isTls) => {
  expect(view(patch).sip).toMatchObject({ port, isTls });
});

test('an empty SIP or NTP server is this appliance itself', () => {
  expect(view({ sipServer: '', ntpServer: '' })).toMatchObject({
    sip: { server: '192.0.2.1', serverAndPort: '192.0.2.1:5060' },
    time: { ntpServer: '192.0.2.1' },
  });
});

test.each([
  ['', { host: '', port: '' }],
  ['proxy.example', { host: 'proxy.example', port: '5060' }],
  ['proxy.example:5080', { host: 'proxy.example', port: '5080' }],
  ['[2001:db8::1]:5080', { host: '[2001:db8::1]', port: '5080' }],
  ['2001:db8::1', { host: '2001:db8::1', port: '5060' }],
])('the proxy %j is split into %j', (text, parts) => {
  expect(splitHostAndPort(text, 5060)).toEqual(parts);
});

test('the extension has its own mailbox number, or the one of the site', () => {
  const extensions = [extension('101'), extension('102', { voicemail: '*98' })];
  const { accounts } = view({ voicemailNumber: '*97' }, { extensions });
  expect(accounts.map(({ voicemail }) => voicemail)).toEqual(['*97', '*98', '']);
});

test('minutes and days are rounded up, and TOS is four times DSCP', () => {
  const { sip, provisioning, qos } = view({
    registrationExpirySeconds: 90,
    resyncMinutes: 1441,
    dscpSip: 26,
    dscpRtp: 46,
  });
  expect(sip).toMatchObject({ expirySeconds: '90', expiryMinutes: '2' });
  expect(provisioning).toMatchObject({ resyncIsOn: '1', resyncSeconds: '86460', resyncDays: '2' });
  expect(qos).toEqual({ sipDscp: '26', rtpDscp: '46', sipTos: '104', rtpTos: '184' });
  expect(view({ resyncMinutes: 0 }).provisioning).toMatchObject({
    resyncIsOn: '',
    resyncMinutes: '0',
    resyncDays: '0',
  });
});

test('names with "is" hold 1 or nothing, switches hold 1 or 0', () => {
  const on = view({ srtp: 'required', vlanId: 5, pcVlanId: 6, syslogServer: 'log.example', dtmfMethod: 'inband' });
  expect(on).toMatchObject({
    sip: { srtpIsOn: '1', dtmfIsInband: '1', dtmfInband: '1', dtmfRfc2833: '0', dtmfSipInfo: '0', dtmf: 'tones' },
    vlan: { isOn: '1', pcIsOn: '1', id: '5', pcId: '6' },
    syslog: { isOn: '1', server: 'log.example', level: '6' },
    provisioning: { pnp: '1', pnpIsOn: '1' },
  });
  expect(view({ pnpEnabled: false })).toMatchObject({
    sip: { srtpIsOn: '', dtmfIsInband: '', dtmfInband: '0' },
    vlan: { isOn: '', pcIsOn: '' },
    syslog: { isOn: '' },
    provisioning: { pnp: '0', pnpIsOn: '' },
  });
});

test('the URL comes in all the forms that vendors want', () => {
  expect(view().provisioning).toMatchObject({
    url: 'http://192.0.2.1:8060/p/tok/02000000000a.cfg',
    baseUrl: 'http://192.0.2.1:8060/p/tok/',
    host: '192.0.2.1',
    port: '8060',
    path: '/p/tok/',
    barePath: 'p/tok',
    isSecure: '',
  });
});

test('chosen codecs come best first, the others follow switched off', () => {
  const { codecs, allCodecs } = view({ codecs: ['pcmu', 'g722', 'pcmu'] });
  expect(codecs).toEqual([
    { name: 'PCMU', priority: '1', enabled: '1' },
    { name: 'G722', priority: '2', enabled: '1' },
  ]);
  expect(allCodecs.slice(2)).toEqual([{ name: 'PCMA', priority: '0', enabled: '0' }]);
});

test('console passwords follow the policy of the site', () => {
  const one = { ...DEFAULT_SITE, consolePasswordPolicy: 'one', consolePassword: new Secret('site-pw') } as const;
  const random = { ...DEFAULT_SITE, consolePasswordPolicy: 'random' } as const;
  const consolePasswords = { admin: new Secret('drawn-a'), user: new Secret('drawn-u') };
  expect(view()).toMatchObject({ adminPassword: 'pw-101', userPassword: 'pw-101' });
  expect(view({}, { site: one })).toMatchObject({ adminPassword: 'site-pw', userPassword: 'site-pw' });
  expect(view({}, { site: random, consolePasswords })).toMatchObject({
    adminPassword: 'drawn-a',
    userPassword: 'drawn-u',
  });
});

test.each(['one', 'random'] as const)(
  'the policy %s without a password is a problem, never an empty password',
  (policy) => {
    const site = { ...DEFAULT_SITE, consolePasswordPolicy: policy };
    expect(build({}, { site })).toEqual({ ok: false, problem: { kind: 'no-console-password', policy } });
  },
);

test('notes tell what the phone will not do: language, tones, codec, zone', () => {
  expect(notes()).toEqual([]);
  expect(
    notes({ language: 'fi', toneCountry: 'FI', codecs: ['opus', 'pcma'] }, { rule: zone('Antarctica/Troll') }),
  ).toEqual([
    'time zone Antarctica/Troll: two hours of summer time are too many',
    'language "fi" is unknown to Testphone: the phone keeps its own',
    'tones of "FI" are unknown to Testphone: the phone keeps its own',
    'codec opus is unknown to Testphone: left out',
  ]);
});

test('codecs of which the vendor knows none are a problem, never an empty list', () => {
  expect(build({ codecs: ['opus'] })).toEqual({
    ok: false,
    problem: { kind: 'no-codec', vendor: 'Testphone', wanted: ['opus'], known: ['g722', 'pcma', 'pcmu'] },
  });
});

test('a language that the phone has by itself is told from one that the vendor does not have', () => {
  const vendor = { ...testVendor, spellings: { ...testVendor.spellings, language: { en: '' } } };
  expect(view({ language: 'en' }, { vendor })).toMatchObject({ language: '', languageIsKnown: '1' });
  expect(view({ language: 'fi' }, { vendor })).toMatchObject({ language: '', languageIsKnown: '' });
});

test('a vendor that cannot do what the settings say puts others in their place, with its notes', () => {
  const vendor = {
    ...testVendor,
    fitSettings: (settings: PhoneSettings) => ({
      settings: { ...settings, resyncMinutes: 90 },
      notes: [note('test.ninety', 'ninety minutes it is')],
    }),
  };
  expect(view({ resyncMinutes: 5 }, { vendor }).provisioning.resyncMinutes).toBe('90');
  expect(notes({ resyncMinutes: 5 }, { vendor })).toEqual(['ninety minutes it is']);
});

test('a name that every object has is no language', () => {
  expect(view({ language: 'constructor', toneCountry: 'toString' })).toMatchObject({ language: '', tone: '' });
});

test("tones as the vendor's own settings are offered in its order", () => {
  const spellings = { ...testVendor.spellings, toneSettings: { DE: { P2: 'b', P1: 'a' } } };
  const vendor = { ...testVendor, spellings: { ...spellings, tone: {} } };
  expect(view({ toneCountry: 'DE' }, { vendor }).toneSettings).toEqual([
    { key: 'P2', value: 'b' },
    { key: 'P1', value: 'a' },
  ]);
  expect(notes({ toneCountry: 'DE' }, { vendor })).toEqual([]);
  expect(notes({ toneCountry: 'FR' }, { vendor })).toHaveLength(1);
});

test('a zone is spelled once for one rule, however many phones ask', () => {
  let spelled = 0;
  const rule = zone('Europe/Paris');
  const vendor = {
    ...testVendor,
    spellTimeZone: (of: typeof rule) => {
      spelled++;
      return testVendor.spellTimeZone(of);
    },
  };
  view({}, { vendor, rule });
  view({}, { vendor, rule });
  expect(spelled).toBe(1);
});
