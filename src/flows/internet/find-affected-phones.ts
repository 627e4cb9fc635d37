import { setImmediate as giveWay } from 'node:timers/promises';
import type { Device } from '../../core/device.ts';
import type { MacAddress } from '../../core/mac-address.ts';
import { renderFile } from '../../render/render-file.ts';
import { vendorById } from '../../vendors/all.ts';
import type { ConfigCache } from '../config-cache.ts';
import type { Doors } from '../doors.ts';
import { findOurHost } from '../find-our-host.ts';
import type { AddressChange } from './external-address.ts';

export interface AffectedDoors extends Pick<Doors, 'office' | 'lan'> {
  /** When the phone fetched its own file last; null: not since it was asked to. `flows/lamps` knows. */
  readonly configuredAt: (mac: MacAddress) => Promise<number | null>;
}

/** Phones between which others may have their turn. */
const PHONES_AT_ONCE = 10;

/**
 * The approved phones whose files are other ones since the external address changed, and that have not fetched them yet:
 * they may be offered a resync. Quick where no template and no override names the address.
 */
export async function findAffectedPhones(
  doors: AffectedDoors,
  cache: ConfigCache,
  change: AddressChange | null,
): Promise<readonly MacAddress[]> {
  if (change === null) return [];
  const affected: MacAddress[] = [];
  let rendered = 0;
  for (const device of [...doors.office.devices()]) {
    if (device.state !== 'approved') continue;
    const verdict = judge(doors, cache, device, change);
    if (verdict === 'not-concerned') continue;
    if (++rendered % PHONES_AT_ONCE === 0) await giveWay();
    if (verdict === 'same') continue;
    const configuredAt = await doors.configuredAt(device.mac);
    if (configuredAt === null || configuredAt < change.since) affected.push(device.mac);
  }
  return affected;
}

function judge(
  doors: AffectedDoors,
  cache: ConfigCache,
  device: Device,
  { address, previous }: AddressChange,
): 'not-concerned' | 'same' | 'changed' {
  const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
  let verdict: 'not-concerned' | 'same' = 'not-concerned';
  for (const file of vendor?.files ?? []) {
    if (vendor === undefined) break;
    const input = cache.input(device, vendor, file, findOurHost(doors, device));
    if (!input.templates.isAddressIn(vendor, file)) continue;
    verdict = 'same';
    const before = renderFile({ ...input, externalAddress: previous ?? '' });
    const after = renderFile({ ...input, externalAddress: address });
    // A file that cannot be made is not fetched anew: the phone keeps what it has.
    if (after.ok && (!before.ok || before.value.digest !== after.value.digest)) return 'changed';
  }
  return verdict;
}
