import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chooseLanInterfaces,
  findOnLink,
  isInSubnet,
  isLoopbackAddress,
  isLoopbackOnly,
  isPrivateAddress,
  listInterfaces,
} from '../../src/lan/lan-address.ts';
import { hostWith } from './fake-lan.ts';

const HOST = hostWith({
  lo: '127.0.0.1/8 10.255.255.1/32',
  eth0: '10.77.0.2/20',
  eth1: '192.168.1.5/24 203.0.113.9/24',
  wlan0: '172.31.0.9/16',
  ppp0: '198.51.100.7/32',
});

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));

test.each([
  ['9.255.255.255', false],
  ['10.0.0.0', true],
  ['10.255.255.255', true],
  ['11.0.0.0', false],
  ['172.15.255.255', false],
  ['172.16.0.0', true],
  ['172.31.255.255', true],
  ['172.32.0.0', false],
  ['192.167.255.255', false],
  ['192.168.0.0', true],
  ['192.168.255.255', true],
  ['192.169.0.0', false],
  ['169.254.1.1', false],
  ['127.0.0.1', false],
  ['not an address', false],
])('%s is private: %s', (address, isPrivate) => {
  expect(isPrivateAddress(address)).toBe(isPrivate);
});

test('the whole of 127/8 is loopback', () => {
  expect(['127.0.0.1', '127.255.0.9', '126.0.0.1', '128.0.0.1'].map(isLoopbackAddress)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('nobody but this host is served where loopback alone was named; nothing named is every LAN', () => {
  expect([['127.0.0.1'], ['127.0.0.1', '192.168.10.2'], []].map(isLoopbackOnly)).toEqual([true, false, false]);
});

test('a subnet is told from the bits of its prefix', () => {
  fc.assert(
    fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), (a, b, prefix) => {
      const bits = (parts: number[]) => parts.map((octet) => octet.toString(2).padStart(8, '0')).join('');
      const same = bits(a).slice(0, prefix) === bits(b).slice(0, prefix);
      expect(isInSubnet(a.join('.'), b.join('.'), prefix)).toBe(same);
    }),
  );
});

test('nothing wanted: every private address is served, loopback and public ones are not', () => {
  expect(chooseLanInterfaces(HOST, [])).toEqual([
    { name: 'eth0', address: '10.77.0.2', prefixLength: 20 },
    { name: 'eth1', address: '192.168.1.5', prefixLength: 24 },
    { name: 'wlan0', address: '172.31.0.9', prefixLength: 16 },
  ]);
});

test('named addresses are served and no others, loopback and public ones too', () => {
  const served = (wanted: string[]) => chooseLanInterfaces(HOST, wanted).map(({ address }) => address);
  expect(served(['127.0.0.1'])).toEqual(['127.0.0.1']);
  expect(served(['203.0.113.9', '10.77.0.2'])).toEqual(['10.77.0.2', '203.0.113.9']);
  expect(served(['10.9.9.9'])).toEqual([]);
});

test('IPv6, masks with holes and addresses listed twice are no interfaces of their own', () => {
  const odd = {
    eth0: [
      { address: 'fe80::1', netmask: 'ffff::', family: 'IPv6', internal: false },
      { address: '10.0.0.1', netmask: '255.0.255.0', family: 'IPv4', internal: false },
      { address: '10.0.0.2', netmask: '255.255.255.255', family: 'IPv4', internal: false },
    ],
    eth1: [{ address: '10.0.0.2', netmask: '255.255.255.0', family: 'IPv4', internal: false }],
    gone: undefined,
  };
  expect(listInterfaces(odd)).toEqual([{ name: 'eth0', address: '10.0.0.2', prefixLength: 32 }]);
});

test('the interfaces of this very machine are read', () => {
  expect(listInterfaces(networkInterfaces()).map(({ address }) => address)).toContain('127.0.0.1');
});

test('of nested subnets the narrowest is on-link; of equal ones all', () => {
  const interfaces = listInterfaces(hostWith({ eth0: '10.0.0.1/8', eth1: '10.1.0.1/16', eth2: '10.1.0.2/16' }));
  const names = (peer: string) => findOnLink(interfaces, peer).map(({ name }) => name);
  expect(names('10.2.0.9')).toEqual(['eth0']);
  expect(names('10.1.0.9')).toEqual(['eth1', 'eth2']);
  expect(names('11.0.0.1')).toEqual([]);
});
