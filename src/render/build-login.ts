import type { Device } from '../core/device.ts';
import type { Site } from '../core/site.ts';
import { findLogIn } from '../vendors/find-log-in.ts';
import type { Vendor } from '../vendors/vendor.ts';
import type { PhoneView } from './phone-view.ts';

/** What the phone logs in with, where the site wants that and its make can. */
export function buildLogin(
  vendor: Vendor,
  { trust }: Pick<Site, 'trust'>,
  { mac }: Pick<Device, 'mac'>,
  login: Device['login'],
): Pick<PhoneView['provisioning'], 'loginUser' | 'loginPassword'> {
  if (login === null || findLogIn(vendor, trust.phoneLogin) === undefined) return { loginUser: '', loginPassword: '' };
  return { loginUser: mac, loginPassword: login.password.reveal() };
}
