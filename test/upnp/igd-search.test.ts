import { afterEach, expect, test } from 'vitest';
import type { Gateway, GatewaySearch } from '../../src/upnp/gateway.ts';
import { searchIgds } from '../../src/upnp/igd-search.ts';
import { collectAnswers } from '../../src/upnp/ssdp-search.ts';
import { type FakeGateway, type FakeGatewayOptions, openFakeGateway } from '../peers/fake-gateway.ts';

const IP = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const PPP = 'urn:schemas-upnp-org:service:WANPPPConnection:1';

const opened: FakeGateway[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((gateway) => gateway.close()));
});

async function openGateway(options: FakeGatewayOptions = {}): Promise<FakeGateway> {
  const gateway = await openFakeGateway(options);
  opened.push(gateway);
  return gateway;
}

/** Searches every one of them, as if they were in one group. */
async function search(gateways: readonly FakeGateway[], defaultRouter: string | null = null): Promise<GatewaySearch> {
  const options = { localAddress: '127.0.0.1', defaultRouter, waitMs: 250, signal: new AbortController().signal };
  return await searchIgds(options, async () => {
    const heard = await Promise.all(gateways.map(({ ssdpPlace }) => collectAnswers({ ...options, group: ssdpPlace })));
    return { ok: true, value: heard.flatMap((one) => (one.ok ? one.value : [])) };
  });
}

async function onlyGateway(fake: FakeGateway, defaultRouter: string | null = null): Promise<Gateway> {
  const { found, refused } = await search([fake], defaultRouter);
  expect(refused).toEqual([]);
  expect(found).toHaveLength(1);
  const [gateway] = found;
  if (gateway === undefined) throw new Error('none was found');
  return gateway;
}

test('a gateway is found over multicast, with all that it says of itself', async () => {
  const group = { address: '239.255.255.250', port: 1900 };
  const fake = await openGateway({ version: 2, udn: 'uuid:multicast', group, look: { name: 'A \u202e& <b>' } });
  const { found } = await searchIgds({
    localAddress: '127.0.0.1',
    defaultRouter: '127.0.0.1',
    waitMs: 600,
    signal: new AbortController().signal,
  });
  expect(found.find(({ facts }) => facts.id === 'uuid:multicast')?.facts).toEqual({
    kind: 'igd',
    id: 'uuid:multicast',
    address: '127.0.0.1',
    localAddress: '127.0.0.1',
    name: 'A  & <b>',
    manufacturer: 'Plugtone',
    model: 'Fake 2',
    serviceType: 'urn:schemas-upnp-org:service:WANIPConnection:2',
    location: fake.location,
    bootId: 1,
    isDefaultRouter: true,
  });
});

test('the default router goes first, whoever answers first', async () => {
  const [a, b, c] = [
    await openGateway({ address: '127.0.0.2' }),
    await openGateway({ address: '127.0.0.3' }),
    await openGateway({ address: '127.0.0.4' }),
  ];
  const { found } = await search([a, b, c], '127.0.0.3');
  expect(found.map(({ facts }) => [facts.address, facts.isDefaultRouter])).toEqual([
    ['127.0.0.3', true],
    ['127.0.0.2', false],
    ['127.0.0.4', false],
  ]);
});

test.each([
  ['one UDN', 'uuid:box', 'uuid:box'],
  ['a UDN for each', 'uuid:box-1', 'uuid:box-2'],
])('a box with a description per version and %s is found once, as the newer one', async (_, first, second) => {
  const look = { model: 'Box', manufacturer: 'Maker' };
  const [older, newer] = [
    await openGateway({ version: 1, udn: first, look }),
    await openGateway({ version: 2, udn: second, look }),
  ];
  const { found } = await search([older, newer]);
  expect(found.map(({ facts }) => facts.serviceType)).toEqual(['urn:schemas-upnp-org:service:WANIPConnection:2']);
});

test('a device with two addresses is found once, at that of the default router', async () => {
  const [a, b] = [
    await openGateway({ address: '127.0.0.2', udn: 'uuid:pair' }),
    await openGateway({ address: '127.0.0.3', udn: 'uuid:pair' }),
  ];
  const { found } = await search([a, b], '127.0.0.3');
  expect(found.map(({ facts }) => facts.address)).toEqual(['127.0.0.3']);
});

test('of several connections the connected one with a public address is used', async () => {
  const fake = await openGateway({ services: [IP, PPP] });
  Object.assign(fake.wans[0] ?? {}, { address: '', connection: 'Disconnected' });
  Object.assign(fake.wans[1] ?? {}, { address: '93.184.215.14', connection: 'Connected' });
  const gateway = await onlyGateway(fake);
  expect(gateway.facts.serviceType).toBe(PPP);
  const status = await gateway.readStatus();
  expect(status.ok && status.value.externalAddress).toBe('93.184.215.14');
});

test('a gateway with one connection is not asked for its state while searching', async () => {
  const fake = await openGateway();
  await onlyGateway(fake);
  expect(fake.actions()).toEqual([]);
});

test('a LOCATION that names another host is refused, and nobody is asked', async () => {
  const fake = await openGateway({ address: '127.0.0.2' });
  const other = await openGateway({ address: '127.0.0.3' });
  fake.ssdp.location = other.location;
  const { found, refused } = await search([fake], '127.0.0.9');
  expect(found).toEqual([]);
  expect(refused).toEqual([
    { address: '127.0.0.2', reason: 'its LOCATION names 127.0.0.3; wanted 127.0.0.2, which answered' },
  ]);
  expect([...fake.requests, ...other.requests]).toEqual([]);
});

test('the default router that names its own address is asked at the shared one', async () => {
  const fake = await openGateway({ address: '127.0.0.2' });
  fake.ssdp.location = fake.location.replace('127.0.0.2', '192.0.2.77');
  fake.look.urlBase = `http://192.0.2.77:${fake.port}/`;
  const gateway = await onlyGateway(fake, '127.0.0.2');
  expect(gateway.facts.location).toBe(fake.location);
  expect((await gateway.readStatus()).ok).toBe(true);
});

test('a description that cannot be used is told with its reason', async () => {
  const [missing, page, printer] = [
    await openGateway({ address: '127.0.0.2' }),
    await openGateway({ address: '127.0.0.3', look: { description: '<html><body>Hello<br></body></html>' } }),
    await openGateway({ address: '127.0.0.4', services: ['urn:schemas-upnp-org:service:PrintBasic:1'] }),
  ];
  missing.ssdp.location = missing.location.replace('rootDesc', 'nothing');
  const { found, refused } = await search([missing, page, printer]);
  expect(found).toEqual([]);
  const reasons = Object.fromEntries(refused.map(({ address, reason }) => [address, reason]));
  expect(reasons['127.0.0.2']).toBe(
    `its description at ${missing.ssdp.location} is answered with HTTP 404; wanted 200`,
  );
  expect(reasons['127.0.0.3']).toMatch(/^its description is no well-formed XML/);
  expect(reasons['127.0.0.4']).toMatch(/it does not map ports$/);
});

test('an address that the host has not finds nobody and says so', async () => {
  const result = await searchIgds({
    localAddress: '192.0.2.1',
    defaultRouter: null,
    waitMs: 250,
    signal: new AbortController().signal,
  });
  expect(result).toEqual({
    found: [],
    refused: [{ address: '192.0.2.1', reason: 'no search from here: EADDRNOTAVAIL' }],
  });
});
