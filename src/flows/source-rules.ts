import { decideSource, readSourceRules, type SourceDecision, type SourceProtocol } from '../core/decide-source.ts';
import type { TrustSettings } from '../core/trust.ts';
import type { LanDoors } from './doors.ts';
import type { Office } from './office.ts';

/** What the site's rules say of an address now. */
export type SourceRulesDoor = (address: string, protocol: SourceProtocol) => SourceDecision;

/** Follows the site: its rules are read anew when they are other ones. Cheap enough to be asked for each datagram. */
export function createSourceRules(
  office: Pick<Office, 'site'>,
  lan: Pick<LanDoors, 'isOnLink' | 'isOwnAddress'>,
): SourceRulesDoor {
  let trust: TrustSettings | undefined;
  let rules = readSourceRules({ rules: [], routedNetworks: [] });
  return (address, protocol) => {
    const now = office.site().trust;
    if (now !== trust) {
      trust = now;
      rules = readSourceRules(now);
    }
    return decideSource(rules, address, protocol, {
      isOwn: lan.isOwnAddress(address),
      isOnLink: lan.isOnLink(address),
    });
  };
}
