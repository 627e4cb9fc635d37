import type { NeighbourProof } from '../core/check-identity.ts';
import { findNetwork } from '../core/find-network.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { isLoopbackAddress } from '../lan/lan-address.ts';
import type { LanDoors } from './doors.ts';

/** What the host knows of who stands behind an address, without believing a word of theirs. `routed`: networks that the site names. */
export async function proveNeighbour(
  lan: LanDoors,
  address: string,
  routed: readonly string[] = [],
): Promise<NeighbourProof> {
  // Served only where somebody named it; then it leads to itself.
  if (isLoopbackAddress(address) && lan.localAddressFor(address) !== undefined) return { kind: 'loopback' };
  if (lan.isOwnAddress(address)) return { kind: 'own-host' };
  if (!lan.isOnLink(address)) {
    const network = findNetwork(routed, address);
    return network === undefined ? { kind: 'off-link' } : { kind: 'routed', network };
  }
  const mac = await lan.macOf(address);
  return mac === undefined ? { kind: 'no-entry' } : { kind: 'mac', mac };
}

/**
 * A SUBSCRIBE with a forged sender must not make us shower that one with copies (decision 0009): they go to the phone itself only,
 * by the neighbour table, which has it since the first copy. Where no MAC address is visible the first copy is all.
 */
export async function isThere(
  lan: Pick<LanDoors, 'isOwnAddress' | 'macOf'>,
  mac: MacAddress,
  address: string,
): Promise<boolean> {
  return lan.isOwnAddress(address) || (await lan.macOf(address)) === mac;
}
