import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Datagram, listenForPnp, type PnpListenerOptions } from '../../src/sip/pnp-listener.ts';
import { keepingLog, until } from '../lan/fake-lan.ts';
import { openPeer, watchByHand } from './lan-host.ts';

/**
 * A group that nobody else on this machine is in (RFC 2365: 239.255/16 is for local use). Linux delivers what any
 * process has joined to everybody who is bound to it, so what is not heard shows only in a group of one's own.
 */
const GROUP = `239.255.${randomInt(256)}.${randomInt(1, 255)}`;

let end = new AbortController();
let phone: Socket;
const heard: Datagram[] = [];

beforeEach(async () => {
  end = new AbortController();
  heard.length = 0;
  phone = await openPeer();
});
afterEach(() => {
  end.abort();
  phone.close();
});

function listen(options: Pick<PnpListenerOptions, 'interfaces'> & Partial<PnpListenerOptions>) {
  return listenForPnp({
    group: GROUP,
    port: 0,
    signal: end.signal,
    onDatagram: (datagram) => heard.push(datagram),
    log: keepingLog(),
    retryMs: 20,
    ...options,
  });
}

/** Says the word to the group until it is heard: the kernel may still be at work on a membership. */
async function sayUntilHeard(word: string, port: number): Promise<void> {
  while (!heard.some(({ data }) => data.toString() === word)) {
    phone.send(word, port, GROUP);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Words on this group and port that nobody hears are a matter of time; this is enough of it on loopback. */
async function sayInVain(word: string, port: number): Promise<void> {
  for (let i = 0; i < 3; i++) phone.send(word, port, GROUP);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard.map(({ data }) => data.toString())).not.toContain(word);
}

test('a phone that asks the group over loopback is heard once, with its address', async () => {
  const listener = await listen({ interfaces: watchByHand('127.0.0.1') });
  const { port } = listener.state();
  await sayUntilHeard('ready', port);
  for (let i = 0; i < 20; i++) phone.send(`word ${i}`, port, GROUP);
  await until(() => heard.some(({ data }) => data.toString() === 'word 19'));
  const words = heard.filter(({ data }) => data.toString().startsWith('word'));
  expect(words.map(({ data }) => data.toString())).toEqual(Array.from({ length: 20 }, (_, i) => `word ${i}`));
  expect(words[0]).toMatchObject({ address: '127.0.0.1', port: phone.address().port });
});

test('the state tells what is joined and what the buffer is', async () => {
  const listener = await listen({ interfaces: watchByHand('127.0.0.1') });
  const state = listener.state();
  expect(state).toMatchObject({ bound: true, joined: ['127.0.0.1'], failed: [], problem: undefined });
  expect(state.receiveBuffer?.granted).toBeGreaterThan(0);
});

test('what is sent to our own address at that port is not taken for the group', async () => {
  const listener = await listen({ interfaces: watchByHand('127.0.0.1') });
  const { port } = listener.state();
  phone.send('unicast', port, '127.0.0.1');
  await sayUntilHeard('multicast', port);
  expect(heard.map(({ data }) => data.toString())).not.toContain('unicast');
});

test('a host without interfaces waits for one, and leaves the group when it goes', async () => {
  const interfaces = watchByHand();
  const log = keepingLog();
  const listener = await listen({ interfaces, log });
  const { port } = listener.state();
  expect(listener.state()).toMatchObject({ bound: true, joined: [], problem: expect.stringContaining('waiting') });
  await sayInVain('too early', port);

  interfaces.serve('127.0.0.1');
  expect(listener.state()).toMatchObject({ joined: ['127.0.0.1'], problem: undefined });
  await sayUntilHeard('hello', port);

  interfaces.serve();
  expect(listener.state().joined).toEqual([]);
  await sayInVain('too late', port);
  expect(log.events()).toEqual(['socket.buffered', 'pnp.bound', 'group.joined', 'group.left']);
});

test('an interface that cannot be joined is said once, tried at each poll, and joined when it can be', async () => {
  const interfaces = watchByHand('127.0.0.1', '10.254.254.254');
  const log = keepingLog();
  const listener = await listen({ interfaces, log });
  interfaces.serve('127.0.0.1', '10.254.254.254');
  interfaces.serve('127.0.0.1', '10.254.254.254');
  expect(listener.state()).toMatchObject({
    joined: ['127.0.0.1'],
    failed: [{ address: '10.254.254.254', reason: 'ENODEV' }],
    problem: `${GROUP} cannot be joined on 10.254.254.254 (ENODEV)`,
  });
  expect(log.events().filter((event) => event === 'group.refused')).toHaveLength(1);
  interfaces.serve('127.0.0.1');
  expect(listener.state()).toMatchObject({ failed: [], problem: undefined });
});

test('polls while nothing changes are silent and keep the membership', async () => {
  const interfaces = watchByHand('127.0.0.1');
  const log = keepingLog();
  const listener = await listen({ interfaces, log });
  const lines = log.lines.length;
  for (let i = 0; i < 50; i++) interfaces.serve('127.0.0.1');
  expect(log.lines).toHaveLength(lines);
  await sayUntilHeard('still here', listener.state().port);
});

test('a port that a program shares, or holds on another address, is ours too', async () => {
  const pbx = await openPeer();
  const { port } = pbx.address();
  const sharing = createSocket({ type: 'udp4', reuseAddr: true });
  sharing.bind(port, GROUP);
  await once(sharing, 'listening');
  const listener = await listen({ interfaces: watchByHand('127.0.0.1'), port });
  expect(listener.state()).toMatchObject({ bound: true, port, problem: undefined });
  await sayUntilHeard('hello', port);
  pbx.close();
  sharing.close();
});

test('a port that a program holds for itself is a state with a name, and ours when it is free', async () => {
  const pbx = await openPeer(0, '0.0.0.0');
  const { port } = pbx.address();
  const log = keepingLog();
  const listener = await listen({ interfaces: watchByHand('127.0.0.1'), port, log });
  expect(listener.state()).toMatchObject({ bound: false, joined: [], receiveBuffer: undefined, port });
  expect(listener.state().problem).toContain(`UDP port ${port} is held by`);
  if (process.platform === 'linux')
    expect(listener.state().problem).toContain(`(process ${process.pid}) on 0.0.0.0:${port}`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(log.events()).toEqual(['pnp.deaf']);

  pbx.close();
  await until(() => listener.state().bound);
  expect(listener.state()).toMatchObject({ joined: ['127.0.0.1'], problem: undefined });
  await sayUntilHeard('at last', port);
});

test('the end is the end: no socket, no attempt, no word', async () => {
  const interfaces = watchByHand('127.0.0.1');
  const listener = await listen({ interfaces });
  const { port } = listener.state();
  await sayUntilHeard('hello', port);
  end.abort();
  expect(listener.state()).toMatchObject({ bound: false, joined: [] });
  interfaces.serve('127.0.0.1');
  // The port is free for a program that does not share.
  const next = await openPeer(port, '0.0.0.0');
  next.close();

  await expect(listen({ interfaces })).rejects.toThrow();
});

test('an end while the port is held ends the attempts', async () => {
  const pbx = await openPeer(0, '0.0.0.0');
  const { port } = pbx.address();
  const listener = await listen({ interfaces: watchByHand('127.0.0.1'), port });
  end.abort();
  pbx.close();
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(listener.state().bound).toBe(false);
});

test('an address that is no group and not ours is a fault, not a state', async () => {
  await expect(listen({ group: '192.0.2.1', interfaces: watchByHand('127.0.0.1') })).rejects.toThrow('EADDRNOTAVAIL');
});
