/** A socket that listens on all IPv6 addresses shows an IPv4 peer as ::ffff:192.0.2.1 (RFC 4291 2.5.5.2). Empty: the peer is gone. */
export function withoutMapping(address: string | undefined): string {
  return address?.startsWith('::ffff:') ? address.slice(7) : (address ?? '');
}
