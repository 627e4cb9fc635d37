import type { SocketAddress } from './message.ts';
import { readAddress, userOf } from './read-address.ts';

/** Characters. Ours: the longest captured Contact URI has 35. */
const MAX_URI = 256;

/** RFC 768: ports have 16 bits. */
const MAX_PORT = 65_535;

// sip URI without headers; the host as IPv4, name or bracketed IPv6 (RFC 3261 25.1). Every class is free of blanks,
// quotes and angle brackets, so the URI may stand in a Request-URI as it is.
const USABLE =
  /^sip:(?:[^\x00-\x20"<>@\x7f-\xff]+@)?(\[[0-9a-f:.]+\]|[0-9a-z.-]+)(?::([0-9]{1,5}))?(?:;[!#-;=?-~]*)?$/i;

// RFC 3261 25.1: unreserved and user-unreserved, and escapes.
const SAFE_USER = /^(?:[0-9A-Za-z_.!~*'()&=+$,;?/-]|%[0-9A-Fa-f]{2}){1,64}$/;

/**
 * The URI that a NOTIFY is addressed to: the first Contact's, if it points to where the datagram came from. A missing,
 * unreadable or foreign one gives way to an address made from the source, so that nobody makes us write to a third.
 */
export function readContact(contact: string | undefined, source: SocketAddress): string {
  const uri = contact === undefined ? undefined : readAddress(contact)?.uri;
  if (uri !== undefined && uri.length <= MAX_URI) {
    const [, host, port = '5060'] = USABLE.exec(uri) ?? [];
    const reachable = Number(port) > 0 && Number(port) <= MAX_PORT;
    if (reachable && host?.toLowerCase() === source.address.toLowerCase()) return uri;
  }
  const user = uri === undefined ? undefined : userOf(uri);
  return `sip:${user !== undefined && SAFE_USER.test(user) ? `${user}@` : ''}${source.address}:${source.port}`;
}
