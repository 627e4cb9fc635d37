import { createHash } from 'node:crypto';
import { type MacAddress, parseMacAddress } from './mac-address.ts';

/** Of the first octet, IEEE 802-2014 8.2: locally administered, of one station. No maker has such an address. */
const LOCAL = 0x02;
const GROUP = 0x01;

/** The MAC address that questions to other PnP servers carry: the same for the same seed, so that their lists get one entry only. */
export function deriveProbeMac(seed: string): MacAddress {
  const octets = createHash('sha256').update(`probe\n${seed}`).digest().subarray(0, 6);
  octets[0] = ((octets[0] ?? 0) | LOCAL) & ~GROUP;
  const mac = parseMacAddress(octets.toString('hex'));
  if (mac === undefined) throw new Error('a locally administered address is no MAC address');
  return mac;
}
