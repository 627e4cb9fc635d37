import { classifyAddress, compareAddresses } from './classify-address.ts';

/**
 * Which of a name's A records is the office's address. The current one as long as it is among them: name servers shuffle
 * their answers. Else the smallest public one, else the smallest. Undefined: there is no IPv4 address among them.
 */
export function chooseResolvedAddress(current: string | null, addresses: readonly string[]): string | undefined {
  const known = addresses.filter((address) => classifyAddress(address) !== undefined);
  const open = known.filter((address) => classifyAddress(address) === 'public');
  const wanted = open.length > 0 ? open : known;
  if (current !== null && wanted.includes(current)) return current;
  return [...wanted].sort(compareAddresses)[0];
}
