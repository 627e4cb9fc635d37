import { afterEach, expect, test } from 'vitest';
import type { Gateway, GatewayFacts, MappingRequest } from '../../src/upnp/gateway.ts';
import { createIgdGateway } from '../../src/upnp/igd-client.ts';
import { type FakeGateway, type FakeGatewayOptions, openFakeGateway } from '../peers/fake-gateway.ts';
import { buildSoapAnswer } from '../peers/fake-igd-xml.ts';

const opened: FakeGateway[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((gateway) => gateway.close()));
});

async function open(options: FakeGatewayOptions = {}): Promise<{ fake: FakeGateway; gateway: Gateway }> {
  const fake = await openFakeGateway(options);
  opened.push(fake);
  const type = options.services?.[0] ?? `urn:schemas-upnp-org:service:WANIPConnection:${options.version ?? 1}`;
  const facts: GatewayFacts = {
    kind: 'igd',
    id: fake.udn,
    address: fake.address,
    localAddress: '127.0.0.1',
    name: null,
    manufacturer: null,
    model: null,
    serviceType: type,
    location: fake.location,
    bootId: 1,
    isDefaultRouter: true,
  };
  return {
    fake,
    gateway: createIgdGateway(facts, { type, controlUrl: new URL(`http://${fake.address}:${fake.port}/ctl/0`) }),
  };
}

const REQUEST: MappingRequest = {
  protocol: 'UDP',
  externalPort: 5060,
  internalClient: '127.0.0.1',
  internalPort: 5062,
  description: `Plugtone <SIP> & "RTP" 'ö'`,
  leaseSeconds: 3_600,
};

/** Makes one action answer with these arguments. */
function answering(fake: FakeGateway, action: string, values: Readonly<Record<string, string | number>>): void {
  fake.misbehave(action, (response, { call }) => {
    response.end(buildSoapAnswer({ action, serviceType: call?.serviceType ?? '' }, values));
  });
}

test.each([
  ['IGD:1', {}],
  ['IGD:2', { version: 2 }],
  ['a PPP connection', { services: ['urn:schemas-upnp-org:service:WANPPPConnection:1'] }],
] as const)('%s maps, tells and removes', async (_, options) => {
  const { gateway } = await open(options);
  expect(await gateway.findMapping(REQUEST)).toEqual({ ok: true, value: null });
  expect(await gateway.addMapping(REQUEST)).toEqual({ ok: true, value: { leaseSeconds: 3_600 } });
  const mapping = { ...REQUEST, enabled: true };
  expect(await gateway.findMapping(REQUEST)).toEqual({ ok: true, value: mapping });
  expect(await gateway.listMappings(100)).toEqual({ ok: true, value: [mapping] });
  expect(await gateway.removeMapping(REQUEST)).toEqual({ ok: true, value: null });
  expect(await gateway.findMapping(REQUEST)).toEqual({ ok: true, value: null });
});

test('removing what is not there is fine', async () => {
  const { gateway } = await open();
  expect(await gateway.removeMapping(REQUEST)).toEqual({ ok: true, value: null });
});

test('error codes come through, with the text of the router', async () => {
  const { fake, gateway } = await open();
  fake.fail('AddPortMapping', 718);
  fake.fail('DeletePortMapping', 606);
  fake.fail('GetSpecificPortMappingEntry', 401);
  expect(await gateway.addMapping(REQUEST)).toEqual({
    ok: false,
    problem: { kind: 'upnp', code: 718, text: 'ConflictInMappingEntry' },
  });
  expect(await gateway.removeMapping(REQUEST)).toMatchObject({ problem: { kind: 'upnp', code: 606 } });
  expect(await gateway.findMapping(REQUEST)).toMatchObject({ problem: { kind: 'upnp', code: 401 } });
});

test('an entry of our own former address is asked for as a range of one port, another’s refusal stays one', async () => {
  const { fake, gateway } = await open({ version: 2 });
  const former = { ...REQUEST, internalClient: '127.0.0.7' };
  const asked = () => fake.requests.flatMap(({ call }) => (call ? [call.action] : []));
  fake.fail('DeletePortMapping', 606);
  // This one does not know the range either.
  expect(await gateway.removeMapping(former)).toMatchObject({ problem: { kind: 'upnp', code: 606 } });
  answering(fake, 'DeletePortMappingRange', {});
  expect(await gateway.removeMapping(former)).toEqual({ ok: true, value: null });
  expect(asked()).toEqual([
    'DeletePortMapping',
    'DeletePortMappingRange',
    'DeletePortMapping',
    'DeletePortMappingRange',
  ]);
  expect([...(fake.requests.at(-1)?.call?.args ?? [])]).toEqual([
    ['NewStartPort', '5060'],
    ['NewEndPort', '5060'],
    ['NewProtocol', 'UDP'],
    ['NewManage', '0'],
  ]);
  expect(await gateway.removeMapping(REQUEST)).toMatchObject({ problem: { kind: 'upnp', code: 606 } });
  expect(asked()).toHaveLength(5);
});

test('a host name is never sent as internal client', async () => {
  const { fake, gateway } = await open();
  const result = await gateway.addMapping({ ...REQUEST, internalClient: 'pbx.lan' });
  expect(result).toEqual({
    ok: false,
    problem: { kind: 'malformed', text: 'asked for pbx.lan; wanted an IPv4 address' },
  });
  expect(fake.requests).toEqual([]);
});

test('the status is the address, the state and the uptime', async () => {
  const { gateway } = await open();
  expect(await gateway.readStatus()).toEqual({
    ok: true,
    value: {
      externalAddress: '198.51.100.7',
      seen: '198.51.100.7',
      isConnected: true,
      connection: 'Connected',
      uptimeSeconds: expect.any(Number),
    },
  });
});

test.each([
  ['', null, ''],
  ['0.0.0.0', '0.0.0.0', '0.0.0.0'],
  ['10.1.2.3', '10.1.2.3', '10.1.2.3'],
  ['1.2.3', null, '1.2.3'],
  ['1.1.1.1,2.2.2.2', null, '1.1.1.1,2.2.2.2'],
  ['$(reboot); <script>', null, '$(reboot); <script>'],
  ['::1', null, '::1'],
  ['x'.repeat(9_000), null, 'x'.repeat(200)],
])('the external address %.20j is told as %j', async (address, externalAddress, seen) => {
  const { fake, gateway } = await open();
  fake.setWan({ address });
  const status = await gateway.readStatus();
  expect(status.ok && status.value).toMatchObject({ externalAddress, seen });
});

test.each([
  ['Connected', true],
  ['Up', true],
  ['Disconnected', false],
  ['Connecting', false],
  ['', null],
])('the connection %j counts as %j', async (connection, isConnected) => {
  const { fake, gateway } = await open();
  fake.setWan({ connection });
  const status = await gateway.readStatus();
  expect(status.ok && status.value.isConnected).toBe(isConnected);
});

test('one of the two questions about the status is enough', async () => {
  const { fake, gateway } = await open();
  fake.fail('GetStatusInfo', 401);
  expect(await gateway.readStatus()).toMatchObject({
    value: { externalAddress: '198.51.100.7', isConnected: null, connection: null, uptimeSeconds: null },
  });
  fake.heal();
  fake.fail('GetExternalIPAddress', 501);
  fake.setWan({ connection: 'Disconnected' });
  expect(await gateway.readStatus()).toMatchObject({
    value: { externalAddress: null, seen: 'error 501 Action Failed', isConnected: false },
  });
  fake.fail('GetStatusInfo', 401);
  expect(await gateway.readStatus()).toMatchObject({ problem: { kind: 'upnp', code: 501 } });
});

test('a router that has moved is refused', async () => {
  const { fake, gateway } = await open();
  await fake.reboot({ movesPort: true });
  for (const call of [
    gateway.readStatus(),
    gateway.findMapping(REQUEST),
    gateway.listMappings(10),
    gateway.addMapping(REQUEST),
    gateway.removeMapping(REQUEST),
  ]) {
    expect(await call).toEqual({ ok: false, problem: { kind: 'refused', text: 'ECONNREFUSED' } });
  }
});

test('calls wait for each other', async () => {
  const { fake, gateway } = await open();
  let running = 0;
  let most = 0;
  fake.misbehave('control', (response) => {
    most = Math.max(most, ++running);
    setTimeout(() => {
      running--;
      response.statusCode = 500;
      response.end();
    }, 10);
  });
  await Promise.all([
    gateway.readStatus(),
    gateway.findMapping(REQUEST),
    gateway.addMapping(REQUEST),
    gateway.listMappings(5),
  ]);
  expect(fake.requests.length).toBeGreaterThanOrEqual(4);
  expect(most).toBe(1);
});

test.each([
  ['no client', { NewInternalClient: '' }, 'told an internal client ""; wanted an IPv4 address'],
  ['a name as client', { NewInternalClient: 'pbx<b>' }, 'told an internal client "pbx<b>"; wanted an IPv4 address'],
  ['port 0', { NewInternalPort: 0 }, 'told an internal port "0"; wanted 1-65535'],
  ['port 70000', { NewInternalPort: 70_000 }, 'told an internal port "70000"; wanted 1-65535'],
])('a mapping with %s is malformed', async (_, values, text) => {
  const { fake, gateway } = await open();
  const good = {
    NewInternalPort: 5060,
    NewInternalClient: '127.0.0.1',
    NewEnabled: 1,
    NewPortMappingDescription: '',
    NewLeaseDuration: 1,
  };
  answering(fake, 'GetSpecificPortMappingEntry', { ...good, ...values });
  expect(await gateway.findMapping(REQUEST)).toEqual({ ok: false, problem: { kind: 'malformed', text } });
});

test('a mapping is read however it is spelled', async () => {
  const { fake, gateway } = await open();
  answering(fake, 'GetSpecificPortMappingEntry', {
    NewInternalPort: ' 5060 ',
    NewInternalClient: ' 192.168.1.7 ',
    NewEnabled: 'True',
    NewPortMappingDescription: `a\u202eb${'x'.repeat(900)}`,
    NewLeaseDuration: '4294967296',
  });
  const found = await gateway.findMapping(REQUEST);
  expect(found.ok && found.value).toEqual({
    protocol: 'UDP',
    externalPort: 5060,
    internalPort: 5060,
    internalClient: '192.168.1.7',
    enabled: true,
    description: `a b${'x'.repeat(197)}`,
    leaseSeconds: 0,
  });
});

test('an empty table is empty', async () => {
  const { gateway } = await open();
  expect(await gateway.listMappings(100)).toEqual({ ok: true, value: [] });
});

test('a table is read no further than wanted', async () => {
  const { fake, gateway } = await open();
  for (let port = 1; port <= 50; port++) {
    fake.table.hold({ protocol: 'TCP', externalPort: port, internalClient: '192.168.1.9' });
  }
  const listed = await gateway.listMappings(20);
  expect(listed.ok && listed.value.map(({ externalPort }) => externalPort)).toEqual(
    Array.from({ length: 20 }, (_, n) => n + 1),
  );
  expect(fake.requests).toHaveLength(20);
});

test('a table without an end is cut', async () => {
  const { fake, gateway } = await open();
  answering(fake, 'GetGenericPortMappingEntry', {
    NewRemoteHost: '',
    NewExternalPort: 1,
    NewProtocol: 'udp',
    NewInternalPort: 1,
    NewInternalClient: '192.168.1.9',
    NewEnabled: 0,
    NewPortMappingDescription: 'x',
    NewLeaseDuration: 0,
  });
  const listed = await gateway.listMappings(30);
  expect(listed.ok && listed.value).toHaveLength(30);
  expect(listed.ok && listed.value[0]).toMatchObject({ protocol: 'UDP', enabled: false });
});

test('a table that begins at index 1 is read', async () => {
  const { fake, gateway } = await open();
  fake.fail('GetGenericPortMappingEntry', 402, { when: ({ args }) => args.get('NewPortMappingIndex') === '0' });
  for (const port of [1, 2, 3]) fake.table.hold({ protocol: 'UDP', externalPort: port, internalClient: '192.168.1.9' });
  const listed = await gateway.listMappings(30);
  expect(listed.ok && listed.value.map(({ externalPort }) => externalPort)).toEqual([2, 3]);
});

test('entries that are no mappings are left out', async () => {
  const { fake, gateway } = await open();
  fake.table.hold({ protocol: 'UDP', externalPort: 1, internalClient: 'somebody' });
  fake.table.hold({ protocol: 'SCTP', externalPort: 2, internalClient: '192.168.1.9' });
  fake.table.hold({ protocol: 'UDP', externalPort: 3, internalClient: '192.168.1.9' });
  const listed = await gateway.listMappings(30);
  expect(listed.ok && listed.value.map(({ externalPort }) => externalPort)).toEqual([3]);
});

test('an error is no empty table', async () => {
  const { fake, gateway } = await open();
  fake.fail('GetGenericPortMappingEntry', 606);
  expect(await gateway.listMappings(30)).toMatchObject({ problem: { kind: 'upnp', code: 606 } });
  fake.heal();
  fake.misbehave('GetGenericPortMappingEntry', (response) => response.end('<html>'));
  expect(await gateway.listMappings(30)).toMatchObject({ problem: { kind: 'malformed' } });
  expect(fake.actions().filter((action) => action === 'GetGenericPortMappingEntry')).toHaveLength(3);
});

test('HTTP without an error code of UPnP is malformed', async () => {
  const { fake, gateway } = await open();
  fake.misbehave('control', (response) => {
    response.statusCode = 404;
    response.end('Not Found');
  });
  expect(await gateway.addMapping(REQUEST)).toEqual({
    ok: false,
    problem: { kind: 'malformed', text: 'answered AddPortMapping with HTTP 404; wanted 200, or an error code of UPnP' },
  });
});
