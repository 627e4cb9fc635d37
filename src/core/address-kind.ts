/** What an IPv4 address is good for. All but `public` cannot be reached from the Internet. */
export type AddressKind =
  | 'public'
  | 'private'
  | 'cgnat'
  | 'link-local'
  | 'loopback'
  | 'documentation'
  | 'benchmark'
  | 'multicast'
  | 'reserved'
  | 'unspecified';
