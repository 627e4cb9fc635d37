import type { AddressKind } from './address-kind.ts';
import type { AddressSource } from './internet.ts';
import { isInNetwork, parseAddress, parseNetwork } from './parse-network.ts';

/**
 * IANA IPv4 special-purpose registry (RFC 6890) with multicast (RFC 5771) and class E (RFC 1112 4). The first match holds.
 * What the registry calls globally reachable but gives to services alone (AS112, AMT, 6to4 relays) is reserved here:
 * no office has such an address.
 */
const RANGES: readonly (readonly [network: string, kind: AddressKind])[] = [
  // RFC 791 3.2: this network. Routers without a WAN address say 0.0.0.0.
  ['0.0.0.0/8', 'unspecified'],
  // RFC 1918.
  ['10.0.0.0/8', 'private'],
  ['172.16.0.0/12', 'private'],
  ['192.168.0.0/16', 'private'],
  // RFC 6598.
  ['100.64.0.0/10', 'cgnat'],
  // RFC 7335: what a router behind DS-Lite or 464XLAT has. The provider's NAT comes after it, as with 100.64/10.
  ['192.0.0.0/29', 'cgnat'],
  // RFC 1122 3.2.1.3.
  ['127.0.0.0/8', 'loopback'],
  // RFC 3927.
  ['169.254.0.0/16', 'link-local'],
  // RFC 5737.
  ['192.0.2.0/24', 'documentation'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  // RFC 2544.
  ['198.18.0.0/15', 'benchmark'],
  // RFC 5771.
  ['224.0.0.0/4', 'multicast'],
  // RFC 6890: IETF protocol assignments.
  ['192.0.0.0/24', 'reserved'],
  // RFC 7535, RFC 7534: AS112.
  ['192.31.196.0/24', 'reserved'],
  ['192.175.48.0/24', 'reserved'],
  // RFC 7450: AMT.
  ['192.52.193.0/24', 'reserved'],
  // RFC 7526: relays of 6to4, given up.
  ['192.88.99.0/24', 'reserved'],
  // RFC 1112 4, and the limited broadcast of RFC 919.
  ['240.0.0.0/4', 'reserved'],
];

const TABLE = RANGES.flatMap(([text, kind]) => {
  const network = parseNetwork(text);
  return network === undefined ? [] : [{ ...network, kind }];
});

/** What a dotted IPv4 address is good for; undefined: the text is none (leading zeros are refused, as programs read them differently). */
export function classifyAddress(text: string): AddressKind | undefined {
  const number = parseAddress(text);
  if (number === undefined) return undefined;
  return TABLE.find((network) => isInNetwork(number, network))?.kind ?? 'public';
}

/**
 * May it become the office's external address? It must be public; what a person has typed may also be private, for
 * a VPN or a laboratory.
 */
export function isUsableAddress(source: AddressSource, address: string): boolean {
  const kind = classifyAddress(address);
  return kind === 'public' || (source === 'fixed' && (kind === 'private' || kind === 'cgnat'));
}

/** By their numbers: 9.0.0.1 stands before 10.0.0.1. Both must be IPv4. */
export function compareAddresses(a: string, b: string): number {
  return (parseAddress(a) ?? 0) - (parseAddress(b) ?? 0);
}
