import { afterEach, expect, test } from 'vitest';
import { DEFAULT_INTERNET, type InternetSettings, type PortMapping } from '../../../src/core/internet.ts';
import { err } from '../../../src/core/result.ts';
import { createGatewayCheck } from '../../../src/flows/doctor/check-gateway.ts';
import type { Gateway, GatewaySearch } from '../../../src/upnp/gateway.ts';
import { createIgdGateway } from '../../../src/upnp/igd-client.ts';
import { type FakeGateway, openFakeGateway } from '../../peers/fake-gateway.ts';
import { linesOf, statesOf } from './doctor-lines.ts';

const TYPE = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const SIP: PortMapping = {
  protocol: 'UDP',
  externalPort: 5060,
  internalPort: 5060,
  count: 1,
  internalClient: null,
  description: 'SIP',
};

const opened: FakeGateway[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((gateway) => gateway.close()));
});

async function openRouter(): Promise<{ readonly fake: FakeGateway; readonly gateway: Gateway }> {
  const fake = await openFakeGateway();
  opened.push(fake);
  const facts = {
    kind: 'igd',
    id: fake.udn,
    address: fake.address,
    localAddress: '127.0.0.1',
    name: 'Router',
    manufacturer: 'Maker',
    model: 'R1',
    serviceType: TYPE,
    location: fake.location,
    bootId: 1,
    isDefaultRouter: true,
  } as const;
  const controlUrl = new URL(`http://${fake.address}:${fake.port}/ctl/0`);
  return { fake, gateway: createIgdGateway(facts, { type: TYPE, controlUrl }) };
}

function check(
  search: GatewaySearch | null,
  internet: Partial<InternetSettings> = {},
  route: { router: string; device: string } | null = { router: '127.0.0.1', device: 'lo' },
) {
  return createGatewayCheck({
    readRoute: async () => route,
    search: async () => search,
    internet: async () => ({ ...DEFAULT_INTERNET, ...internet }),
  });
}

const found = (...gateways: readonly Gateway[]): GatewaySearch => ({ found: gateways, refused: [] });

test('a sound router is explained step by step, and nothing is changed in it', async () => {
  const { fake, gateway } = await openRouter();
  fake.setWan({ address: '128.66.0.5' });
  fake.table.hold({ protocol: 'UDP', externalPort: 5060, internalClient: '127.0.0.1' });
  const lines = await linesOf(check(found(gateway), { mapPorts: true, portMappings: [SIP] }));
  expect(lines).toEqual([
    'green gateway.route: The default route leads over lo to the router 127.0.0.1.',
    'green gateway.search: Routers that open ports on request: 127.0.0.1 (UPnP IGD).',
    'green gateway.description: The router says it is Maker R1.',
    'green gateway.services: Its service for ports is WANIPConnection:1.',
    'green gateway.address: The external address is 128.66.0.5, and public.',
    'green gateway.mapping: Every port that is wanted is open (1).',
    'green gateway.conflicts: No other host holds a port that is wanted.',
  ]);
  expect(fake.actions().filter((name) => !name.startsWith('Get'))).toEqual([]);
});

test('without a route and a router it is said what is missing, and whether it is missed', async () => {
  expect(await statesOf(check(found(), {}, null))).toEqual(['yellow gateway.route', 'green gateway.search']);
  expect(await statesOf(check(found(), { mapPorts: true }))).toEqual(['green gateway.route', 'yellow gateway.search']);
  expect(await statesOf(check(null))).toEqual(['green gateway']);
});

test('answers that are not believed are told with their reason, a few of them', async () => {
  const refused = Array.from({ length: 9 }, (_, at) => ({ address: `192.168.10.${at}`, reason: 'its XML is none' }));
  const lines = await linesOf(check({ found: [], refused }));
  expect(lines.filter((line) => line.startsWith('yellow gateway.description'))).toHaveLength(4);
  expect(lines[2]).toContain('its XML is none');
});

async function addressLine(change: (fake: FakeGateway) => void): Promise<string | undefined> {
  const { fake, gateway } = await openRouter();
  change(fake);
  return (await linesOf(check(found(gateway)))).find((line) => line.includes('gateway.address'));
}

test.each([
  ['192.168.178.20', /^yellow .*\(private\).* \| There is a second router/],
  ['100.64.3.4', /^yellow .*\(cgnat\).* \| Ask the provider/],
  ['', /^yellow .*names no external address/],
])('an external address %s is explained', async (externalAddress, expected) => {
  expect(await addressLine((fake) => fake.setWan({ address: externalAddress }))).toMatch(expected);
});

test('a cut line, and a router that refuses to say, are explained', async () => {
  expect(await addressLine((fake) => fake.setWan({ connection: 'Disconnected' }))).toMatch(
    /^yellow .*\(Disconnected\)/,
  );
  const refused = await addressLine((fake) => {
    fake.fail('GetExternalIPAddress', 501);
    fake.fail('GetStatusInfo', 501);
  });
  expect(refused).toMatch(/^yellow gateway\.address: .* \| /);
});

test('a port that another host holds is a conflict, one that is closed is told', async () => {
  const { fake, gateway } = await openRouter();
  fake.table.hold({ protocol: 'UDP', externalPort: 5060, internalClient: '192.168.10.30' });
  const lines = await linesOf(check(found(gateway), { mapPorts: true, portMappings: [{ ...SIP, count: 2 }] }));
  expect(lines.slice(-2)).toEqual([
    expect.stringMatching(/^yellow gateway\.mapping: Of the ports that are wanted, 0 of 2 .* \| The page “Internet”/),
    expect.stringMatching(
      /^yellow gateway\.conflicts: .*: UDP 5060 \(192\.168\.10\.30\)\. \| Take another external port/,
    ),
  ]);
});

test('where no port is wanted the table is told; one that cannot be read is explained', async () => {
  const { fake, gateway } = await openRouter();
  fake.table.hold({ protocol: 'TCP', externalPort: 443, internalClient: '192.168.10.30' });
  expect(await linesOf(check(found(gateway)))).toContain(
    'green gateway.mapping: The router tells its table of open ports (entries: 1); Plugtone is to open none.',
  );
  fake.fail('GetGenericPortMappingEntry', 606);
  expect((await linesOf(check(found(gateway)))).at(-1)).toMatch(/^yellow gateway\.mapping: .*606/);
});

test('a router of PCP keeps its table to itself', async () => {
  const { gateway } = await openRouter();
  const other: Gateway = {
    ...gateway,
    facts: { ...gateway.facts, kind: 'pcp', serviceType: null },
    listMappings: async () => err({ kind: 'unsupported', text: 'PCP has no such question' }),
  };
  const lines = await linesOf(check(found(other)));
  expect(lines).toContainEqual(expect.stringMatching(/^green gateway\.services: It opens ports by PCP/));
  expect(lines.at(-1)).toMatch(/^green gateway\.mapping: This router keeps its table to itself/);
});
