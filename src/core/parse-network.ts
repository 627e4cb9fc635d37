import { isIPv4 } from 'node:net';

/** A range of IPv4 addresses that share their first bits. */
export interface Network {
  /** First and last address as unsigned 32-bit numbers. */
  readonly first: number;
  readonly last: number;
  /** In its canonical form: 192.168.10.0/24. */
  readonly text: string;
}

const CIDR = /^([0-9.]{7,15})(?:\/([0-9]|[12][0-9]|3[0-2]))?$/;

/**
 * RFC 4632 3.1: 192.168.10.0/24; an address alone is a network of one (/32). Bits behind the prefix are dropped: whoever wants
 * to know compares `text` with what was typed. Undefined: it is none.
 */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', bits = '32'] = CIDR.exec(text) ?? [];
  if (!isIPv4(address)) return undefined;
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(addressNumber(address) / size) * size;
  return { first, last: first + size - 1, text: `${formatAddress(first)}/${bits}` };
}

/** The address as an unsigned 32-bit number; undefined: no dotted IPv4 address (leading zeros are refused, as programs read them differently). */
export function parseAddress(text: string): number | undefined {
  return isIPv4(text) ? addressNumber(text) : undefined;
}

export function isInNetwork(address: number, { first, last }: Pick<Network, 'first' | 'last'>): boolean {
  return address >= first && address <= last;
}

function addressNumber(dotted: string): number {
  let number = 0;
  for (const octet of dotted.split('.')) number = number * 256 + Number(octet);
  return number;
}

function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}
