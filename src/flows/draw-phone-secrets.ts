import type { Device } from '../core/device.ts';
import { drawLogin } from '../core/device-login.ts';
import { drawPassword } from '../core/draw-password.ts';
import { Secret } from '../core/secret.ts';
import type { Site } from '../core/site.ts';
import { vendorById } from '../vendors/all.ts';
import { findLogIn } from '../vendors/find-log-in.ts';

/** Draws for an approved phone what the site wants phones to have and it has not; else the same object. */
export function drawPhoneSecrets(device: Device, site: Site, now: number): Device {
  if (device.state !== 'approved') return device;
  const wantsConsole = site.consolePasswordPolicy === 'random' && device.consolePasswords === null;
  const wantsLogin = device.login === null && logsIn(device, site);
  if (!wantsConsole && !wantsLogin) return device;
  return {
    ...device,
    ...(wantsConsole && { consolePasswords: drawConsolePasswords() }),
    ...(wantsLogin && { login: drawLogin(now, null) }),
  };
}

function drawConsolePasswords(): NonNullable<Device['consolePasswords']> {
  return { admin: new Secret(drawPassword()), user: new Secret(drawPassword()) };
}

/** Does the site want this phone to log in, and can it? */
export function logsIn({ vendorId }: Pick<Device, 'vendorId'>, { trust }: Pick<Site, 'trust'>): boolean {
  const vendor = vendorId === null ? undefined : vendorById(vendorId);
  return vendor !== undefined && findLogIn(vendor, trust.phoneLogin) !== undefined;
}
