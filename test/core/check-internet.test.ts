import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkInternet, describeInternetWarning, findInternetWarnings } from '../../src/core/check-internet.ts';
import { formatPorts } from '../../src/core/check-port-mappings.ts';
import { DEFAULT_INTERNET, type InternetSettings, type PortMapping } from '../../src/core/internet.ts';
import { buildPresetRow, PORT_PRESETS, type PortPreset } from '../../src/core/port-presets.ts';

const ROW: PortMapping = {
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5060,
  count: 1,
  internalClient: null,
  description: 'SIP',
};

function check(more: Partial<InternetSettings>, hasSecret = false) {
  return checkInternet({ ...DEFAULT_INTERNET, ...more }, hasSecret);
}

function checkRow(more: Partial<PortMapping>) {
  return check({ portMappings: [{ ...ROW, ...more }] });
}

const portsFrom = (first: number, length: number) =>
  Array.from({ length }, (_, index) => ({ ...ROW, externalPort: first + index, internalPort: first + index }));

test('the settings of a new site are sound, and open nothing', () => {
  expect(check({})).toEqual([]);
  expect(findInternetWarnings(DEFAULT_INTERNET)).toEqual([]);
  expect(DEFAULT_INTERNET.mapPorts).toBe(false);
});

test.each<Partial<PortMapping>>([
  {},
  { externalPort: 1, internalPort: 65_535 },
  { externalPort: 65_504, internalPort: 10_000, count: 32 },
  { internalClient: '192.168.10.5' },
  { internalClient: '10.255.255.255' },
  { internalClient: '172.31.0.1' },
  { description: '' },
  { description: 'x'.repeat(64) },
])('a row with %j is sound', (more) => {
  expect(checkRow(more)).toEqual([]);
});

test.each<readonly [Partial<PortMapping>, field: string, kind: string]>([
  [{ externalPort: 0 }, 'externalPort', 'port'],
  [{ externalPort: 65_536 }, 'externalPort', 'port'],
  [{ externalPort: Number.NaN }, 'externalPort', 'port'],
  [{ internalPort: -1 }, 'internalPort', 'port'],
  [{ internalPort: 80.5 }, 'internalPort', 'port'],
  [{ externalPort: 65_505, internalPort: 10_000, count: 32 }, 'externalPort', 'range'],
  [{ externalPort: 10_000, internalPort: 65_535, count: 2 }, 'internalPort', 'range'],
  [{ count: 0 }, 'count', 'count'],
  [{ count: 33 }, 'count', 'count'],
  [{ count: Number.NaN }, 'count', 'count'],
  [{ internalClient: '' }, 'internalClient', 'client'],
  [{ internalClient: 'pbx.office' }, 'internalClient', 'client'],
  [{ internalClient: '192.168.10.05' }, 'internalClient', 'client'],
  [{ internalClient: '8.8.8.8' }, 'internalClient', 'client'],
  [{ internalClient: '100.64.0.1' }, 'internalClient', 'client'],
  [{ internalClient: '127.0.0.1' }, 'internalClient', 'client'],
  [{ internalClient: 'fd00::1' }, 'internalClient', 'client'],
  [{ description: 'x'.repeat(65) }, 'description', 'description'],
  [{ description: 'Büro' }, 'description', 'description'],
  [{ description: 'a & b' }, 'description', 'description'],
  [{ description: '<script>' }, 'description', 'description'],
  [{ description: 'a\nb' }, 'description', 'description'],
])('a row with %j has a fault in its %s', (more, field, kind) => {
  expect(checkRow(more)).toEqual([
    { where: `portMappings.0.${field}`, kind, saw: expect.stringMatching(/./), wanted: expect.stringMatching(/./) },
  ]);
});

test('a range that is too long in every way is told once for each port', () => {
  const faults = checkRow({ externalPort: 65_530, internalPort: 65_530, count: 16 });
  expect(faults.map(({ where, saw }) => [where, saw])).toEqual([
    ['portMappings.0.externalPort', '65530 to 65545'],
    ['portMappings.0.internalPort', '65530 to 65545'],
  ]);
});

test('two rows of one protocol cannot have the same external port, of two protocols they can', () => {
  const rtp = { ...ROW, externalPort: 10_000, internalPort: 10_000, count: 16 };
  const inside = { ...ROW, externalPort: 10_015, internalPort: 9_000 };
  const faults = check({ portMappings: [ROW, rtp, inside] });
  expect(faults).toEqual([
    {
      where: 'portMappings.2.externalPort',
      kind: 'overlap',
      saw: '10015/UDP',
      wanted: 'ports that no other row has: row 2 has 10000-10015/UDP',
    },
  ]);
  expect(check({ portMappings: [rtp, { ...inside, externalPort: 10_016 }, { ...inside, protocol: 'TCP' }] })).toEqual(
    [],
  );
});

test('a row that meets several others has one fault', () => {
  const faults = check({ portMappings: [...portsFrom(7_000, 3), { ...ROW, externalPort: 7_000, count: 5 }] });
  expect(faults.map(({ where }) => where)).toEqual(['portMappings.3.externalPort']);
});

test('32 rows are taken, and 33 are not', () => {
  expect(check({ portMappings: portsFrom(7_000, 32) })).toEqual([]);
  expect(check({ portMappings: portsFrom(7_000, 33) })).toMatchObject([
    { where: 'portMappings', kind: 'rows', saw: '33 rows', wanted: 'at most 32' },
  ]);
});

test('a row of more than 16 ports is warned of, and so are more than 32 in all', () => {
  const rows = (...counts: number[]): InternetSettings => ({
    ...DEFAULT_INTERNET,
    portMappings: counts.map((count, index) => ({ ...ROW, externalPort: 10_000 + index * 100, count })),
  });
  expect(findInternetWarnings(rows(16, 16))).toEqual([]);
  expect(findInternetWarnings(rows(1, 17))).toEqual([
    { where: 'portMappings.1.count', kind: 'many-ports-of-a-row', saw: 17 },
  ]);
  const warnings = findInternetWarnings(rows(32, 1));
  expect(warnings.map(({ where, kind, saw }) => [where, kind, saw])).toEqual([
    ['portMappings.0.count', 'many-ports-of-a-row', 32],
    ['portMappings', 'many-ports', 33],
  ]);
  for (const warning of warnings) expect(describeInternetWarning(warning)).toContain(String(warning.saw));
});

test.each<readonly [Partial<InternetSettings>, where: string, kind: string]>([
  [{ searchFrom: 'eth0' }, 'searchFrom', 'address'],
  [{ searchFrom: '0.0.0.0' }, 'searchFrom', 'address'],
  [{ searchFrom: '239.255.255.250' }, 'searchFrom', 'address'],
  [{ pollSeconds: 9 }, 'pollSeconds', 'seconds'],
  [{ pollSeconds: 86_401 }, 'pollSeconds', 'seconds'],
  [{ pollSeconds: 60.5 }, 'pollSeconds', 'seconds'],
  [{ pollSeconds: -1 }, 'pollSeconds', 'seconds'],
  [{ fixedAddress: '' }, 'fixedAddress', 'address'],
  [{ fixedAddress: '0.0.0.0' }, 'fixedAddress', 'address'],
  [{ fixedAddress: '203.0.113.5' }, 'fixedAddress', 'address'],
  [{ fixedAddress: 'office.example.com' }, 'fixedAddress', 'address'],
  [{ addressSource: 'fixed' }, 'fixedAddress', 'needed'],
  [{ addressSource: 'name' }, 'hostName', 'needed'],
  [{ hostName: '' }, 'hostName', 'host-name'],
  [{ hostName: '128.66.0.5' }, 'hostName', 'host-name'],
  [{ hostName: 'office' }, 'hostName', 'host-name'],
  [{ hostName: 'office.example.com.' }, 'hostName', 'host-name'],
  [{ hostName: '-office.example.com' }, 'hostName', 'host-name'],
  [{ hostName: 'büro.example.com' }, 'hostName', 'host-name'],
  [{ hostName: `${'x'.repeat(64)}.example.com` }, 'hostName', 'host-name'],
  [{ hostName: `${'x.'.repeat(126)}com` }, 'hostName', 'host-name'],
  [{ hostName: 'office.example.com:80' }, 'hostName', 'host-name'],
])('%j is refused at %s', (more, where, kind) => {
  expect(check(more)).toMatchObject([{ where, kind }]);
});

test.each<Partial<InternetSettings>>([
  { searchFrom: '192.168.10.2' },
  { pollSeconds: 0 },
  { pollSeconds: 10 },
  { pollSeconds: 86_400 },
  { addressSource: 'fixed', fixedAddress: '128.66.0.5' },
  { addressSource: 'fixed', fixedAddress: '10.8.0.1' },
  { addressSource: 'name', hostName: 'Office-1.example.com' },
  { hostName: 'xn--bro-hoa.example.com' },
  { hostName: '3com.example.4you' },
])('%j is taken', (more) => {
  expect(check(more)).toEqual([]);
});

test('a fixed address that the Internet cannot reach is taken with a warning', () => {
  const of = (fixedAddress: string) => findInternetWarnings({ ...DEFAULT_INTERNET, fixedAddress });
  expect(of('128.66.0.5')).toEqual([]);
  const [warning] = of('10.8.0.1');
  expect(warning).toEqual({ where: 'fixedAddress', kind: 'not-public', saw: '10.8.0.1' });
  if (warning !== undefined) expect(describeInternetWarning(warning)).toContain('10.8.0.1');
});

test.each(['http://10.0.0.5:8080/hook', 'https://example.com', 'HTTPS://example.com/a?b=c', 'http://[fd00::5]/'])(
  'a webhook at %s is taken, with a secret',
  (webhookUrl) => {
    expect(check({ webhookUrl }, true)).toEqual([]);
    expect(check({ webhookUrl })).toMatchObject([{ where: 'webhookSecret', kind: 'needed' }]);
  },
);

test.each([
  '',
  'example.com',
  'ftp://example.com',
  'javascript:alert(1)',
  'https:///',
  'https://exa mple.com',
  'https://example.com/ä',
  'https://example.com/\n',
  `https://example.com/${'x'.repeat(2_048)}`,
])('a webhook at %j is refused', (webhookUrl) => {
  expect(check({ webhookUrl }, true)).toMatchObject([{ where: 'webhookUrl', kind: 'url' }]);
});

test('a password in the address of the webhook is refused, and never said back', () => {
  for (const webhookUrl of [
    'https://u:hunter2@example.com',
    'ftp://u:hunter2@example.com',
    'https://hunter2@',
    `https://u:hunter2@e.com/${'x'.repeat(3_000)}`,
  ]) {
    const faults = check({ webhookUrl }, true);
    expect(faults).toMatchObject([{ where: 'webhookUrl', kind: 'url' }]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  }
});

function presetRow(preset: PortPreset, sipServer = '', phoneTlsPort: number | null = 8061) {
  return buildPresetRow(preset, { sipServer, phoneTlsPort });
}

test('every preset is a sound row, and all together are sound without a warning', () => {
  const portMappings = PORT_PRESETS.flatMap((preset) => presetRow(preset) ?? []);
  expect(check({ portMappings })).toEqual([]);
  expect(findInternetWarnings({ ...DEFAULT_INTERNET, portMappings })).toEqual([]);
  expect(portMappings.map(formatPorts)).toEqual(['5060/UDP', '10000-10015/UDP', '443/TCP']);
});

test('phones outside fetch from the port where this appliance speaks TLS; where it does not, there is no such row', () => {
  expect(presetRow('https')).toMatchObject({ externalPort: 443, internalPort: 8061, internalClient: null });
  expect(presetRow('https', '', null)).toBeUndefined();
  expect(presetRow('sip', '', null)).toEqual(presetRow('sip'));
});

test('presets for calls lead to the SIP server of the site, where it is an address of the LAN', () => {
  expect(presetRow('sip', '192.168.10.5')?.internalClient).toBe('192.168.10.5');
  expect(presetRow('rtp', '192.168.10.5')?.internalClient).toBe('192.168.10.5');
  for (const server of ['', 'pbx.office', '128.66.0.5']) expect(presetRow('sip', server)?.internalClient).toBeNull();
  expect(presetRow('https', '192.168.10.5')?.internalClient).toBeNull();
});

test('no settings make the check throw, and it says nothing longer than a line', () => {
  const text = fc.string({ maxLength: 3_000, unit: 'binary' });
  const row = fc.record({
    protocol: fc.constantFrom('UDP' as const, 'TCP' as const),
    externalPort: fc.double(),
    internalPort: fc.integer(),
    count: fc.integer(),
    internalClient: fc.option(text),
    description: text,
  });
  const settings = fc.record({
    mapPorts: fc.boolean(),
    portMappings: fc.array(row, { maxLength: 40 }),
    searchFrom: fc.option(text),
    addressSource: fc.constantFrom('upnp' as const, 'fixed' as const, 'name' as const),
    pollSeconds: fc.double(),
    fixedAddress: fc.option(text),
    hostName: fc.option(fc.oneof(text, fc.domain())),
    webhookUrl: fc.option(fc.oneof(text, fc.webUrl())),
  });
  fc.assert(
    fc.property(settings, fc.boolean(), (some, hasSecret) => {
      for (const { where, saw, wanted } of checkInternet(some, hasSecret)) {
        expect(where).toMatch(/^[\w.]+$/);
        expect(Math.max(saw.length, wanted.length)).toBeLessThan(400);
      }
      findInternetWarnings(some);
    }),
  );
});
