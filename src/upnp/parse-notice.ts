import { isInSubnet } from '../lan/lan-address.ts';
import { formatPrintable } from './format-printable.ts';
import {
  isGatewayTarget,
  readBootId,
  readSsdpHeader,
  type SearchedLan,
  type SsdpMessage,
} from './parse-search-answer.ts';

/** A gateway came or went: a reason to look, and never a fact, since anybody in the LAN can send one. */
export interface GatewayHint {
  /** IPv4 of the sender, in the LAN. */
  readonly address: string;
  /** As it came, printable; empty: none. */
  readonly usn: string;
  /** BOOTID.UPNP.ORG: another one than before means that it has started again. Null: UDA 1.0 has none. */
  readonly bootId: number | null;
  readonly kind: 'alive' | 'byebye';
}

/** Reads a NOTIFY (UDA 1.1 1.2.2, 1.2.3); undefined: of no gateway, or not from this LAN. */
export function parseNotice(
  message: SsdpMessage,
  kind: GatewayHint['kind'],
  { localAddress, prefixLength }: Omit<SearchedLan, 'defaultRouter'>,
): GatewayHint | undefined {
  const { address } = message;
  if (!isInSubnet(address, localAddress, prefixLength) || !isGatewayTarget(readSsdpHeader(message, 'NT')))
    return undefined;
  return { address, usn: formatPrintable(readSsdpHeader(message, 'USN')), bootId: readBootId(message), kind };
}
