import { readHexAddress } from './read-hex-address.ts';

/** `Idx Device : Count Querier`: the line of an interface. */
const DEVICE = /^[0-9]+\s+(\S+?)\s*:/;
/** The line of a group below it: the address as a number of the machine's own order, in hex. */
const GROUP = /^\s+([0-9A-Fa-f]{8})\s/;

/** Reads the text of /proc/net/igmp (proc(5)): interface → the groups that somebody on this host is in, dotted. */
export function parseIgmpTable(text: string, byteOrder: 'LE' | 'BE'): Map<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of text.split('\n').slice(1)) {
    const name = DEVICE.exec(line)?.[1];
    if (name !== undefined) {
      current = [];
      groups.set(name, current);
      continue;
    }
    const group = readHexAddress(GROUP.exec(line)?.[1] ?? '', byteOrder);
    if (group !== undefined) current?.push(group);
  }
  return groups;
}
