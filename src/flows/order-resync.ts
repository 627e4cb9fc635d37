import type { Device } from '../core/device.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Result } from '../core/result.ts';
import { type DeviceProblem, findResyncable, resyncDevice } from './decide-device.ts';
import type { Deliveries } from './delivery.ts';
import type { Office } from './office.ts';

/** A person asks a running phone to fetch its files now, or to restart. Stored first that it was asked for, and by whom. */
export async function orderResync(
  doors: { readonly office: Office; readonly deliveries: Deliveries; readonly clock: () => number },
  mac: MacAddress,
  how: 'resync' | 'reboot',
  actor: string,
): Promise<Result<Device, DeviceProblem>> {
  const { office, deliveries, clock } = doors;
  const found = findResyncable(office, mac);
  if (!found.ok) return found;
  const action = how === 'resync' ? 'device.resynced' : 'device.rebooted';
  await office.commit({ audit: [{ at: clock(), actor, action, subject: mac, detail: {} }] });
  return resyncDevice(office, deliveries, mac, how);
}
