import { expect, test } from 'vitest';
import { DEFAULT_INTERNET, type PortMapping } from '../../src/core/internet.ts';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE, type Site } from '../../src/core/site.ts';
import { readSiteChange } from '../../src/http/read-site-change.ts';
import { listPortPresets } from '../../src/web/list-port-presets.ts';
import { openMessageSet } from '../../src/web/message-set.ts';
import type { Form } from '../../src/web/read-form.ts';
import { readInternetForm } from '../../src/web/read-internet-form.ts';
import { MAPPING_FIELDS, type MappingRow, showMapping } from '../../src/web/read-mapping-rows.ts';

const { en, de } = openMessageSet();

function formOf(fields: Readonly<Record<string, string>>): Form {
  return {
    get: (name) => (fields[name] ?? '').trim(),
    raw: (name) => fields[name] ?? '',
    all: (name) => (fields[name] === undefined ? [] : [fields[name]]),
    has: (name) => fields[name] !== undefined,
    names: () => Object.keys(fields),
  };
}

function fieldsOf(rows: readonly MappingRow[]): Record<string, string> {
  return Object.fromEntries(
    rows.flatMap((row) => MAPPING_FIELDS.map((field) => [`mapping.${row.index}.${field}`, row[field]])),
  );
}

/** What the browser sends of a form that nobody touched, with the empty row at its end. */
function untouched({ internet }: Site): Record<string, string> {
  const rows = internet.portMappings.map(showMapping);
  const empty = {
    index: rows.length,
    protocol: 'UDP',
    externalPort: '',
    internalPort: '',
    count: '1',
    internalClient: '',
    description: '',
  };
  return {
    portMappings: 'yes',
    ...(internet.mapPorts && { mapPorts: 'yes' }),
    ...fieldsOf([...rows, empty]),
    searchFrom: internet.searchFrom ?? '',
    addressSource: internet.addressSource,
    pollSeconds: String(internet.pollSeconds),
    fixedAddress: internet.fixedAddress ?? '',
    hostName: internet.hostName ?? '',
    webhookUrl: internet.webhookUrl ?? '',
    webhookSecret: '',
  };
}

function read(fields: Readonly<Record<string, string>>, site: Site = DEFAULT_SITE, texts = en) {
  return readInternetForm(formOf(fields), site, texts, 8061);
}

/** The site after the form was saved. */
function save(fields: Readonly<Record<string, string>>, site: Site = DEFAULT_SITE): Site {
  const { body, faults } = read(fields, site);
  expect(faults).toEqual({});
  const edit = readSiteChange(body, site, []);
  if (!edit.ok) throw new Error(JSON.stringify(edit.problem));
  return edit.value(site);
}

const SIP: PortMapping = {
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5060,
  count: 1,
  internalClient: '192.168.10.5',
  description: 'SIP',
};
const HTTPS: PortMapping = { ...SIP, protocol: 'TCP', externalPort: 443, internalPort: 8443, description: '' };
const FULL: Site = {
  ...DEFAULT_SITE,
  settings: { sipServer: '192.168.10.5' },
  internet: {
    mapPorts: true,
    portMappings: [SIP, HTTPS],
    searchFrom: '192.168.10.2',
    addressSource: 'name',
    pollSeconds: 0,
    fixedAddress: '128.66.0.5',
    hostName: 'office.example.com',
    webhookUrl: 'https://example.com/hook',
  },
  webhookSecret: new Secret('wh-s3cret-0f-the-0ffice'),
};

test.each([DEFAULT_SITE, FULL])('a form that nobody touched changes nothing', (site) => {
  const after = save(untouched(site), site);
  expect(after).toEqual(site);
  expect(after.webhookSecret).toBe(site.webhookSecret);
});

test('a form of one part leaves the others as they are', () => {
  expect(save({ hostName: 'branch.example.com' }, FULL).internet).toEqual({
    ...FULL.internet,
    hostName: 'branch.example.com',
  });
  expect(save({}, FULL)).toEqual(FULL);
  expect(save({ portMappings: 'yes' }, FULL).internet).toEqual({
    ...FULL.internet,
    mapPorts: false,
    portMappings: [],
  });
});

test('a row that says the external port alone is one port to this appliance', () => {
  const { portMappings } = save({
    portMappings: 'yes',
    'mapping.4.protocol': 'TCP',
    'mapping.4.externalPort': ' 443 ',
  }).internet;
  expect(portMappings).toEqual([
    { protocol: 'TCP', externalPort: 443, internalPort: 443, count: 1, internalClient: null, description: '' },
  ]);
});

test('rows that are marked go, empty ones are none, and the others keep their order', () => {
  const fields = untouched({
    ...FULL,
    internet: { ...FULL.internet, portMappings: [SIP, HTTPS, { ...SIP, externalPort: 5070 }] },
  });
  const { rows, body } = read({ ...fields, 'mapping.1.remove': 'yes' }, FULL);
  expect(rows.map(({ index }) => index)).toEqual([0, 2]);
  expect(body.internet?.portMappings?.map(({ externalPort }) => externalPort)).toEqual([5060, 5070]);
});

const WRONG: readonly (readonly [field: string, value: string])[] = [
  ['mapping.1.externalPort', '70000'],
  ['mapping.1.externalPort', 'sip'],
  ['mapping.1.externalPort', ''],
  ['mapping.1.internalPort', '0'],
  ['mapping.1.count', '33'],
  ['mapping.1.count', '1.5'],
  ['mapping.1.internalClient', 'pbx.office'],
  ['mapping.1.description', 'Büro'],
  ['searchFrom', 'eth0'],
  ['fixedAddress', '0.0.0.0'],
  ['hostName', '128.66.0.5'],
  ['hostName', ''],
  ['pollSeconds', '5'],
  ['pollSeconds', ''],
  ['webhookUrl', 'example.com'],
  ['webhookSecret', 'short'],
  ['webhookSecret', 'with a blank in the middle'],
];
test.each(WRONG)('%s = %j is told at its field in both languages', (field, value) => {
  const fields = { ...untouched(FULL), [field]: value };
  for (const texts of [en, de]) {
    const { faults, body } = read(fields, FULL, texts);
    expect(Object.keys(faults)).toEqual([field]);
    expect(faults[field]).not.toContain('⟦');
    // The API would not take it either.
    if (field !== 'webhookSecret') expect(readSiteChange(body, FULL, []).ok).toBe(false);
  }
  if (value !== '' && field !== 'webhookSecret') expect(read(fields, FULL).faults[field]).toContain(value);
});

test('a port that another row has is told at the later row', () => {
  const fields = { ...untouched(FULL), 'mapping.1.protocol': 'UDP', 'mapping.1.externalPort': '5060' };
  const { faults } = read(fields, FULL);
  expect(Object.keys(faults)).toEqual(['mapping.1.externalPort']);
  expect(faults['mapping.1.externalPort']).toContain('5060/UDP');
});

test('a fault is told at the row as it stands in the form, whatever rows go before it', () => {
  const fields = { ...untouched(FULL), 'mapping.0.remove': 'yes', 'mapping.7.externalPort': '99999' };
  expect(Object.keys(read(fields, FULL).faults)).toEqual(['mapping.7.externalPort']);
});

test('too many rows are one fault', () => {
  const rows = Array.from({ length: 40 }, (_, index) => showMapping({ ...SIP, externalPort: 7_000 + index }, index));
  const { faults } = read({ portMappings: 'yes', ...fieldsOf(rows) });
  expect(Object.keys(faults)).toEqual(['portMappings']);
});

test('the source that has nothing to use says so', () => {
  expect(Object.keys(read({ ...untouched(DEFAULT_SITE), addressSource: 'fixed' }).faults)).toEqual(['fixedAddress']);
  expect(Object.keys(read({ ...untouched(DEFAULT_SITE), addressSource: 'name' }).faults)).toEqual(['hostName']);
});

test('a new secret is taken as typed, an empty one leaves the old, and a tick takes it away where nothing needs it', () => {
  const typed = { ...untouched(FULL), webhookSecret: 'an0ther-s3cret-of-the-office' };
  expect(save(typed, FULL).webhookSecret?.reveal()).toBe('an0ther-s3cret-of-the-office');
  expect(Object.keys(read({ ...untouched(FULL), 'webhookSecret.remove': 'yes' }, FULL).faults)).toEqual([
    'webhookSecret',
  ]);
  const without = { ...untouched(FULL), webhookUrl: '', 'webhookSecret.remove': 'yes' };
  expect(save(without, FULL).webhookSecret).toBeNull();
  expect(Object.keys(read({ ...untouched(DEFAULT_SITE), webhookUrl: 'https://example.com' }).faults)).toEqual([
    'webhookSecret',
  ]);
});

test('a secret is in no fault, warning or row', () => {
  const { body: _body, ...shown } = read({ ...untouched(FULL), webhookSecret: 'hunter2 hunter2 hunter2' }, FULL);
  expect(JSON.stringify(shown)).not.toContain('hunter2');
});

test('warnings stand at their fields, and keep nothing from being stored', () => {
  const rows = [showMapping({ ...SIP, externalPort: 10_000, count: 32 }, 0), showMapping(SIP, 3)];
  const fields = { portMappings: 'yes', ...fieldsOf(rows), fixedAddress: '10.8.0.1' };
  for (const texts of [en, de]) {
    const { faults, warnings } = read(fields, DEFAULT_SITE, texts);
    expect(faults).toEqual({});
    expect(Object.keys(warnings)).toEqual(['mapping.0.count', 'portMappings', 'fixedAddress']);
    for (const text of Object.values(warnings)) expect(text).not.toMatch(/⟦|\{/);
    expect(warnings['mapping.0.count']).toContain('32');
    expect(warnings.fixedAddress).toContain('10.8.0.1');
  }
  expect(save(fields).internet.fixedAddress).toBe('10.8.0.1');
});

test('the button of a preset adds its row behind the others, to the SIP server of the office', () => {
  const site = { ...FULL, internet: { ...FULL.internet, portMappings: [HTTPS] } };
  const { added, rows, faults } = read({ ...untouched(site), 'add.rtp': 'yes' }, site);
  expect([added, faults]).toEqual(['rtp', {}]);
  expect(rows.at(-1)).toEqual({
    index: 1,
    protocol: 'UDP',
    externalPort: '10000',
    internalPort: '10000',
    count: '16',
    internalClient: '192.168.10.5',
    description: 'RTP',
  });
  expect(rows).toHaveLength(2);
});

test('a preset whose port is there already adds nothing', () => {
  expect(read({ ...untouched(FULL), 'add.sip': 'yes' }, FULL)).toMatchObject({ added: 'sip', rows: [{}, {}] });
});

test('what was typed before the button was pressed is kept, right or wrong', () => {
  const { rows, faults } = read({ ...untouched(FULL), 'mapping.2.externalPort': 'x', 'add.rtp': 'yes' }, FULL);
  expect(rows.map(({ externalPort }) => externalPort)).toEqual(['5060', '443', 'x', '10000']);
  expect(Object.keys(faults)).toEqual(['mapping.2.externalPort']);
});

test('every preset has its button and its hint in both languages', () => {
  for (const texts of [en, de]) {
    const presets = listPortPresets(texts, { sipServer: '', phoneTlsPort: 8061 });
    expect(presets.map(({ name }) => name)).toEqual(['add.sip', 'add.rtp', 'add.https']);
    for (const { label, hint } of presets) expect(`${label}${hint}`).not.toContain('⟦');
    expect(presets[0]?.hint).toContain('Fritz!Box');
    expect(presets[2]?.hint).toContain('HTTPS');
    const without = listPortPresets(texts, { sipServer: '', phoneTlsPort: null });
    expect(without).toEqual(presets.slice(0, 2));
  }
});

test('a source and a protocol that there are not change nothing, and are never stored', () => {
  expect(save({ addressSource: 'sip' }, FULL).internet.addressSource).toBe('name');
  const row = { portMappings: 'yes', 'mapping.0.protocol': 'SCTP', 'mapping.0.externalPort': '5060' };
  expect(save(row).internet.portMappings[0]?.protocol).toBe('UDP');
});

test('the default settings have an empty list and nothing switched on', () => {
  expect(read(untouched(DEFAULT_SITE)).body.internet).toEqual(DEFAULT_INTERNET);
});
