import type { LogInScheme, PhoneLogin } from '../core/trust.ts';
import type { Vendor } from './vendor.ts';

/** How phones of this make are asked to log in, where the site wants that; undefined: not at all. */
export function findLogIn({ logIns }: Pick<Vendor, 'logIns'>, wanted: PhoneLogin): LogInScheme | undefined {
  return logIns.find((scheme) => scheme === wanted);
}
