import { afterEach, expect, test } from 'vitest';
import { type InterfaceWatchOptions, watchInterfaces } from '../../src/lan/interface-watch.ts';
import type { OsInterfaces } from '../../src/lan/lan-address.ts';
import { hostWith, keepingLog, until } from './fake-lan.ts';

let end = new AbortController();
afterEach(() => end.abort());

function watch(options: Partial<InterfaceWatchOptions>) {
  end = new AbortController();
  return watchInterfaces({ wanted: [], log: keepingLog(), pollMs: 5, signal: end.signal, ...options });
}

const TWO_LANS = hostWith({ lo: '127.0.0.1/8', eth0: '10.77.0.2/20', eth1: '10.78.0.2/20', wan0: '203.0.113.9/24' });

test('the local address is the one of the subnet that holds the peer', async () => {
  const lan = await watch({ readInterfaces: () => TWO_LANS });
  expect(lan.localAddressFor('10.77.15.254')).toBe('10.77.0.2');
  expect(lan.localAddressFor('10.78.4.1')).toBe('10.78.0.2');
  expect(lan.localAddressFor('10.78.4.1')).toBe('10.78.0.2');
});

test('a peer behind an address that is not served, and what is no address, has no local address', async () => {
  const lan = await watch({ readInterfaces: () => TWO_LANS });
  for (const peer of ['203.0.113.77', '127.0.0.1', '', 'phone.example', '::1', '255.255.255.255']) {
    expect(lan.localAddressFor(peer), peer).toBeUndefined();
    expect(lan.isOnLink(peer), peer).toBe(false);
  }
});

test('a narrow LAN that is not served is not taken for the wide one around it that is', async () => {
  const lan = await watch({
    wanted: ['10.0.0.1'],
    readInterfaces: () => hostWith({ eth0: '10.0.0.1/8', eth1: '10.77.0.2/20' }),
  });
  expect([lan.isOnLink('10.1.0.1'), lan.isOnLink('10.77.0.9')]).toEqual([true, false]);
  expect(lan.localAddressFor('10.77.0.9')).toBeUndefined();
});

test('the routing table answers for two feet in one LAN', async () => {
  // The real route to 127.0.0.9 has 127.0.0.1 as its source; the first one listed would be the wrong answer.
  const lan = await watch({
    wanted: ['127.0.0.1', '127.5.5.5'],
    readInterfaces: () => hostWith({ lo: '127.5.5.5/8 127.0.0.1/8' }),
  });
  expect(lan.localAddressFor('127.0.0.9')).toBe('127.0.0.1');
});

test('the routing table answers for a peer that is in no subnet of ours, many times over', async () => {
  const lan = await watch({ wanted: ['127.0.0.1'], readInterfaces: () => hostWith({ lo: '127.0.0.1/32' }) });
  for (let i = 1; i <= 200; i++) expect(lan.localAddressFor(`127.0.1.${i}`)).toBe('127.0.0.1');
  expect(lan.isOnLink('127.0.1.1')).toBe(false);
});

test('a peer without a route leaves the next one unharmed', async () => {
  const lan = await watch({ wanted: ['127.0.0.1'], readInterfaces: () => hostWith({ lo: '127.0.0.1/32' }) });
  expect(lan.localAddressFor('255.255.255.255')).toBeUndefined();
  expect(lan.localAddressFor('127.0.1.1')).toBe('127.0.0.1');
});

test('own addresses are all of the host, and 127/8', async () => {
  const lan = await watch({ readInterfaces: () => TWO_LANS });
  const own = ['10.77.0.2', '203.0.113.9', '127.0.0.53', '10.77.0.3'].map((address) => lan.isOwnAddress(address));
  expect(own).toEqual([true, true, true, false]);
});

test('what changes is told once, and answers follow it; every poll is told', async () => {
  let host: OsInterfaces = hostWith({ eth0: '10.77.0.2/20' });
  const log = keepingLog();
  const lan = await watch({ readInterfaces: () => host, log });
  const told: string[][] = [];
  let polls = 0;
  lan.onChange((served) => told.push(served.map(({ address }) => address)));
  lan.onPoll(() => polls++);
  expect(lan.localAddressFor('10.77.1.1')).toBe('10.77.0.2');

  host = hostWith({ eth0: '10.77.0.3/20', eth1: '10.78.0.2/20' });
  await until(() => told.length === 1);
  expect(lan.localAddressFor('10.77.1.1')).toBe('10.77.0.3');
  host = hostWith({});
  await until(() => told.length === 2);
  expect(lan.localAddressFor('10.77.1.1')).toBeUndefined();
  const before = polls;
  await until(() => polls > before + 3);

  expect(told).toEqual([['10.77.0.3', '10.78.0.2'], []]);
  expect(log.events()).toEqual(['lan.chosen', 'lan.changed', 'lan.changed']);
});

test('where an address stands follows the host, however often it was asked', async () => {
  let host: OsInterfaces = hostWith({ eth0: '10.77.0.2/20' });
  const lan = await watch({ readInterfaces: () => host });
  const placeOf = (address: string) => [lan.isOwnAddress(address), lan.isOnLink(address)];
  const places = () => ['10.77.0.2', '10.77.0.3', '10.78.0.2', '127.0.0.9'].map(placeOf);
  const before = places();
  expect(before).toEqual([
    [true, true],
    [false, true],
    [false, false],
    [true, false],
  ]);
  expect(places()).toEqual(before);
  host = hostWith({ eth0: '10.78.0.2/20' });
  await until(() => lan.current()[0]?.address === '10.78.0.2');
  expect(places()).toEqual([
    [false, false],
    [false, false],
    [true, true],
    [true, false],
  ]);
  // More than are remembered.
  for (let i = 0; i < 10_100; i++) lan.isOnLink(`172.16.${i >> 8}.${i & 255}`);
  expect(placeOf('10.78.1.1')).toEqual([false, true]);
});

test('a listener that has left, and everybody after the end, hears nothing more', async () => {
  const lan = await watch({ readInterfaces: () => TWO_LANS });
  let stayed = 0;
  let left = 0;
  lan.onPoll(() => stayed++);
  lan.onPoll(() => left++)();
  await until(() => stayed > 1);
  expect(left).toBe(0);
  end.abort();
  const before = stayed;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(stayed).toBe(before);
});

test('interfaces that cannot be read stay as they were, and it is said once', async () => {
  let isBroken = false;
  const log = keepingLog();
  const lan = await watch({
    log,
    readInterfaces: () => {
      if (isBroken) throw new Error('no netlink');
      return TWO_LANS;
    },
  });
  let polls = 0;
  lan.onPoll(() => polls++);
  isBroken = true;
  await until(() => polls > 3);
  expect(lan.current().map(({ name }) => name)).toEqual(['eth0', 'eth1']);
  expect(log.events()).toEqual(['lan.chosen', 'lan.unreadable']);
});

test('a system that tells no interfaces at the start is an error', async () => {
  const broken = () => {
    throw new Error('no netlink');
  };
  await expect(watch({ readInterfaces: broken })).rejects.toThrow('no netlink');
});
