import { findNetworkFault } from './check-filter-rules.ts';
import type { PhoneLogin, TrustSettings } from './trust.ts';
import type { TrustFault } from './trust-fault.ts';

/** A week: a window that is open longer seals nothing. */
export const LONGEST_HAND_OVER_MINUTES = 10_080;

/** A company has a network per site; more are written as fewer, larger ones. */
export const MOST_ROUTED_NETWORKS = 50;

export const PHONE_LOGINS: readonly PhoneLogin[] = ['none', 'basic', 'digest'];

/** Who may fetch, from where, and for how long. */
export function checkAccess({
  handOverMinutes: minutes,
  routedNetworks,
  phoneLogin,
}: Pick<TrustSettings, 'handOverMinutes' | 'routedNetworks' | 'phoneLogin'>): readonly TrustFault[] {
  const faults: TrustFault[] = [];
  if (!Number.isInteger(minutes) || minutes < 0 || minutes > LONGEST_HAND_OVER_MINUTES) {
    const wanted = `0 for at any time, or minutes, 1-${LONGEST_HAND_OVER_MINUTES}`;
    faults.push({ where: 'handOverMinutes', kind: 'number', saw: String(minutes), wanted });
  }
  if (!PHONE_LOGINS.includes(phoneLogin)) {
    faults.push({ where: 'phoneLogin', kind: 'name', saw: phoneLogin, wanted: `one of ${PHONE_LOGINS.join(', ')}` });
  }
  if (routedNetworks.length > MOST_ROUTED_NETWORKS) {
    const wanted = `${MOST_ROUTED_NETWORKS} networks at most`;
    return [...faults, { where: 'routedNetworks', kind: 'number', saw: String(routedNetworks.length), wanted }];
  }
  for (const [index, network] of routedNetworks.entries()) {
    const fault = findNetworkFault(network);
    if (fault !== undefined) faults.push({ where: `routedNetworks.${index}`, ...fault });
  }
  return faults;
}
