import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, test } from 'vitest';
import { DEFAULT_INTERNET } from '../../src/core/internet.ts';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { addressAt, keeperAt, MAPPING_TESTS, periodsAt } from '../peers/internet-memory.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { createWorld, NOW, type World } from './web-world.ts';

const WEBHOOK_SECRET = 'wh-s3cret-0f-the-0ffice';
const SHORT_SECRET = 'wh-2-sh0rt';
const BLANK_SECRET = 'wh-s3cret with a blank';

let world: World;
let app: ApiApp;
let call: ApiClient;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.admin, [WEBHOOK_SECRET, SHORT_SECRET, BLANK_SECRET]);
  return () => app.close();
});

const put = (body: unknown) => call('PUT', '/api/v1/site', { body });
const internetOf = async () => (await call('GET', '/api/v1/site')).json.internet;
const SIP = {
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5060,
  count: 1,
  internalClient: '192.168.10.5',
  description: 'SIP',
};

test('PUT site changes the Internet settings field by field, and nothing else of the site', async () => {
  const before = (await call('GET', '/api/v1/site')).json;
  const first = await put({ internet: { portMappings: [SIP], pollSeconds: 30 } });
  expect(first.status).toBe(200);
  expect(first.json).toEqual({
    ...before,
    revision: 1,
    internet: { ...DEFAULT_INTERNET, portMappings: [SIP], pollSeconds: 30 },
  });
  const second = await put({ internet: { mapPorts: true } });
  expect(second.json.internet).toEqual({ ...first.json.internet, mapPorts: true });
  expect((await put({ name: 'Praxis' })).json.internet).toEqual(second.json.internet);
  expect(await internetOf()).toEqual(second.json.internet);
});

test('what a row leaves out is told in the answer', async () => {
  const rows = [{ protocol: 'TCP', externalPort: 443 }];
  expect((await put({ internet: { portMappings: rows } })).json.internet.portMappings).toEqual([
    { protocol: 'TCP', externalPort: 443, internalPort: 443, count: 1, internalClient: null, description: '' },
  ]);
});

test('the list of ports is replaced as a whole, and null takes a value away', async () => {
  await put({ internet: { portMappings: [SIP], hostName: 'office.example.com', searchFrom: '192.168.10.2' } });
  const { json } = await put({ internet: { portMappings: [], hostName: null } });
  expect(json.internet).toEqual({ ...DEFAULT_INTERNET, searchFrom: '192.168.10.2' });
});

test('the same settings again, and what GET answers, change nothing', async () => {
  const { json } = await put({ internet: { portMappings: [SIP], webhookUrl: null }, webhookSecret: WEBHOOK_SECRET });
  expect((await put({ internet: { portMappings: [SIP] }, webhookSecret: WEBHOOK_SECRET })).json).toEqual(json);
  expect((await put(json)).json).toEqual(json);
  expect(world.audit.filter(({ action }) => action === 'site.changed')).toHaveLength(1);
});

test('the audit names the fields that were changed, without their values', async () => {
  await put({ internet: { mapPorts: true, portMappings: [SIP] }, webhookSecret: WEBHOOK_SECRET });
  expect(world.audit[0]).toMatchObject({ actor: 'anna', action: 'site.changed' });
  expect(String(world.audit[0]?.detail.changed).split(' ').sort()).toEqual([
    'internet.mapPorts',
    'internet.portMappings',
    'webhookSecret',
  ]);
});

test.each<readonly [object, where: string]>([
  [{ internet: null }, 'body.internet'],
  [{ internet: { mapPort: true } }, 'body.internet.mapPort'],
  [{ internet: { mapPorts: 'yes' } }, 'body.internet.mapPorts'],
  [{ internet: { portMappings: [{ ...SIP, protocol: 'udp' }] } }, 'body.internet.portMappings.0.protocol'],
  [{ internet: { portMappings: [{ ...SIP, protocol: 'SCTP' }] } }, 'body.internet.portMappings.0.protocol'],
  [{ internet: { portMappings: [{ protocol: 'UDP' }] } }, 'body.internet.portMappings.0.externalPort'],
  [
    { internet: { portMappings: [SIP, { ...SIP, externalPort: '5061' }] } },
    'body.internet.portMappings.1.externalPort',
  ],
  [
    { internet: { portMappings: [SIP, { ...SIP, externalPort: 70_000 }] } },
    'body.internet.portMappings.1.externalPort',
  ],
  [{ internet: { portMappings: [{ protocol: 'UDP', externalPort: 0 }] } }, 'body.internet.portMappings.0.externalPort'],
  [{ internet: { portMappings: [SIP, SIP] } }, 'body.internet.portMappings.1.externalPort'],
  [{ internet: { portMappings: [{ ...SIP, internalPort: 0 }] } }, 'body.internet.portMappings.0.internalPort'],
  [{ internet: { portMappings: [{ ...SIP, count: 33 }] } }, 'body.internet.portMappings.0.count'],
  [{ internet: { portMappings: [{ ...SIP, internalClient: 'pbx' }] } }, 'body.internet.portMappings.0.internalClient'],
  [{ internet: { portMappings: [{ ...SIP, description: 'Büro' }] } }, 'body.internet.portMappings.0.description'],
  [{ internet: { portMappings: [{ ...SIP, enabled: true }] } }, 'body.internet.portMappings.0.enabled'],
  [{ internet: { portMappings: new Array(33).fill(SIP) } }, 'body.internet.portMappings'],
  [{ internet: { searchFrom: 'eth0' } }, 'body.internet.searchFrom'],
  [{ internet: { addressSource: 'sip' } }, 'body.internet.addressSource'],
  [{ internet: { addressSource: 'fixed' } }, 'body.internet.fixedAddress'],
  [{ internet: { addressSource: 'name' } }, 'body.internet.hostName'],
  [{ internet: { pollSeconds: 5 } }, 'body.internet.pollSeconds'],
  [{ internet: { pollSeconds: 30.5 } }, 'body.internet.pollSeconds'],
  [{ internet: { hostName: 'http://office.example.com' } }, 'body.internet.hostName'],
  [{ internet: { webhookUrl: 'file:///etc/passwd' }, webhookSecret: WEBHOOK_SECRET }, 'body.internet.webhookUrl'],
  [{ internet: { webhookUrl: 'https://example.com' } }, 'body.webhookSecret'],
  [{ webhookSecret: SHORT_SECRET }, 'body.webhookSecret'],
  [{ webhookSecret: BLANK_SECRET }, 'body.webhookSecret'],
  [{ webhookSecret: 7 }, 'body.webhookSecret'],
  [{ webhookSecretSet: 'yes' }, 'body.webhookSecretSet'],
])('PUT site %j is refused by name, and changes nothing', async (body, where) => {
  const problem = expectProblem(await put(body), 400, 'invalid-input');
  expect(problem.errors).toMatchObject([{ where }]);
  expect(await internetOf()).toEqual(DEFAULT_INTERNET);
  expect(world.audit).toEqual([]);
});

test('faults of the Internet and of the rest of the site are told together', async () => {
  const { errors } = expectProblem(
    await put({ settings: { vlanId: 'many' }, internet: { pollSeconds: 1, searchFrom: 'x' } }),
    400,
    'invalid-input',
  );
  expect(errors.map(({ where }: { where: string }) => where)).toEqual([
    'body.settings.vlanId',
    'body.internet.searchFrom',
    'body.internet.pollSeconds',
  ]);
});

test('the secret of the webhook is written, never read, and is taken away with null unless it is needed', async () => {
  const set = await put({ internet: { webhookUrl: 'https://example.com/hook' }, webhookSecret: WEBHOOK_SECRET });
  expect(set.json).toMatchObject({ webhookSecretSet: true, internet: { webhookUrl: 'https://example.com/hook' } });
  expect(world.office.site().webhookSecret?.reveal()).toBe(WEBHOOK_SECRET);
  const { errors } = expectProblem(await put({ webhookSecret: null }), 400, 'invalid-input');
  expect(errors).toMatchObject([{ where: 'body.webhookSecret' }]);
  const taken = await put({ internet: { webhookUrl: null }, webhookSecret: null });
  expect(taken.json).toMatchObject({ webhookSecretSet: false });
  expect(world.office.site().webhookSecret).toBeNull();
});

test('the secret of the webhook is in no answer, audit entry, preview or line of the log', async () => {
  await put({ webhookSecret: WEBHOOK_SECRET });
  await put({ webhookSecret: `${WEBHOOK_SECRET} ` });
  await call('POST', '/api/v1/site/preview', { body: { webhookSecret: WEBHOOK_SECRET, name: 'x' } });
  for (const path of ['/site', '/audit', '/port-mappings', '/external-address', '/log', '/system']) {
    expect((await call('GET', `/api/v1${path}`)).status).toBe(200);
  }
  expect(JSON.stringify([world.audit, world.lines, world.office.site()])).not.toContain(WEBHOOK_SECRET);
  expect(world.audit).not.toEqual([]);
});

test('while nothing is known, the answers say so', async () => {
  expect((await call('GET', '/api/v1/external-address')).json).toEqual({
    address: null,
    since: null,
    disputed: false,
    readings: [{ source: 'upnp', decides: true, address: null, kind: null, confirmedAt: null, problem: null }],
  });
  expect((await call('GET', '/api/v1/external-address/history')).json).toEqual({ items: [] });
  expect((await call('GET', '/api/v1/port-mappings')).json).toEqual({
    enabled: false,
    search: { state: 'idle', at: null, from: null },
    gateway: null,
    gatewaySince: null,
    otherGateways: [],
    refusedAnswers: [],
    status: null,
    statusError: null,
    statusTrouble: null,
    onlyPermanent: false,
    rebootedAt: null,
    mappings: [],
    notes: [],
  });
});

test('the external address is told with what each source says', async () => {
  world.internet.show({ address: addressAt(NOW) });
  const { json } = await call('GET', '/api/v1/external-address', { token: world.tokens.viewer });
  expect(json).toMatchObject({ address: '128.66.0.5', since: '2026-01-05T08:00:00.000Z', disputed: false });
  expect(json.readings).toHaveLength(3);
  expect(json.readings[1]).toEqual({
    source: 'name',
    decides: false,
    address: '128.66.0.5',
    kind: 'public',
    confirmedAt: '2026-01-07T07:50:00.000Z',
    problem: 'The name server is silent.',
  });
});

test('the history of addresses says how long each one was, the newest up to now', async () => {
  world.internet.show({ periods: periodsAt(NOW) });
  const { json } = await call('GET', '/api/v1/external-address/history');
  expect(json.items.map(({ address, seconds }: Record<string, unknown>) => [address, seconds])).toEqual([
    ['128.66.0.5', 172_800],
    ['128.66.7.9', 86_400],
    ['128.66.3.1', 172_740],
  ]);
  expect(json.items[0].until).toBeNull();
  expect((await call('GET', '/api/v1/external-address/history?limit=1')).json.items).toHaveLength(1);
  for (const limit of ['0', '501', 'x']) {
    const answer = await call('GET', `/api/v1/external-address/history?limit=${limit}`);
    expect(expectProblem(answer, 400, 'invalid-input').errors).toMatchObject([{ where: 'query.limit' }]);
  }
  world.internet.show({ periods: [{ address: '128.66.0.5', source: 'upnp', since: NOW + 60_000, until: null }] });
  expect((await call('GET', '/api/v1/external-address/history')).json.items[0].seconds).toBe(0);
});

test('the router and each port are told with state, lease and error', async () => {
  await put({ internet: { mapPorts: true, portMappings: [{ ...SIP, count: 20 }] } });
  world.internet.show({ keeper: keeperAt(NOW) });
  const { json } = await call('GET', '/api/v1/port-mappings', { token: world.tokens.viewer });
  expect(json).toMatchObject({
    enabled: true,
    search: { state: 'found', at: '2026-01-07T06:30:00.000Z', from: '192.168.10.2' },
    gateway: { kind: 'igd', address: '192.168.10.1', name: 'FRITZ!Box 7590', defaultRouter: true },
    otherGateways: [{ address: '192.168.10.254', defaultRouter: false }],
    refusedAnswers: [{ address: '192.168.10.77' }],
    status: { externalAddress: '128.66.0.5', connected: true, at: '2026-01-07T07:59:40.000Z' },
    statusError: null,
    notes: [expect.stringContaining('20 ports')],
  });
  expect(json.mappings[2]).toEqual({
    protocol: 'UDP',
    externalPort: 10_001,
    internalPort: 10_001,
    internalClient: '192.168.10.2',
    description: 'Plugtone RTP',
    state: 'conflict',
    since: '2026-01-07T06:30:00.000Z',
    heldBy: '192.168.10.30',
    leaseSeconds: null,
    expiresAt: null,
    nextAt: '2026-01-07T08:10:00.000Z',
    error: { kind: 'upnp', code: 718, grantedPort: null, text: 'ConflictInMappingEntry' },
    trouble: {
      advice: 'choose-other-port',
      seen: 'UDP 10001 leads to 192.168.10.30',
      message: expect.stringContaining('not taken away'),
    },
  });
  expect(json.mappings[0].trouble).toBeNull();
  expect(json.mappings[3].trouble.advice).toBe('allow-port-mapping');
});

test.each([
  [
    { kind: 'pcp', code: 8, text: 'NO_RESOURCES' },
    { kind: 'pcp', code: 8, grantedPort: null, text: 'NO_RESOURCES' },
  ],
  [
    { kind: 'other-port', granted: 5061 },
    { kind: 'other-port', code: null, grantedPort: 5061 },
  ],
  [
    { kind: 'timeout', text: 'no answer in 3 s' },
    { kind: 'timeout', code: null, grantedPort: null, text: 'no answer in 3 s' },
  ],
] as const)('the error %j of a router is told as it is', async (statusError, told) => {
  world.internet.show({ keeper: { ...keeperAt(NOW), status: null, statusError } });
  expect((await call('GET', '/api/v1/port-mappings')).json).toMatchObject({
    status: null,
    statusError: told,
    statusTrouble: { advice: expect.stringMatching(/^[a-z-]+$/), message: expect.stringContaining('What to do') },
  });
});

test.each([
  ['/upnp/search', 'search', 'router.searched'],
  ['/port-mappings/renew', 'renew', 'ports.renewed'],
])('POST %s is carried out, audited, and answers with what came of it', async (path, order, action) => {
  const release = world.internet.hold();
  const answer = call('POST', `/api/v1${path}`, { token: world.tokens.technician });
  while (world.internet.orders.length === 0) await sleep(1);
  world.internet.show({ keeper: keeperAt(NOW) });
  release();
  expect((await answer).json.gateway.address).toBe('192.168.10.1');
  expect(world.internet.orders).toEqual([order]);
  expect(world.audit).toMatchObject([{ actor: 'theo', action, subject: 'internet', detail: {} }]);
});

test('POST port-mappings/test answers with each port that was tried', async () => {
  world.internet.show({ tests: MAPPING_TESTS });
  const { status, json } = await call('POST', '/api/v1/port-mappings/test', { token: world.tokens.technician });
  expect(status).toBe(200);
  expect(json.items).toEqual([
    { protocol: 'UDP', externalPort: 5060, mapped: true, heard: true, cameBack: null },
    { protocol: 'UDP', externalPort: 10_000, mapped: true, heard: false, cameBack: false },
    { protocol: 'TCP', externalPort: 443, mapped: null, heard: null, cameBack: null },
  ]);
  expect(world.audit).toMatchObject([{ actor: 'theo', action: 'ports.tested' }]);
});

test('a viewer orders nothing', async () => {
  for (const path of ['/upnp/search', '/port-mappings/renew', '/port-mappings/test']) {
    expectProblem(await call('POST', `/api/v1${path}`, { token: world.tokens.viewer }), 403, 'forbidden');
  }
  expect([world.internet.orders, world.audit]).toEqual([[], []]);
});

test('what a router says is text in an answer, and nothing more', async () => {
  const keeper = keeperAt(NOW);
  const name = '</script><script>alert(1)</script>';
  const gateway = keeper.gateway === null ? null : { ...keeper.gateway, name };
  world.internet.show({ keeper: { ...keeper, gateway } });
  const { json, headers } = await call('GET', '/api/v1/port-mappings');
  expect(json.gateway.name).toBe(name);
  expect(headers).toMatchObject({
    'content-type': expect.stringContaining('application/json'),
    'x-content-type-options': 'nosniff',
  });
});

test('metrics count the ports by state, and say whether router and address are known', async () => {
  const metrics = async () => (await call('GET', '/metrics', { token: '' })).text;
  const idle = await metrics();
  expect(idle).toContain('plugtone_port_mappings{state="mapped"} 0\n');
  expect(idle).toContain('plugtone_external_address_known 0\n');
  expect(idle).toContain('plugtone_gateway_present 0\n');
  world.internet.show({ keeper: keeperAt(NOW), address: addressAt(NOW) });
  const busy = await metrics();
  expect(busy).toContain('plugtone_port_mappings{state="mapped"} 3\n');
  expect(busy).toContain('plugtone_port_mappings{state="conflict"} 1\n');
  expect(busy).toContain('plugtone_port_mappings{state="refused"} 1\n');
  expect(busy).toContain('plugtone_port_mappings{state="no-gateway"} 0\n');
  expect(busy).toContain('plugtone_external_address_known 1\n');
  expect(busy).toContain('plugtone_gateway_present 1\n');
  world.internet.show({ keeper: { ...keeperAt(NOW), mappings: [] } });
  expect(await metrics()).toContain('plugtone_port_mappings{state="mapped"} 0\n');
});
