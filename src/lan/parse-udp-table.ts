import { readHexAddress } from './read-hex-address.ts';

/** One socket of the host, as /proc/net/udp, udp6, tcp and tcp6 list it. */
export interface UdpSocket {
  /** Dotted IPv4; of IPv6 only the wildcard `::` matters here, others are `ipv6`. */
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  /** Names the socket under /proc/<pid>/fd. */
  readonly inode: string;
}

const IPV6_WILDCARD = '0'.repeat(32);

/**
 * Reads the text of /proc/net/udp or /proc/net/udp6 (proc(5)). Addresses stand there as the machine's own integers.
 * Lines that do not read are left out.
 */
export function parseUdpTable(text: string, endianness: 'LE' | 'BE'): UdpSocket[] {
  return parseTable(text, endianness, () => true);
}

/** include/net/tcp_states.h: TCP_LISTEN. */
const LISTENING = '0A';

/** Reads the text of /proc/net/tcp or tcp6, whose columns are the same: the sockets that listen. */
export function parseTcpListeners(text: string, endianness: 'LE' | 'BE'): UdpSocket[] {
  return parseTable(text, endianness, (state) => state === LISTENING);
}

function parseTable(text: string, endianness: 'LE' | 'BE', counts: (state: string) => boolean): UdpSocket[] {
  const sockets: UdpSocket[] = [];
  for (const line of text.split('\n').slice(1)) {
    const columns = line.trim().split(/[ \t]+/);
    const local = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(columns[1] ?? '');
    const [uid, inode] = [columns[7], columns[9]];
    if (local === null || uid === undefined || inode === undefined || !counts(columns[3] ?? '')) continue;
    const [, hex = '', port = ''] = local;
    const address = readHexAddress(hex, endianness) ?? (hex === IPV6_WILDCARD ? '::' : 'ipv6');
    sockets.push({ address, port: Number.parseInt(port, 16), uid: Number(uid), inode });
  }
  return sockets;
}
