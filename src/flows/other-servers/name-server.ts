import { formatMacAddress } from '../../core/mac-address.ts';
import type { OtherServer } from './server-facts.ts';

/** For people: `192.168.10.9 (00:15:65:aa:bb:cc)`. */
export function nameServer({ address, mac }: Pick<OtherServer, 'address' | 'mac'>): string {
  return mac === null ? address : `${address} (${formatMacAddress(mac)})`;
}
