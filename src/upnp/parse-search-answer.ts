import { isIPv4 } from 'node:net';
import type { Result } from '../core/result.ts';
import { err, ok } from '../core/result.ts';
import { isInSubnet } from '../lan/lan-address.ts';
import { formatPrintable } from './format-printable.ts';
import { parseUrl } from './parse-url.ts';

/** A datagram of SSDP: header names in upper case, as node-ssdp gives them; nothing in it is checked. */
export interface SsdpMessage {
  readonly headers: Readonly<Record<string, unknown>>;
  /** IPv4 that it came from. */
  readonly address: string;
}

/** An answer that may be followed. */
export interface SearchAnswer {
  /** `http`, an IPv4 literal as host, no userinfo. */
  readonly location: URL;
  /** The host that LOCATION named, where it was rewritten to the sender; else the same as the sender. */
  readonly namedHost: string;
  /** BOOTID.UPNP.ORG (UDA 1.1 1.3.3), or null. */
  readonly bootId: number | null;
  /** IPv4 of the sender, which is the host of `location` too. */
  readonly address: string;
}

/** The LAN that was searched. */
export interface SearchedLan {
  readonly localAddress: string;
  /** Bits of its subnet. */
  readonly prefixLength: number;
  /** IPv4 of the router of the default route, or null. */
  readonly defaultRouter: string | null;
}

/** What a device may call itself so that it is a way to the Internet, of any version. */
const GATEWAY_TARGET =
  /^urn:schemas-upnp-org:(?:device:InternetGatewayDevice|service:WAN(?:IP|PPP)Connection):[0-9]{1,3}$/;

/** UDA 1.1 1.2.2: a 31-bit number. */
const HIGHEST_BOOT_ID = 2 ** 31 - 1;

/** Is this search or notification target one of a gateway? Media servers and printers answer, too. */
export function isGatewayTarget(text: string): boolean {
  return GATEWAY_TARGET.test(text);
}

/** One header, without surrounding blanks; empty: it is not there. */
export function readSsdpHeader({ headers }: SsdpMessage, name: string): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  return typeof value === 'string' ? value.trim() : '';
}

/** BOOTID.UPNP.ORG, or null: UDA 1.0 has none, and nonsense counts as none. */
export function readBootId(message: SsdpMessage): number | null {
  const text = readSsdpHeader(message, 'BOOTID.UPNP.ORG');
  const id = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return id <= HIGHEST_BOOT_ID ? id : null;
}

/**
 * Reads an answer to M-SEARCH (UDA 1.1 1.3.3). We ask nobody but the host that answered: LOCATION has to name the sender, in the
 * searched LAN. The one exception: of a redundant pair (CARP, VRRP) one router answers with the shared address and names its own;
 * the default router is asked at the shared address.
 */
export function parseSearchAnswer(message: SsdpMessage, lan: SearchedLan): Result<SearchAnswer, string> {
  const { address } = message;
  if (!isIPv4(address) || !isInSubnet(address, lan.localAddress, lan.prefixLength)) {
    return err(`answered from outside of the LAN of ${lan.localAddress}/${lan.prefixLength}`);
  }
  const st = readSsdpHeader(message, 'ST');
  if (!isGatewayTarget(st)) return err(`answered for "${formatPrintable(st, 80)}", which is no gateway`);
  const text = readSsdpHeader(message, 'LOCATION');
  if (text === '') return err('answered without LOCATION');
  const url = parseUrl(text);
  if (!url.ok) return err(`its LOCATION ${url.problem}`);
  const location = url.value;
  const namedHost = location.hostname;
  if (namedHost !== address) {
    if (address !== lan.defaultRouter) return err(`its LOCATION names ${namedHost}; wanted ${address}, which answered`);
    location.hostname = address;
  }
  return ok({ location, namedHost, bootId: readBootId(message), address });
}
