import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { grandstream } from '../../src/vendors/grandstream.ts';
import { macOf, readVendorPage, renderTemplate, sampleView, words } from './sample-view.ts';

const MAC = macOf('c074ad112233');

/** Verbatim User-Agents (docs/vendors/grandstream.md): model, firmware, MAC. */
const USER_AGENTS: readonly (readonly [string, string, string, string | null])[] = [
  ['Grandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55c', 'GXP1405', '1.0.4.23', '000b8240d55c'],
  ['Grandstream Model HW GXP1628 SW 1.0.4.138 DevId c074ad2bd859', 'GXP1628', '1.0.4.138', 'c074ad2bd859'],
  ['Grandstream Model HW GXP2200 V2.2A SW 1.0.1.33 DevId 000b82462d97', 'GXP2200', '1.0.1.33', '000b82462d97'],
  ['Grandstream Model HW GXV3350  V1.3A SW 1.0.1.8 DevId c074ad150b88', 'GXV3350', '1.0.1.8', 'c074ad150b88'],
  ['Grandstream Model HW GRP2614 SW 1.0.5.15 DevId c074ad0b63ee', 'GRP2614', '1.0.5.15', 'c074ad0b63ee'],
  ['Grandstream Model HW HT801 V1.1A SW 1.0.17.5 DevId c074ad273a10', 'HT801', '1.0.17.5', 'c074ad273a10'],
  ['Grandstream Model HW HT802V2 V1.0A SW 1.0.5.4 DevId ec74d763e419', 'HT802V2', '1.0.5.4', 'ec74d763e419'],
  [
    'Grandstream GXP2000 (gxp2000e.bin:1.2.5.3/boot55e.bin:1.1.6.9) DevId 000b822726c8',
    'GXP2000',
    '1.2.5.3',
    '000b822726c8',
  ],
  // Of a SUBSCRIBE:
  ['Grandstream GRP2612W 1.0.5.67', 'GRP2612', '1.0.5.67', null],
];

test.each(USER_AGENTS)('the User-Agent "%s" is read', (userAgent, model, firmware, mac) => {
  expect(grandstream.readUserAgent(userAgent)).toEqual({ model, firmware, mac });
  expect(grandstream.recogniseWords(words({ userAgent }))).toBe(true);
});

test.each([
  'Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37',
  'Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)',
  'Mitel6915 MAC:14-00-E9-1B-E2-41 V:6.4.0.140-SIP',
  'NotGrandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55c',
  '',
])('the User-Agent "%s" is not ours', (userAgent) => {
  expect(grandstream.readUserAgent(userAgent)).toBeUndefined();
});

test('a long User-Agent without an end is answered at once', () => {
  const userAgent = `Grandstream Model HW GXP1405 ${'SW 1.0 '.repeat(9_000)}`;
  expect(grandstream.readUserAgent(userAgent)).toEqual({ model: null, firmware: null, mac: null });
});

test.each([
  ['a variant of a listed model', { userAgent: 'Grandstream GRP2612W 1.0.5.67', model: 'GRP2612W' }, 'GRP2612'],
  ['the Event header alone', { model: 'GRP2602P' }, 'GRP2602'],
  ['a variant that is listed itself', { model: 'GRP2613W' }, 'GRP2613W'],
  ['lower case', { model: 'gxp2170' }, 'GXP2170'],
  ['a model that is not listed', { model: 'GXV3380' }, 'GXV3380'],
  ['nothing', {}, null],
  ['nonsense', { model: '<b>' }, null],
] as const)('the model is read from %s', (_name, said, model) => {
  expect(grandstream.modelOf(words(said))).toBe(model);
});

test.each(['cfgc074ad112233.xml', 'cfgC074AD112233.xml', 'CFGC074AD112233.XML'])("%s is the phone's file", (path) => {
  const [file] = grandstream.files;
  expect(file.pattern.exec(path)?.groups?.mac?.toLowerCase()).toBe('c074ad112233');
  expect(grandstream.absentFiles.some(({ pattern }) => pattern.test(path))).toBe(false);
});

test.each([
  'cfgc074ad112233.bin',
  'cfgC074AD112233.bin',
  'cfgc074ad112233',
  'cfgC074AD112233',
  'c074ad112233',
  'C074AD112233',
  'devc074ad112233.cfg',
  'cfggrp2612w.xml',
  'cfggxp1625.xml',
  'cfg.xml',
])('%s is absent on purpose', (path) => {
  expect(grandstream.absentFiles.filter(({ pattern }) => pattern.test(path))).toHaveLength(1);
  expect(grandstream.files.some(({ pattern }) => pattern.test(path))).toBe(false);
});

test.each(['cfgc074ad11223.xml', 'cfgc074ad1122334.xml', 'cfg/c074ad112233.xml', 'c074ad112233.xml', 'phonebook.xml'])(
  '%s is unknown',
  (path) => {
    const all = [...grandstream.files, ...grandstream.absentFiles];
    expect(all.some(({ pattern }) => pattern.test(path))).toBe(false);
  },
);

test('the NOTIFY carries the folder with its slash, which the phone demands', () => {
  expect(grandstream.profileUrl('http://192.0.2.1:8060/p/token/')).toMatch(/\/$/);
});

test('the simulated phone stops at its XML file, and ignores a URL that is no folder', () => {
  const { simulated } = grandstream;
  expect(simulated.requests('http://192.0.2.1/p/t/', MAC)).toEqual([
    'http://192.0.2.1/p/t/cfgc074ad112233.bin',
    'http://192.0.2.1/p/t/cfgc074ad112233.xml',
  ]);
  expect(simulated.requests('http://192.0.2.1/p/t', MAC)).toEqual([]);
});

test('the simulated phone speaks as the captured one', () => {
  const { simulated } = grandstream;
  expect(simulated.subscribeUser(MAC)).toBe('MAC%3AC074AD112233');
  expect(simulated.sipUserAgent(simulated.model, simulated.firmware)).toBe('Grandstream GRP2612W 1.0.5.67');
  expect(simulated.eventWords('GRP2612W')).toEqual({ vendor: 'Grandstream', model: 'GRP2612W' });
  const agent = simulated.httpUserAgent(MAC, simulated.model, simulated.firmware);
  expect(grandstream.readUserAgent(agent)).toEqual({ model: 'GRP2612', firmware: '1.0.5.67', mac: MAC });
});

/** One key of each kind, as the vendor's configuration templates number them (docs/vendors/grandstream.md, "Accounts"). */
test.each([
  [
    1,
    { active: 'P271', server: 'P47', password: 'P34', expiry: 'P32', srtp: 'P183', codec8: 'P98', dtmfInband: 'P2301' },
  ],
  [
    2,
    {
      active: 'P401',
      server: 'P402',
      password: 'P406',
      expiry: 'P412',
      srtp: 'P443',
      codec8: 'P458',
      dtmfInband: 'P2401',
    },
  ],
  [4, { active: 'P601', name: 'P617', user: 'P604', authName: 'P605', transport: 'P648', dtmfPayload: 'P696' }],
  [
    5,
    { active: 'P1701', server: 'P1702', voicemail: 'P1726', transport: 'P1748', codec1: 'P1751', dtmfRfc2833: 'P2702' },
  ],
  [
    6,
    {
      active: 'P1801',
      server: 'P1802',
      mwi: 'P1815',
      register: 'P1810',
      dtmfSipInfo: 'P2803',
      resetByNotify: 'P26515',
    },
  ],
])('account %i has its own parameters', (line, keys) => {
  expect(grandstream.accountKeys(line)).toMatchObject(keys);
});

test('no listed model has a line whose parameters are unknown', () => {
  const first = Object.keys(grandstream.accountKeys(1)).sort();
  for (const { name, lines } of grandstream.models) {
    for (let line = 2; line <= lines; line++) {
      expect([name, Object.keys(grandstream.accountKeys(line)).sort()]).toEqual([name, first]);
    }
  }
});

test('tones are written as the phones write their own', () => {
  const { DE, US, GB } = grandstream.spellings.toneSettings;
  // The factory setting of every phone.
  expect(US).toMatchObject({
    P343: 'f1=350,f2=440;',
    P346: 'f1=440,f2=480,c=200/400;',
    P348: 'f1=480,f2=620,c=50/50;',
    P349: 'f1=480,f2=620,c=25/25;',
  });
  expect(DE).toMatchObject({ P343: 'f1=425,f2=425;', P348: 'f1=425,f2=425,c=48/48;' });
  expect(GB).toMatchObject({ P346: 'f1=400,f2=450,c=40/20-40/200;' });
  const shape = /^f1=\d{3,4},f2=\d{3,4}(?:,c=\d{1,4}\/\d{1,4}(?:-\d{1,4}\/\d{1,4}){0,2})?;$/;
  for (const settings of Object.values(grandstream.spellings.toneSettings)) {
    for (const tone of Object.values(settings)) expect(tone).toMatch(shape);
  }
});

/** An independent reader: element names and texts below `config`, in order, and the MAC. */
function readXml(text: string): { readonly mac: string; readonly settings: readonly (readonly [string, string])[] } {
  const settings: (readonly [string, string])[] = [];
  const open: string[] = [];
  let value = '';
  let mac = '';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name }) => {
    open.push(name);
    value = '';
  });
  parser.on('text', (part) => {
    value += part;
  });
  parser.on('closetag', ({ name }) => {
    open.pop();
    if (open.join('/') === 'gs_provision/config') settings.push([name, value]);
    else if (name === 'mac') mac = value;
    value = '';
  });
  parser.write(text).close();
  return { mac, settings };
}

function renderPhone(model: string, changes: Parameters<typeof sampleView>[2] = {}): ReadonlyMap<string, string> {
  const view = sampleView(grandstream, model, changes);
  return new Map(readXml(renderTemplate(grandstream, 'phone.xml', view)).settings);
}

test('the file is well-formed, names the phone, and sets no parameter twice', () => {
  const text = renderTemplate(grandstream, 'phone.xml', sampleView(grandstream, 'GXP2160'));
  const { mac, settings } = readXml(text);
  expect(text.startsWith('<?xml version="1.0" encoding="UTF-8" ?>\n<gs_provision version="1">\n')).toBe(true);
  expect(text.endsWith('</gs_provision>\n')).toBe(true);
  expect(mac).toBe('001565aabbcc');
  const names = settings.map(([name]) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('the account stands on line 1, and spare lines are switched off and emptied', () => {
  const settings = renderPhone('GRP2612');
  expect(settings.get('P271')).toBe('1');
  expect(settings.get('P47')).toBe('pbx.example:5060');
  expect(settings.get('P35')).toBe('101');
  expect(settings.get('P36')).toBe('auth101');
  expect(settings.get('P34')).toBe('sip-secret');
  expect(settings.get('P3')).toBe('Anna Berg');
  expect(settings.get('P33')).toBe('*97');
  // Minutes, not seconds.
  expect(settings.get('P32')).toBe('60');
  for (const active of ['P401', 'P501', 'P601']) expect(settings.get(active)).toBe('0');
  for (const password of ['P406', 'P506', 'P606']) expect(settings.get(password)).toBe('');
  expect(settings.has('P1701')).toBe(false);
});

test('codecs fill all eight places, so that no other is offered', () => {
  const places = ['P57', 'P58', 'P59', 'P60', 'P61', 'P62', 'P46', 'P98'];
  const three = renderPhone('GXP1610');
  expect(places.map((place) => three.get(place))).toEqual(['9', '8', '0', '9', '9', '9', '9', '9']);
  const [g722] = sampleView(grandstream, 'GXP1610').codecs;
  const one = renderPhone('GXP1610', { codecs: g722 === undefined ? [] : [g722] });
  expect(new Set(places.map((place) => one.get(place)))).toEqual(new Set(['9']));
});

test('the configuration server is told without scheme and without a slash at the end', () => {
  const settings = renderPhone('GXP1610');
  expect(settings.get('P212')).toBe('1');
  expect(settings.get('P237')).toBe('192.0.2.1:8060/p/token');
});

test('resync, VLAN and syslog are said on or off', () => {
  const { provisioning } = sampleView(grandstream, 'GXP1610');
  const off = renderPhone('GXP1610', { provisioning: { ...provisioning, resyncIsOn: '', pnp: '0' } });
  expect([off.get('P194'), off.get('P193'), off.get('P1414')]).toEqual(['0', undefined, '0']);
  expect([off.get('P51'), off.get('P229'), off.get('P207'), off.get('P208')]).toEqual(['0', '0', '', '0']);
  const on = renderPhone('GXP1610', {
    vlan: { isOn: '1', id: '20', priority: '5', pcIsOn: '1', pcId: '30' },
    syslog: { isOn: '1', server: 'log.example', level: '2' },
  });
  expect([on.get('P194'), on.get('P193'), on.get('P1414')]).toEqual(['1', '1440', '1']);
  expect([on.get('P51'), on.get('P87'), on.get('P229')]).toEqual(['20', '5', '30']);
  expect([on.get('P207'), on.get('P208')]).toEqual(['log.example', '2']);
});

test('a language or tone that the vendor does not have is left to the phone', () => {
  const { toneSettings: _, ...view } = sampleView(grandstream, 'GXP1610', { language: '', tone: '' });
  const settings = new Map(readXml(renderTemplate(grandstream, 'phone.xml', view)).settings);
  for (const name of ['P1362', 'P343', 'P348']) expect(settings.has(name)).toBe(false);
});

test("every parameter of the template is in the vendor's page", () => {
  const page = readVendorPage(grandstream);
  for (const name of renderPhone('GXP2160').keys()) {
    if (name !== 'zone-key') expect(page).toMatch(new RegExp(`\\b${name}\\b`));
  }
});
