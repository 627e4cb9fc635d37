import type { NeighbourProof } from '../core/check-identity.ts';
import { isLoopbackAddress } from '../lan/lan-address.ts';
import type { LanDoors } from './doors.ts';

/** What the host knows of who stands behind an address, without believing a word of theirs. */
export async function proveNeighbour(lan: LanDoors, address: string): Promise<NeighbourProof> {
  // Served only where somebody named it; then it leads to itself.
  if (isLoopbackAddress(address) && lan.localAddressFor(address) !== undefined) return { kind: 'loopback' };
  if (lan.isOwnAddress(address)) return { kind: 'own-host' };
  const mac = lan.isOnLink(address) ? await lan.macOf(address) : undefined;
  return mac === undefined ? { kind: 'no-entry' } : { kind: 'mac', mac };
}
