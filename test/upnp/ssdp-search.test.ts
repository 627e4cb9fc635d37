import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { SsdpMessage } from '../../src/upnp/parse-search-answer.ts';
import { readSsdpHeader } from '../../src/upnp/parse-search-answer.ts';
import { collectAnswers } from '../../src/upnp/ssdp-search.ts';
import { openSsdpPeer, type SsdpPeer, searchAnswer } from './ssdp-peer.ts';

const peers: SsdpPeer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});

async function peerThat(answer: (target: string) => readonly string[], bind?: { address: string; port: number }) {
  const peer = await openSsdpPeer(answer, bind);
  peers.push(peer);
  return peer;
}

async function search(group: { address: string; port: number } | undefined, defaultRouter: string | null = null) {
  const result = await collectAnswers({
    localAddress: '127.0.0.1',
    defaultRouter,
    waitMs: 450,
    signal: new AbortController().signal,
    ...(group && { group }),
  });
  return result;
}

function locations(messages: readonly SsdpMessage[]): string[] {
  return messages.map((message) => readSsdpHeader(message, 'LOCATION'));
}

test('asks the group of SSDP for every kind of gateway, twice, and keeps an answer once', async () => {
  const peer = await peerThat(() => [searchAnswer()], { address: '239.255.255.250', port: 1900 });
  const result = await search(undefined);
  expect(result.ok && locations(result.value)).toContain('http://127.0.0.1:5000/rootDesc.xml');
  const targets = [
    'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
    'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
    'urn:schemas-upnp-org:service:WANIPConnection:1',
    'urn:schemas-upnp-org:service:WANPPPConnection:1',
  ];
  for (const target of targets) expect(peer.asked.filter((asked) => asked === target).length).toBeGreaterThanOrEqual(2);
});

test('an answer with bare line feeds is read like others', async () => {
  const peer = await peerThat(() => [searchAnswer({}, '\n')]);
  const result = await search({ address: '127.0.0.1', port: peer.port });
  expect(result.ok && locations(result.value)).toEqual(['http://127.0.0.1:5000/rootDesc.xml']);
});

test('what is no answer of a gateway is not kept', async () => {
  const peer = await peerThat(() => [
    searchAnswer({ ST: 'upnp:rootdevice' }),
    searchAnswer({ 'X-FILL': 'x'.repeat(2_048) }),
    searchAnswer().replace('200 OK', '404 Not Found'),
    searchAnswer().replace('HTTP/1.1 200 OK', 'FOO * HTTP/1.1'),
    searchAnswer().replace('HTTP/1.1 200 OK', 'M-SEARCH * HTTP/1.1'),
    '',
    '\0\0\0',
    'HTTP/1.1 200 OK',
  ]);
  const result = await search({ address: '127.0.0.1', port: peer.port });
  expect(result).toEqual({ ok: true, value: [] });
});

test('one host cannot fill the list', async () => {
  const peer = await peerThat(() =>
    Array.from({ length: 40 }, (_, n) => searchAnswer({ LOCATION: `http://127.0.0.1:5000/${n}` })),
  );
  const result = await search({ address: '127.0.0.1', port: peer.port });
  expect(result.ok && result.value).toHaveLength(4);
});

test('many hosts cannot keep the default router out', async () => {
  const peer = await peerThat(() => []);
  peer.socket.on('message', async (_, from) => {
    const senders = [...Array.from({ length: 20 }, (_, n) => `127.0.1.${n + 1}`), '127.0.0.77'];
    for (const address of senders) {
      const socket = createSocket('udp4');
      socket.bind(0, address);
      await once(socket, 'listening');
      socket.send(searchAnswer({ LOCATION: `http://${address}/` }), from.port, from.address, () => socket.close());
    }
  });
  const result = await search({ address: '127.0.0.1', port: peer.port }, '127.0.0.77');
  if (!result.ok) throw new Error(result.problem);
  const senders = result.value.map(({ address }) => address);
  expect(senders).toHaveLength(17);
  expect(senders).toContain('127.0.0.77');
});

test('an address that the host has not is a problem, not an exception', async () => {
  const result = await collectAnswers({
    localAddress: '192.0.2.1',
    defaultRouter: null,
    waitMs: 200,
    signal: new AbortController().signal,
  });
  expect(result).toEqual({ ok: false, problem: 'EADDRNOTAVAIL' });
});

test('a search that cannot be sent says so', async () => {
  const result = await search({ address: '198.51.100.1', port: 1900 });
  expect(result.ok ? '' : result.problem).toMatch(/^nothing was sent from 127\.0\.0\.1: E[A-Z]+$/);
});

test('ends at once when it is stopped, and keeps what came', async () => {
  const stop = new AbortController();
  const peer = await peerThat((target) => {
    setTimeout(() => stop.abort(), 50);
    return [searchAnswer({ ST: target })];
  });
  const result = await collectAnswers({
    localAddress: '127.0.0.1',
    defaultRouter: null,
    waitMs: 50_000,
    signal: stop.signal,
    group: { address: '127.0.0.1', port: peer.port },
  });
  expect(result.ok && result.value).toHaveLength(1);
});
