import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { MappingProtocol } from '../../src/core/internet.ts';
import type { KeptMapping, MappingState } from '../../src/upnp/keeper-state.ts';
import { testMapping } from '../../src/upnp/mapping-probe.ts';

const US = '127.0.0.1';

function kept(protocol: MappingProtocol, internalPort: number, more: Partial<KeptMapping> = {}): KeptMapping {
  const wanted = { protocol, externalPort: internalPort, internalPort, internalClient: US, description: '' };
  const state: MappingState = 'mapped';
  return {
    wanted,
    state,
    since: 0,
    heldBy: null,
    leaseSeconds: 3600,
    expiresAt: null,
    nextAt: null,
    error: null,
    ...more,
  };
}

async function freePort(protocol: MappingProtocol): Promise<number> {
  if (protocol === 'UDP') {
    const socket = createSocket('udp4').bind(0, US);
    await once(socket, 'listening');
    const { port } = socket.address();
    await new Promise<void>((done) => socket.close(done));
    return port;
  }
  const server = createServer().listen(0, US);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

test.each(['UDP', 'TCP'] as const)('%s: what comes back by the external address is seen', async (protocol) => {
  const found = await testMapping(kept(protocol, await freePort(protocol)), { localAddress: US, externalAddress: US });
  expect(found).toMatchObject({ protocol, isMapped: true, isHeard: false, cameBack: true });
});

test.each(['UDP', 'TCP'] as const)('%s: what does not come back is told so', async (protocol) => {
  const [inside, outside] = [await freePort(protocol), await freePort(protocol)];
  const mapping = kept(protocol, inside);
  const elsewhere = { ...mapping, wanted: { ...mapping.wanted, externalPort: outside } };
  const found = await testMapping(elsewhere, { localAddress: US, externalAddress: US });
  expect(found).toMatchObject({ isHeard: false, cameBack: false });
});

test('TCP: whoever speaks first, and stays on the line, is not held on to', async () => {
  const inside = await freePort('TCP');
  const strangers: Socket[] = [];
  // The way back from outside: it greets before it hears anything, and never hangs up.
  const outside = createServer((asker) => {
    const stranger = connect({ host: US, port: inside, allowHalfOpen: true });
    strangers.push(stranger);
    stranger.write('GET / HTTP/1.0\r\n\r\n');
    stranger.pipe(asker.on('error', () => {}));
  }).listen(0, US);
  await once(outside, 'listening');
  onTestFinished(() => void outside.close());
  const mapping = kept('TCP', inside);
  const wanted = { ...mapping.wanted, externalPort: (outside.address() as AddressInfo).port };
  const found = await testMapping({ ...mapping, wanted }, { localAddress: US, externalAddress: US });
  expect(found).toMatchObject({ isHeard: false, cameBack: true });
  const [stranger] = strangers;
  // Nobody is there any more: what is still said is answered with a reset.
  const lost = new Promise((resolve) => {
    const speak = () => stranger?.write('?', (error) => (error == null ? setImmediate(speak) : resolve(error)));
    stranger?.on('error', () => {});
    speak();
  });
  expect(await lost).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) });
});

test('a program that listens there is seen, and not disturbed', async () => {
  const socket = createSocket('udp4').bind(0, US);
  await once(socket, 'listening');
  const { port } = socket.address();
  let datagrams = 0;
  socket.on('message', () => {
    datagrams += 1;
  });
  const server = createServer().listen(0, US);
  await once(server, 'listening');
  const tcp = (server.address() as AddressInfo).port;
  const where = { localAddress: US, externalAddress: US };
  expect(await testMapping(kept('UDP', port), where)).toMatchObject({ isHeard: true, cameBack: null });
  expect(await testMapping(kept('TCP', tcp), where)).toMatchObject({ isHeard: true, cameBack: null });
  expect(datagrams).toBe(0);
  socket.close();
  server.close();
});

test('a port that leads to another host is not tried, and one without an address to send to neither', async () => {
  const port = await freePort('UDP');
  const mapping = kept('UDP', port);
  const other = { ...mapping, wanted: { ...mapping.wanted, internalClient: '192.0.2.7' } };
  expect(await testMapping(other, { localAddress: US, externalAddress: US })).toMatchObject({
    isHeard: null,
    cameBack: null,
  });
  expect(await testMapping(mapping, { localAddress: US, externalAddress: null })).toMatchObject({
    isHeard: false,
    cameBack: null,
  });
});

test.each([
  ['mapped', true],
  ['conflict', false],
  ['refused', false],
  ['failing', false],
  ['no-gateway', null],
] as const)('a mapping that is %s counts as %s', async (state, isMapped) => {
  const found = await testMapping(kept('UDP', await freePort('UDP'), { state }), {
    localAddress: US,
    externalAddress: null,
  });
  expect(found.isMapped).toBe(isMapped);
});
