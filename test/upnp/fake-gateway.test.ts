import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { type FakeGateway, type FakeGatewayOptions, hasLease, openFakeGateway } from '../peers/fake-gateway.ts';

/** The fake is asked by hand here: what it teaches the others has to be right by itself. */
const open: FakeGateway[] = [];

afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close();
});

async function gatewayOf(options?: FakeGatewayOptions): Promise<FakeGateway> {
  const gateway = await openFakeGateway(options);
  open.push(gateway);
  return gateway;
}

async function call(
  gateway: FakeGateway,
  action: string,
  args: Readonly<Record<string, string | number>>,
  version = 1,
) {
  const type = `urn:schemas-upnp-org:service:WANIPConnection:${version}`;
  const inner = Object.entries(args).map(([name, value]) => `<${name}>${value}</${name}>`);
  const response = await fetch(new URL('/ctl/0', gateway.location), {
    method: 'POST',
    headers: { soapaction: `"${type}#${action}"`, 'content-type': 'text/xml; charset="utf-8"' },
    body:
      '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
      's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
      `<u:${action} xmlns:u="${type}">${inner.join('')}</u:${action}></s:Body></s:Envelope>`,
  });
  const text = await response.text();
  const code = /<errorCode>(\d+)</.exec(text)?.[1];
  const values = [...text.matchAll(/<(New\w+)>([^<]*)</g)].map(([, name, value]) => [name, value]);
  return code === undefined ? Object.fromEntries(values) : Number(code);
}

const SIP = { NewRemoteHost: '', NewExternalPort: 5060, NewProtocol: 'UDP' };

function addSip(leaseSeconds: number, client = '127.0.0.1') {
  return {
    ...SIP,
    NewInternalPort: 5060,
    NewInternalClient: client,
    NewEnabled: 1,
    NewPortMappingDescription: 'SIP',
    NewLeaseDuration: leaseSeconds,
  };
}

test('the fake tells where its description is, and the description where it is controlled', async () => {
  const gateway = await gatewayOf({ version: 2 });
  const socket = createSocket('udp4');
  const { address, port } = gateway.ssdpPlace;
  const target = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
  socket.send(`M-SEARCH * HTTP/1.1\r\nMAN: "ssdp:discover"\r\nMX: 1\r\nST: ${target}\r\n\r\n`, port, address);
  const [data] = await once(socket, 'message');
  socket.close();
  expect(String(data)).toContain(`LOCATION: ${gateway.location}\r\n`);
  expect(String(data)).toContain(`ST: ${target}\r\n`);
  expect(gateway.searches).toEqual([target]);
  const description = await (await fetch(gateway.location)).text();
  expect(description).toContain('<serviceType>urn:schemas-upnp-org:service:WANIPConnection:2</serviceType>');
  expect(description).toContain('<controlURL>/ctl/0</controlURL>');
});

test('the fake maps, tells, ages and forgets as IGD:1 defines', async () => {
  let now = 0;
  const gateway = await gatewayOf({ clock: () => now });
  expect(await call(gateway, 'AddPortMapping', addSip(60))).toEqual({});
  now = 20_000;
  expect(await call(gateway, 'GetSpecificPortMappingEntry', SIP)).toEqual({
    NewInternalPort: '5060',
    NewInternalClient: '127.0.0.1',
    NewEnabled: '1',
    NewPortMappingDescription: 'SIP',
    NewLeaseDuration: '40',
  });
  expect(await call(gateway, 'AddPortMapping', addSip(60, '127.0.0.9'))).toBe(718);
  expect(await call(gateway, 'GetGenericPortMappingEntry', { NewPortMappingIndex: 0 })).toMatchObject(
    Object.fromEntries(Object.entries(SIP).map(([name, value]) => [name, String(value)])),
  );
  expect(await call(gateway, 'GetGenericPortMappingEntry', { NewPortMappingIndex: 1 })).toBe(713);
  now = 61_000;
  expect(await call(gateway, 'GetSpecificPortMappingEntry', SIP)).toBe(714);
  expect(await call(gateway, 'AddPortMapping', addSip(0))).toEqual({});
  now = 1e12;
  expect(gateway.table.list()).toHaveLength(1);
  expect(await call(gateway, 'DeletePortMapping', SIP)).toEqual({});
  expect(await call(gateway, 'DeletePortMapping', SIP)).toBe(714);
  expect(await call(gateway, 'GetStatusInfo', {})).toMatchObject({ NewConnectionStatus: 'Connected' });
  expect(await call(gateway, 'GetExternalIPAddress', {})).toEqual({ NewExternalIPAddress: '198.51.100.7' });
  expect(await call(gateway, 'Reboot', {})).toBe(401);
  expect(await call(gateway, 'AddPortMapping', { ...addSip(60), NewExternalPort: 0 })).toBe(716);
  expect(await call(gateway, 'AddPortMapping', SIP)).toBe(402);
});

test('of IGD:2, the fake knows no permanent lease', async () => {
  const gateway = await gatewayOf({ version: 2 });
  expect(await call(gateway, 'AddPortMapping', addSip(0), 2)).toEqual({});
  expect(await call(gateway, 'GetSpecificPortMappingEntry', SIP, 2)).toMatchObject({ NewLeaseDuration: '604800' });
});

test('the fake refuses what it was told to refuse, as often as it was told', async () => {
  const gateway = await gatewayOf();
  gateway.fail('AddPortMapping', 725, { when: hasLease });
  expect(await call(gateway, 'AddPortMapping', addSip(60))).toBe(725);
  expect(await call(gateway, 'AddPortMapping', addSip(0))).toEqual({});
  gateway.fail('GetStatusInfo', 501, { times: 1 });
  expect(await call(gateway, 'GetStatusInfo', {})).toBe(501);
  expect(await call(gateway, 'GetStatusInfo', {})).toMatchObject({ NewUptime: '0' });
  gateway.heal();
  gateway.quirks.ignoresMappings = true;
  gateway.table.clear();
  expect(await call(gateway, 'AddPortMapping', addSip(60))).toEqual({});
  expect(gateway.table.list()).toEqual([]);
});

test('after a reboot the fake has forgotten its table, stands at another port and counts its boots', async () => {
  const gateway = await gatewayOf();
  gateway.table.hold({ protocol: 'UDP', externalPort: 5060, internalClient: '127.0.0.1' });
  const { port, bootId } = gateway;
  await gateway.reboot({ movesPort: true });
  expect(gateway.port).not.toBe(port);
  expect(gateway.bootId).toBe(bootId + 1);
  expect(gateway.table.list()).toEqual([]);
  await expect(fetch(`http://127.0.0.1:${port}/rootDesc.xml`)).rejects.toThrow();
  expect((await fetch(gateway.location)).status).toBe(200);
  await gateway.switchOff();
  await expect(fetch(gateway.location)).rejects.toThrow();
});
