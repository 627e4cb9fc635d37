import { BlockList, isIPv4 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AddressKind } from '../../src/core/address-kind.ts';
import { classifyAddress, compareAddresses, isUsableAddress } from '../../src/core/classify-address.ts';

test.each<[string, AddressKind]>([
  ['0.0.0.0', 'unspecified'],
  ['0.255.255.255', 'unspecified'],
  ['1.0.0.0', 'public'],
  ['9.255.255.255', 'public'],
  ['10.0.0.0', 'private'],
  ['10.255.255.255', 'private'],
  ['11.0.0.0', 'public'],
  ['100.63.255.255', 'public'],
  ['100.64.0.0', 'cgnat'],
  ['100.127.255.255', 'cgnat'],
  ['100.128.0.0', 'public'],
  ['126.255.255.255', 'public'],
  ['127.0.0.1', 'loopback'],
  ['128.66.0.5', 'public'],
  ['169.253.255.255', 'public'],
  ['169.254.7.7', 'link-local'],
  ['172.15.255.255', 'public'],
  ['172.16.0.0', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.0', 'public'],
  ['192.0.0.2', 'cgnat'],
  ['192.0.0.8', 'reserved'],
  ['192.0.0.255', 'reserved'],
  ['192.0.1.0', 'public'],
  ['192.0.2.1', 'documentation'],
  ['192.0.3.0', 'public'],
  ['192.31.196.1', 'reserved'],
  ['192.52.193.1', 'reserved'],
  ['192.88.99.1', 'reserved'],
  ['192.167.255.255', 'public'],
  ['192.168.0.1', 'private'],
  ['192.169.0.0', 'public'],
  ['192.175.48.6', 'reserved'],
  ['198.17.255.255', 'public'],
  ['198.18.0.0', 'benchmark'],
  ['198.19.255.255', 'benchmark'],
  ['198.20.0.0', 'public'],
  ['198.51.100.9', 'documentation'],
  ['203.0.113.255', 'documentation'],
  ['203.0.114.0', 'public'],
  ['223.255.255.255', 'public'],
  ['224.0.1.75', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['240.0.0.0', 'reserved'],
  ['255.255.255.255', 'reserved'],
])('%s is %s', (address, kind) => {
  expect(classifyAddress(address)).toBe(kind);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.4.5',
  '010.0.0.1',
  '256.1.1.1',
  ' 1.2.3.4',
  '1.2.3.4\n',
  '::1',
  '::ffff:1.2.3.4',
  'a.b.c.d',
  '1,2,3,4',
])('%j is no address', (text) => {
  expect(classifyAddress(text)).toBeUndefined();
});

test('any text is either an IPv4 address with a kind, or has none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      expect(classifyAddress(text) !== undefined).toBe(isIPv4(text));
    }),
  );
});

// Written from the registry of special-purpose addresses, and looked up by Node's own code.
const UNREACHABLE = new BlockList();
for (const subnet of [
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24',
  '192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
]
  .join(' ')
  .split(' ')) {
  const [network = '', prefix] = subnet.split('/');
  UNREACHABLE.addSubnet(network, Number(prefix), 'ipv4');
}

test('public is what no special range holds', () => {
  // Addresses near the edges of the ranges as often as anywhere.
  const first = fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 223, 224, 239, 240, 255);
  const octet = fc.nat(255);
  const second = fc.oneof(octet, fc.constantFrom(0, 15, 16, 18, 19, 31, 51, 52, 63, 64, 88, 127, 128, 168, 175, 254));
  const third = fc.oneof(octet, fc.constantFrom(0, 1, 2, 3, 48, 99, 100, 113, 193, 196));
  fc.assert(
    fc.property(fc.tuple(fc.oneof(octet, first), second, third, octet), (octets) => {
      const address = octets.join('.');
      expect(classifyAddress(address) === 'public').toBe(!UNREACHABLE.check(address, 'ipv4'));
    }),
    { numRuns: 3_000 },
  );
});

test('only a person may name an address that is not public, and not any', () => {
  expect(isUsableAddress('upnp', '128.66.0.5')).toBe(true);
  expect(isUsableAddress('upnp', '10.0.0.5')).toBe(false);
  expect(isUsableAddress('name', '100.64.0.5')).toBe(false);
  expect(isUsableAddress('fixed', '10.0.0.5')).toBe(true);
  expect(isUsableAddress('fixed', '127.0.0.1')).toBe(false);
  expect(isUsableAddress('fixed', '0.0.0.0')).toBe(false);
  expect(isUsableAddress('fixed', 'office.example')).toBe(false);
});

test('addresses are ordered by their numbers', () => {
  expect(['10.0.0.1', '9.0.0.1', '200.1.1.1', '9.0.0.0'].sort(compareAddresses)).toEqual([
    '9.0.0.0',
    '9.0.0.1',
    '10.0.0.1',
    '200.1.1.1',
  ]);
});
