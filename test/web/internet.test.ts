import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GatewayError } from '../../src/upnp/gateway.ts';
import { GATEWAY_ADVICE } from '../../src/upnp/gateway-advice.ts';
import type { KeeperState, KeptMapping, MappingState } from '../../src/upnp/keeper-state.ts';
import { buildExternalAddress } from '../../src/web/build-external-address.ts';
import { buildBystanders, buildInternetHints } from '../../src/web/build-internet-hints.ts';
import { buildInternetSign } from '../../src/web/build-internet-sign.ts';
import { buildInternetWay } from '../../src/web/build-internet-way.ts';
import { buildMappingTests } from '../../src/web/build-mapping-tests.ts';
import { buildOpenPorts } from '../../src/web/build-open-ports.ts';
import { LANGUAGES } from '../../src/web/choose-language.ts';
import { openMessageSet } from '../../src/web/message-set.ts';
import {
  addressAt,
  IDLE_KEEPER,
  keeperAt,
  MAPPING_TESTS,
  periodsAt,
  ROUTER,
  UNKNOWN_ADDRESS,
} from '../peers/internet-memory.ts';

const NOW = Date.UTC(2026, 0, 7, 8);
const messages = openMessageSet();
const { en, de } = messages;

function way(keeper: KeeperState, address = addressAt(NOW), more: object = {}) {
  const facts = { keeper, address, isHeard: true, hearingProblem: '', phones: 3, lastHeardAt: NOW - 5_000, ...more };
  return buildInternetWay(facts, en);
}
const states = (keeper: KeeperState, address = addressAt(NOW), more: object = {}) =>
  way(keeper, address, more)
    .slice(1)
    .map(({ link }) => link?.state);

function status(externalAddress: string | null, isConnected: boolean | null = true): KeeperState {
  const connection = isConnected ? 'Connected' : 'Disconnected';
  const seen = externalAddress ?? '';
  return { ...keeperAt(NOW), status: { externalAddress, seen, isConnected, connection, uptimeSeconds: 1 } };
}

function kept(port: number, more: Partial<KeptMapping> = {}): KeptMapping {
  const wanted = {
    protocol: 'UDP' as const,
    externalPort: port,
    internalPort: port,
    internalClient: '192.168.10.2',
    description: `Plugtone RTP UDP ${port}`,
  };
  const none = { heldBy: null, leaseSeconds: null, expiresAt: null, nextAt: null, error: null };
  return { wanted, state: 'mapped', since: NOW, ...none, ...more };
}

test.each(LANGUAGES)('every advice, state, source and kind of address has its words in %s', (language) => {
  const { has } = messages[language];
  const keys = [
    ...GATEWAY_ADVICE.map((advice) => `advice.${advice}`),
    ...['wanted', 'mapped', 'conflict', 'refused', 'failing', 'no-gateway'].map((state) => `mapping.${state}`),
    ...['idle', 'searching', 'found', 'none'].map((state) => `internet.search-${state}`),
    ...['upnp', 'fixed', 'name', 'sip'].map((source) => `source.${source}`),
    ...['private', 'cgnat', 'link-local', 'loopback', 'documentation', 'benchmark'].map(
      (kind) => `address-kind.${kind}`,
    ),
    ...['multicast', 'reserved', 'unspecified'].map((kind) => `address-kind.${kind}`),
  ];
  expect(keys.filter((key) => !has(key))).toEqual([]);
});

test('the way works from the phones to the Internet, and says since when', () => {
  const stops = way(keeperAt(NOW));
  expect(stops.map(({ id }) => id)).toEqual(['phones', 'appliance', 'router', 'internet']);
  expect(states(keeperAt(NOW))).toEqual(['good', 'good', 'good']);
  expect(stops[2]?.link?.since).toBe(keeperAt(NOW).gatewaySince);
  expect(stops[2]).toMatchObject({ title: 'FRITZ!Box 7590', lines: expect.arrayContaining(['192.168.10.1']) });
  expect(stops[3]?.link?.since).toBe(addressAt(NOW).since);
  expect(stops[3]?.lines).toEqual(['128.66.0.5']);
});

const TIMEOUT: GatewayError = { kind: 'timeout', text: 'no answer in 5 s' };

test.each<[string, KeeperState, readonly string[]]>([
  ['nobody has looked', IDLE_KEEPER, ['good', 'unknown', 'unknown']],
  [
    'no router',
    { ...IDLE_KEEPER, search: { state: 'none', at: NOW, from: '192.168.10.2' } },
    ['good', 'unknown', 'unknown'],
  ],
  ['a silent router', { ...keeperAt(NOW), statusError: TIMEOUT }, ['good', 'bad', 'unknown']],
  ['no line', status('128.66.0.5', false), ['good', 'good', 'bad']],
  ['no address', status(null), ['good', 'good', 'bad']],
  ['double NAT', status('192.168.1.20'), ['good', 'good', 'bad']],
  ['CGNAT', status('100.64.3.4'), ['good', 'good', 'bad']],
  ['a router that does not tell whether it is connected', status('128.66.0.5', null), ['good', 'good', 'good']],
])('the way with %s', (_name, keeper, wanted) => {
  expect(states(keeper)).toEqual(wanted);
});

test('a deaf appliance and phones that were never heard show in the first link', () => {
  expect(states(keeperAt(NOW), addressAt(NOW), { isHeard: false })[0]).toBe('bad');
  expect(states(keeperAt(NOW), addressAt(NOW), { lastHeardAt: null })[0]).toBe('unknown');
});

test.each([
  [status('10.0.0.7'), /no public address: 10\.0\.0\.7/, /double NAT/],
  [status('100.100.1.1'), /no public address: 100\.100\.1\.1/, /CGNAT/],
  [status('192.0.0.2'), /no public address/, /DS-Lite/],
  [status('203.0.113.9'), /no public address/, /for examples in books/],
  [status(null), /tells no address/, /not online/],
  [status('128.66.0.5', false), /no connection/, /line, cable/],
  [{ ...keeperAt(NOW), statusError: TIMEOUT }, /does not answer/, /UPnP service/],
  [{ ...keeperAt(NOW), onlyPermanent: true }, /no leases/, /stay until they are deleted/],
  [{ ...keeperAt(NOW), rebootedAt: NOW - 1_000 }, /restarted/, /told them again/],
])('%# what stands in the way is explained, with what to do', (keeper, title, text) => {
  const hints = buildInternetHints(keeper, [], '192.168.10.2', en, NOW);
  expect(hints).toHaveLength(1);
  expect(hints[0]?.title).toMatch(title);
  expect(hints[0]?.text).toMatch(text);
});

test('where all is well nothing is explained, and a restart of long ago is history', () => {
  expect(buildInternetHints({ ...keeperAt(NOW), rebootedAt: NOW - 2 * 86_400_000 }, [], null, en, NOW)).toEqual([]);
});

test('no router: calm words, and the list of ports as one types it into the router', () => {
  const none: KeeperState = { ...IDLE_KEEPER, search: { state: 'none', at: NOW, from: '192.168.10.2' } };
  const row = { protocol: 'UDP', externalPort: 10_000, internalPort: 10_000, count: 16, description: 'RTP' } as const;
  const rows = [
    { ...row, internalClient: null },
    {
      ...row,
      protocol: 'TCP',
      externalPort: 443,
      internalPort: 8443,
      count: 1,
      internalClient: '192.168.10.9',
    } as const,
  ];
  const [hint, ...more] = buildInternetHints(none, rows, '192.168.10.2', en, NOW);
  expect(more).toEqual([]);
  expect(hint).toMatchObject({ kind: 'plain', title: 'No UPnP router was found' });
  expect(hint?.steps.slice(-2)).toEqual([
    'By hand in the router: UDP 10000–10015 to 192.168.10.2, port 10000–10015',
    'By hand in the router: TCP 443 to 192.168.10.9, port 8443',
  ]);
  expect(buildInternetHints(none, [], null, de, NOW)[0]?.steps.at(-1)).toContain('leer');
  // Where there is no network, the router is not the one to look at.
  const lost: KeeperState = { ...IDLE_KEEPER, search: { state: 'none', at: NOW, from: null } };
  expect(buildInternetHints(lost, rows, null, en, NOW)[0]?.title).toContain('no network');
});

test('others that answered are named, and a crowd is cut', () => {
  const crowd = Array.from({ length: 50 }, (_, index) => ({ ...ROUTER, address: `192.168.10.${index}` }));
  const refused = crowd.map(({ address }) => ({ address, reason: 'no' }));
  const bystanders = buildBystanders({ ...keeperAt(NOW), others: crowd, refused }, en);
  expect([bystanders.others.length, bystanders.refused.length, bystanders.hidden]).toEqual([8, 8, 84]);
  expect(buildBystanders(keeperAt(NOW), en)).toMatchObject({
    others: [{ name: 'Second router', address: '192.168.10.254' }],
    hidden: 0,
  });
});

test('ports in a row of which all is alike are one row of the table; a different one stands alone', () => {
  const range = Array.from({ length: 16 }, (_, index) => kept(10_000 + index));
  expect(buildOpenPorts({ ...keeperAt(NOW), mappings: range }, en)).toMatchObject({
    open: 16,
    wanted: 16,
    rows: [{ ports: '10000–10015', hostPorts: '10000–10015', description: 'Plugtone RTP', isOwn: true }],
  });
  const conflict = range.map(
    (one, index): KeptMapping => (index === 1 ? { ...one, state: 'conflict', heldBy: '192.168.10.30' } : one),
  );
  const { rows, open } = buildOpenPorts({ ...keeperAt(NOW), mappings: conflict }, en);
  expect(rows.map(({ ports }) => ports)).toEqual(['10000', '10001', '10002–10015']);
  expect(rows[1]).toMatchObject({ kind: 'bad', stateText: 'held by 192.168.10.30' });
  expect(rows[1]?.advice).toContain('another external port');
  expect(open).toBe(15);
});

test('what is open on a router without a public address is not said to be reached', () => {
  const hidden = (keeper: KeeperState) => buildOpenPorts(keeper, en).isHidden;
  expect([keeperAt(NOW), status('100.64.1.2'), status(null), IDLE_KEEPER].map(hidden)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('a group has the first end and the first next look of its ports', () => {
  const mappings = [
    kept(1, { leaseSeconds: 60, expiresAt: 500, nextAt: 90, since: 7 }),
    kept(2, { leaseSeconds: 60, expiresAt: 400, nextAt: 95, since: 9 }),
  ];
  const { rows } = buildOpenPorts({ ...keeperAt(NOW), mappings }, en);
  expect(rows).toMatchObject([{ ports: '1–2', expiresAt: 400, nextAt: 90, since: 9, isPermanent: false }]);
});

test('grouping loses no port and invents none', () => {
  const mapping = fc.record({
    externalPort: fc.integer({ min: 1, max: 12 }),
    state: fc.constantFrom<MappingState>('mapped', 'wanted', 'conflict', 'refused', 'failing', 'no-gateway'),
    heldBy: fc.constantFrom(null, '192.168.10.30'),
  });
  const list = fc.uniqueArray(mapping, { selector: ({ externalPort }) => externalPort, maxLength: 12 });
  fc.assert(
    fc.property(list, (found) => {
      const mappings = found.map(({ externalPort, ...more }) => kept(externalPort, more));
      const { rows } = buildOpenPorts({ ...keeperAt(NOW), mappings }, en);
      const told = rows.flatMap(({ ports }) => {
        const [first = 0, last = first] = ports.split('–').map(Number);
        return Array.from({ length: last - first + 1 }, (_, index) => first + index);
      });
      expect(told).toEqual(found.map(({ externalPort }) => externalPort));
    }),
  );
});

test('the sources of the address stand side by side, with what they disagree on', () => {
  const address = addressAt(NOW);
  const [upnp, name, sip] = address.readings;
  if (upnp === undefined || name === undefined || sip === undefined) throw new Error('three sources were expected');
  const readings = [
    upnp,
    { ...name, address: '128.66.9.9' },
    { ...sip, address: '10.0.0.1', kind: 'private' as const },
  ];
  const built = buildExternalAddress({ ...address, isDisputed: true, readings }, periodsAt(NOW), en, NOW);
  expect(built.readings.map(({ isOther }) => isOther)).toEqual([false, true, true]);
  expect(built.readings.map(({ kindText }) => kindText)).toEqual(['', '', 'of a private network']);
  expect(built.periods.map(({ duration }) => duration)).toEqual(['2 days', '1 day', '2 days']);
  expect(buildExternalAddress(UNKNOWN_ADDRESS, [], de, NOW)).toMatchObject({
    address: '',
    readings: [{ address: '' }],
  });
});

test.each([
  [addressAt(NOW), { kind: 'good', sign: '●', text: '128.66.0.5' }],
  [
    { ...addressAt(NOW), isDisputed: true },
    { kind: 'wait', sign: '◐', text: '128.66.0.5' },
  ],
  [UNKNOWN_ADDRESS, { kind: 'quiet', sign: '○', text: 'address not known' }],
  [
    {
      ...UNKNOWN_ADDRESS,
      readings: [
        { source: 'upnp', decides: true, address: '10.0.0.1', kind: 'private', at: NOW, problem: null },
      ] as const,
    },
    { kind: 'bad', sign: '▲', text: 'no public address' },
  ],
])('%# the header says how it stands, by shape as by colour', (address, wanted) => {
  expect(buildInternetSign(address, en)).toEqual(wanted);
});

test('a test says what it found, and that a "no" from outside proves nothing', () => {
  const rows = buildMappingTests(MAPPING_TESTS, en);
  expect(rows.map(({ ports }) => ports)).toEqual(['5060', '10000', '443']);
  expect(rows.map(({ answers }) => answers.map(({ kind }) => kind))).toEqual([
    ['good', 'good', 'quiet'],
    ['good', 'bad', 'quiet'],
    ['quiet', 'quiet', 'quiet'],
  ]);
  const alike = [10, 11, 12, 14].map((externalPort) => ({ ...MAPPING_TESTS[1], externalPort }) as never);
  expect(buildMappingTests(alike, en).map(({ ports }) => ports)).toEqual(['10–12', '14']);
});
