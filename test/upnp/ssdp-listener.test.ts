import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { GatewayHint } from '../../src/upnp/parse-notice.ts';
import { listenForGateways } from '../../src/upnp/ssdp-listener.ts';
import { keepingLog, until } from '../lan/fake-lan.ts';
import { type FakeGateway, openFakeGateway } from '../peers/fake-gateway.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The group of SSDP at a port that nobody else has. */
async function freeGroup(): Promise<{ address: string; port: number }> {
  const probe = createSocket('udp4');
  probe.bind(0, '239.255.255.250');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return { address: '239.255.255.250', port };
}

async function listen(group: { address: string; port: number }, localAddress = '127.0.0.1') {
  const hints: GatewayHint[] = [];
  const log = keepingLog();
  const end = new AbortController();
  ends.push(() => end.abort());
  await listenForGateways({
    localAddress,
    signal: end.signal,
    onHint: (hint) => hints.push(hint),
    log,
    group,
    retryMs: 30,
  });
  return { hints, log, end };
}

async function openGateway(): Promise<FakeGateway> {
  const gateway = await openFakeGateway({ address: '127.0.0.2' });
  ends.push(() => gateway.close());
  return gateway;
}

async function hold(group: { address: string; port: number }): Promise<Socket> {
  const holder = createSocket('udp4');
  holder.bind(group.port, group.address);
  await once(holder, 'listening');
  return holder;
}

test('a gateway that restarts is heard, with its new BOOTID', async () => {
  const group = await freeGroup();
  const { hints, log } = await listen(group);
  expect(log.events()).toEqual(['ssdp.bound']);
  const gateway = await openGateway();
  await gateway.reboot({ tells: group });
  await until(() => hints.length >= 4);
  const target = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
  const ofDevice = hints.filter(({ usn }) => usn.endsWith(target));
  expect(ofDevice).toEqual([
    { address: '127.0.0.2', usn: `${gateway.udn}::${target}`, bootId: 1, kind: 'byebye' },
    { address: '127.0.0.2', usn: `${gateway.udn}::${target}`, bootId: 2, kind: 'alive' },
  ]);
  // The root device is told too, but so is that of every printer.
  expect(hints.some(({ usn }) => usn.endsWith('rootdevice'))).toBe(false);
});

test('what is no NOTIFY of a gateway of this LAN is not told', async () => {
  const group = await freeGroup();
  const { hints } = await listen(group);
  const gateway = await openGateway();
  const sender = createSocket('udp4');
  ends.push(() => sender.close());
  sender.bind(0, '127.0.0.1');
  await once(sender, 'listening');
  sender.setMulticastInterface('127.0.0.1');
  const notice = (headers: string) => `NOTIFY * HTTP/1.1\r\n${headers}\r\n\r\n`;
  const device = 'NT: urn:schemas-upnp-org:device:InternetGatewayDevice:1';
  for (const text of [
    '',
    'NOTIFY',
    notice(device),
    notice(`${device}\r\nNTS: ssdp:update`),
    notice('NT: urn:schemas-upnp-org:device:MediaServer:1\r\nNTS: ssdp:alive'),
    notice(`${device}\r\nNTS: ssdp:alive\r\nX: ${'x'.repeat(2_048)}`),
    `HTTP/1.1 200 OK\r\n${device}\r\n\r\n`,
  ]) {
    sender.send(text, group.port, group.address);
  }
  await gateway.notify('alive', group);
  await until(() => hints.length >= 2);
  expect(new Set(hints.map(({ address }) => address))).toEqual(new Set(['127.0.0.2']));
});

test('a port that is taken is told with its holder, and heard when it is free', async () => {
  const group = await freeGroup();
  const holder = await hold(group);
  const { log, hints } = await listen(group);
  expect(log.lines[0]?.facts.problem).toMatch(
    new RegExp(`^UDP port ${group.port} is held by .*: a restarted router is noticed later$`),
  );
  holder.close();
  await until(() => log.events().length === 2);
  expect(log.events()).toEqual(['ssdp.deaf', 'ssdp.bound']);
  const gateway = await openGateway();
  await gateway.notify('byebye', group);
  await until(() => hints.some(({ kind }) => kind === 'byebye'));
});

test('a group that cannot be joined is a problem, told once, and ends nothing', async () => {
  const { log } = await listen(await freeGroup(), '192.0.2.1');
  expect(log.lines[0]?.facts.problem).toMatch(/^the group cannot be joined from 192\.0\.2\.1: E[A-Z]+$/);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(log.events()).toEqual(['ssdp.deaf']);
});

test('hears nothing more when it is ended', async () => {
  const group = await freeGroup();
  const { hints, end } = await listen(group);
  end.abort();
  // The port is free again at once.
  const holder = await hold(group);
  ends.push(() => holder.close());
  const gateway = await openGateway();
  await gateway.notify('alive', group);
  expect(hints).toEqual([]);
});
