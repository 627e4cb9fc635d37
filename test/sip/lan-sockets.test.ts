import type { Socket } from 'node:dgram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LanMessage, type LanSockets, openLanSockets } from '../../src/sip/lan-sockets.ts';
import { keepingLog, until } from '../lan/fake-lan.ts';
import { openPeer, watchByHand } from './lan-host.ts';

let end = new AbortController();
let phone: Socket;
let atPhone: { text: string; from: string }[] = [];

beforeEach(async () => {
  end = new AbortController();
  atPhone = [];
  phone = await openPeer(0, '127.0.0.9');
  phone.on('message', (data, from) => atPhone.push({ text: data.toString(), from: `${from.address}:${from.port}` }));
});
afterEach(() => {
  end.abort();
  phone.close();
});

const toPhone = () => ({ address: '127.0.0.9', port: phone.address().port });

function open(
  interfaces = watchByHand('127.0.0.1', '127.0.0.2'),
  log = keepingLog(),
  clock = () => 0,
): Promise<LanSockets> {
  return openLanSockets({ interfaces, signal: end.signal, log, clock });
}

test('what leaves carries the address of the interface it leaves from', async () => {
  const sockets = await open();
  sockets.send('127.0.0.2', Buffer.from('two'), toPhone());
  sockets.send('127.0.0.1', Buffer.from('one'), toPhone());
  await until(() => atPhone.length === 2);
  expect(atPhone).toEqual([
    { text: 'two', from: `127.0.0.2:${sockets.portOf('127.0.0.2')}` },
    { text: 'one', from: `127.0.0.1:${sockets.portOf('127.0.0.1')}` },
  ]);
  await until(() => sockets.state().sent === 2);
  expect(sockets.state()).toMatchObject({ failed: 0, lastError: undefined });
});

test('an answer is told with who sent it and where it arrived', async () => {
  const sockets = await open();
  const messages: LanMessage[] = [];
  const later: LanMessage[] = [];
  sockets.onMessage((message) => messages.push(message));
  sockets.onMessage((message) => later.push(message))();
  phone.send('thanks', sockets.portOf('127.0.0.2') ?? 0, '127.0.0.2');
  await until(() => messages.length === 1);
  expect(messages).toEqual([{ data: Buffer.from('thanks'), ...toPhone(), localAddress: '127.0.0.2' }]);
  expect(later).toEqual([]);
});

test('a thousand answers at once are all heard', async () => {
  const sockets = await open();
  let count = 0;
  sockets.onMessage(() => count++);
  for (let i = 0; i < 1_000; i++) phone.send(Buffer.alloc(500), sockets.portOf('127.0.0.1') ?? 0, '127.0.0.1');
  await until(() => count === 1_000);
});

test('sockets come and go with the interfaces, and an interface that comes back has its port again', async () => {
  const interfaces = watchByHand('127.0.0.1');
  const sockets = await open(interfaces);
  const port = sockets.portOf('127.0.0.1');
  expect(sockets.portOf('127.0.0.2')).toBeUndefined();

  interfaces.serve('127.0.0.2');
  await until(() => sockets.portOf('127.0.0.2') !== undefined);
  expect(sockets.portOf('127.0.0.1')).toBeUndefined();
  expect(sockets.state().open.map(({ address }) => address)).toEqual(['127.0.0.2']);

  interfaces.serve('127.0.0.1');
  await until(() => sockets.portOf('127.0.0.1') !== undefined);
  expect(sockets.portOf('127.0.0.1')).toBe(port);
});

test('a port that was taken meanwhile is replaced by another', async () => {
  const interfaces = watchByHand('127.0.0.1');
  const sockets = await open(interfaces);
  const port = sockets.portOf('127.0.0.1') ?? 0;
  interfaces.serve();
  const taker = await openPeer(port, '127.0.0.1');
  interfaces.serve('127.0.0.1');
  await until(() => sockets.portOf('127.0.0.1') !== undefined);
  expect(sockets.portOf('127.0.0.1')).not.toBe(port);
  taker.close();
});

test('what cannot be sent is told and counted each time, logged once a minute, and the next one leaves', async () => {
  const log = keepingLog();
  let now = 0;
  const sockets = await open(watchByHand('127.0.0.1'), log, () => now);
  const reasons: string[] = [];
  const refused = () =>
    log.lines.filter(({ facts }) => facts.event === 'socket.refused').map(({ facts }) => facts.reason);
  // Broadcast is refused to a socket that did not ask for it.
  const toAll = { address: '255.255.255.255', port: 5060 };
  for (let i = 0; i < 3; i++) sockets.send('127.0.0.1', Buffer.from('x'), toAll, (reason) => reasons.push(reason));
  await until(() => reasons.length === 3);
  expect(new Set(reasons)).toEqual(new Set(refused()));
  expect(refused()).toHaveLength(1);
  expect(sockets.state()).toMatchObject({ failed: 3, lastError: `127.0.0.1 cannot send: ${reasons[0]}` });

  sockets.send('127.0.0.1', Buffer.from('fine'), toPhone());
  await until(() => atPhone.length === 1);
  now = 60_000;
  sockets.send('127.0.0.1', Buffer.from('x'), toAll, (reason) => reasons.push(reason));
  await until(() => reasons.length === 4);
  expect(refused()).toHaveLength(2);
});

test('a sender that claims port 0 cannot be answered, and that is no exception', async () => {
  const sockets = await open();
  const reasons: string[] = [];
  sockets.send('127.0.0.1', Buffer.from('x'), { address: '127.0.0.9', port: 0 }, (reason) => reasons.push(reason));
  await until(() => reasons.length === 1);
  expect(reasons).toEqual(['ERR_SOCKET_BAD_PORT']);
});

test('without a socket on that address nothing is sent, and that is told at once', async () => {
  const sockets = await open(watchByHand('127.0.0.1'));
  const reasons: string[] = [];
  sockets.send('10.254.254.254', Buffer.from('x'), toPhone(), (reason) => reasons.push(reason));
  expect(reasons).toEqual(['no socket on that address']);
});

test('an address that cannot be bound is logged once, holds nobody up, and is tried again', async () => {
  const log = keepingLog();
  const interfaces = watchByHand('10.254.254.254', '127.0.0.1');
  const sockets = await open(interfaces, log);
  for (let i = 0; i < 3; i++) {
    interfaces.serve('10.254.254.254', '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(sockets.state().open.map(({ address }) => address)).toEqual(['127.0.0.1']);
  expect(sockets.state().lastError).toBe('10.254.254.254 cannot be bound: EADDRNOTAVAIL');
  expect(log.events().filter((event) => event === 'socket.refused')).toHaveLength(1);
});

test('the end closes every socket', async () => {
  const interfaces = watchByHand('127.0.0.1');
  const sockets = await open(interfaces);
  const port = sockets.portOf('127.0.0.1') ?? 0;
  end.abort();
  expect(sockets.portOf('127.0.0.1')).toBeUndefined();
  interfaces.serve('127.0.0.1');
  const next = await openPeer(port, '127.0.0.1');
  next.close();
  expect(sockets.state().open).toEqual([]);
});
