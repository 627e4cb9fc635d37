import type { Device } from '../core/device.ts';
import { drawLogin } from '../core/device-login.ts';
import { openHandOver } from '../core/hand-over.ts';
import { giveReason } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { note } from '../core/note.ts';
import { err, type Result } from '../core/result.ts';
import type { Site } from '../core/site.ts';
import { changeDevice, type DeviceProblem } from './decide-device.ts';
import type { Deliveries } from './delivery.ts';
import { logsIn } from './draw-phone-secrets.ts';
import type { Office } from './office.ts';

/**
 * Lets a sealed phone fetch its files once more: for as long as the site says, and whoever has its address now. It is asked to,
 * where it can be. Where phones log in it gets a new password, and its next fetch is its first again.
 */
export async function handOverDevice(
  office: Office,
  deliveries: Deliveries,
  mac: MacAddress,
  actor: string,
  now: number,
): Promise<Result<Device, DeviceProblem>> {
  const known = office.findDevice(mac);
  if (known !== undefined && known.state !== 'approved') return err({ kind: 'not-approved', mac });
  const { trust } = office.site();
  const result = await changeDevice(office, mac, now, { action: 'device.handed-over', actor }, (device) => ({
    ...device,
    handOver: openHandOver(trust, now),
    login: device.login && drawLogin(now, device.login),
  }));
  if (!result.ok) return result;
  if (trust.handOverMinutes > 0) {
    const because = note('reason.handed-over', 'it may fetch its files for {term}', {
      term: { seconds: trust.handOverMinutes * 60 },
    });
    office.record({ mac, at: now, step: 'resynced', ...giveReason(because), detail: { by: actor } });
  } else if (result.value.login !== null) {
    const because = note('reason.login-reopened', 'it may fetch its files once without logging in');
    office.record({ mac, at: now, step: 'resynced', ...giveReason(because), detail: { by: actor } });
  }
  if (result.value.dialog !== null) deliveries.deliver(result.value, 'resync');
  return result;
}

/** Is there anything that handing over again would open? */
export function canHandOver(device: Device, site: Site): boolean {
  return site.trust.handOverMinutes > 0 || (device.login !== null && logsIn(device, site));
}
