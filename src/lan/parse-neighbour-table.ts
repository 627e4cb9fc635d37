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

/** A table, with what its lines said: the next reading of it takes over what has not changed. */
export interface ParsedNeighbours {
  readonly neighbours: ReadonlyMap<string, Neighbour>;
  readonly text: string;
  /** By line; null: it tells of nobody. */
  readonly lines: ReadonlyMap<string, NeighbourLine | null>;
}

interface NeighbourLine {
  readonly address: string;
  readonly neighbour: Neighbour;
}

/**
 * Reads the text of /proc/net/arp (proc(5)): IPv4 address → neighbour. Incomplete entries are no knowledge and left out;
 * so is an address that two interfaces tell different MACs of: who it is cannot be said.
 */
export function parseNeighbourTable(text: string): ReadonlyMap<string, Neighbour> {
  return parseNeighbourTableAfter(undefined, text).neighbours;
}

/** The same for a table that is read again and again: only lines that were not in the one before are taken apart. */
export function parseNeighbourTableAfter(before: ParsedNeighbours | undefined, text: string): ParsedNeighbours {
  if (before?.text === text) return before;
  const lines = new Map<string, NeighbourLine | null>();
  const neighbours = new Map<string, Neighbour>();
  const disputed = new Set<string>();
  for (const line of text.split('\n').slice(1)) {
    const known = before?.lines.get(line);
    const read = known === undefined ? parseLine(line) : known;
    lines.set(line, read);
    if (read === null) continue;
    const { address, neighbour } = read;
    const other = neighbours.get(address);
    if (other !== undefined && other.mac !== neighbour.mac) disputed.add(address);
    neighbours.set(address, neighbour);
  }
  for (const address of disputed) neighbours.delete(address);
  return { neighbours, text, lines };
}

function parseLine(line: string): NeighbourLine | null {
  const [address, type, flags, hardwareAddress, , device] = line.split(/[ \t]+/);
  if (address === undefined || device === undefined || hardwareAddress === undefined) return null;
  if (Number(type) !== ETHERNET || (Number(flags) & COMPLETE) === 0) return null;
  const mac = parseMacAddress(hardwareAddress);
  return mac === undefined ? null : { address: copy(address), neighbour: { mac, device: copy(device) } };
}

/** A part of a text keeps all of it in memory, and what a line said outlives the text that had it first. */
function copy(part: string): string {
  return Buffer.from(part).toString();
}
