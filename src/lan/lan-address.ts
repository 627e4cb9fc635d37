import { parseAddress } from '../core/parse-network.ts';

/** IPv4 addresses and subnets of LANs. Text in, text out; numbers only inside. */

/** One IPv4 address of this host, with the LAN it stands in. */
export interface LanInterface {
  /** As the system names it: eth0, enp3s0 … */
  readonly name: string;
  /** Dotted IPv4. */
  readonly address: string;
  /** Bits of the subnet, 0-32. */
  readonly prefixLength: number;
}

/** The shape of `os.networkInterfaces()`; no more of it than is read here. */
export type OsInterfaces = Readonly<Record<string, readonly OsInterfaceAddress[] | undefined>>;

export interface OsInterfaceAddress {
  readonly address: string;
  readonly netmask: string;
  readonly family: string;
  /** Loopback. */
  readonly internal: boolean;
}

/** RFC 1918 section 3: 10/8, 172.16/12, 192.168/16. */
export function isPrivateAddress(address: string): boolean {
  return (
    isInSubnet(address, '10.0.0.0', 8) ||
    isInSubnet(address, '172.16.0.0', 12) ||
    isInSubnet(address, '192.168.0.0', 16)
  );
}

/** RFC 1122 3.2.1.3 (g): the whole of 127/8 is this host. */
export function isLoopbackAddress(address: string): boolean {
  return isInSubnet(address, '127.0.0.0', 8);
}

/** Of the addresses that were named to be served, loopback alone: a trial on one host, where nobody else is to be spoken to. */
export function isLoopbackOnly(wanted: readonly string[]): boolean {
  return wanted.length > 0 && wanted.every(isLoopbackAddress);
}

/** False for anything that is not a dotted IPv4 address. `member` is any address of the subnet. */
export function isInSubnet(address: string, member: string, prefixLength: number): boolean {
  const a = parseAddress(address);
  const b = parseAddress(member);
  // Not by shifting: JavaScript shifts by 32 as by 0.
  const size = 2 ** (32 - prefixLength);
  return a !== undefined && b !== undefined && Math.floor(a / size) === Math.floor(b / size);
}

/** Every IPv4 address of the host, loopback too, in the system's order. An address is listed once. */
export function listInterfaces(os: OsInterfaces): LanInterface[] {
  const found = new Map<string, LanInterface>();
  for (const [name, addresses] of Object.entries(os)) {
    for (const { address, netmask, family } of addresses ?? []) {
      const prefixLength = readPrefixLength(netmask);
      if (family !== 'IPv4' || prefixLength === undefined || parseAddress(address) === undefined) continue;
      if (!found.has(address)) found.set(address, { name, address, prefixLength });
    }
  }
  return [...found.values()];
}

/**
 * Which interfaces are served. Nothing wanted: every private IPv4 address that is not loopback. Otherwise exactly the
 * wanted addresses, private or not, as far as the host has them now.
 */
export function chooseLanInterfaces(os: OsInterfaces, wanted: readonly string[]): LanInterface[] {
  const all = listInterfaces(os);
  if (wanted.length > 0) return all.filter(({ address }) => wanted.includes(address));
  const loopback = new Set(Object.keys(os).filter((name) => os[name]?.some(({ internal }) => internal)));
  return all.filter(({ name, address }) => isPrivateAddress(address) && !loopback.has(name));
}

/**
 * The interfaces whose subnet holds the peer, longest prefix only. More than one: the host has two feet in the same LAN,
 * and only its routing table knows which of them it uses.
 */
export function findOnLink(interfaces: readonly LanInterface[], peer: string): LanInterface[] {
  let best: LanInterface[] = [];
  for (const candidate of interfaces) {
    if (!isInSubnet(peer, candidate.address, candidate.prefixLength)) continue;
    const longest = best[0]?.prefixLength ?? -1;
    if (candidate.prefixLength > longest) best = [candidate];
    else if (candidate.prefixLength === longest) best.push(candidate);
  }
  return best;
}

function readPrefixLength(netmask: string): number | undefined {
  const mask = parseAddress(netmask);
  if (mask === undefined) return undefined;
  const bits = mask.toString(2).padStart(32, '0');
  const ones = bits.indexOf('0');
  // A mask with holes is no subnet (RFC 4632 3.1).
  if (ones >= 0 && bits.slice(ones).includes('1')) return undefined;
  return ones < 0 ? 32 : ones;
}
