import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';

export interface Neighbour {
  readonly mac: MacAddress;
  /** Interface that the neighbour was seen on: eth0 … */
  readonly device: string;
}

/** linux/if_arp.h: ATF_COM, the entry has a hardware address that was confirmed. */
const COMPLETE = 0x2;

/** linux/if_arp.h: ARPHRD_ETHER, Ethernet and everything that looks like it (Wi-Fi, bridges, veth). */
const ETHERNET = 0x1;

/**
 * Reads the text of /proc/net/arp (proc(5)): IPv4 address → neighbour. Incomplete entries are no knowledge and left out;
 * so is an address that two interfaces tell different MACs of: who it is cannot be said.
 */
export function parseNeighbourTable(text: string): Map<string, Neighbour> {
  const neighbours = new Map<string, Neighbour>();
  const disputed = new Set<string>();
  for (const line of text.split('\n').slice(1)) {
    const [address, type, flags, hardwareAddress, , device] = line.split(/[ \t]+/);
    if (address === undefined || device === undefined || hardwareAddress === undefined) continue;
    if (Number(type) !== ETHERNET || (Number(flags) & COMPLETE) === 0) continue;
    const mac = parseMacAddress(hardwareAddress);
    if (mac === undefined) continue;
    const other = neighbours.get(address);
    if (other !== undefined && other.mac !== mac) disputed.add(address);
    neighbours.set(address, { mac, device });
  }
  for (const address of disputed) neighbours.delete(address);
  return neighbours;
}
