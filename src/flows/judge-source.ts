import { decideSource, readSourceRules, type SourceDecision } from '../core/decide-source.ts';
import type { QuarantineEntry } from '../core/quarantine.ts';
import type { TrustSettings } from '../core/trust.ts';
import type { LanDoors } from './doors.ts';
import type { Quarantine } from './quarantine.ts';

/** What happens to what comes from an address: by the rules, and by quarantine. */
export interface SourceJudgement {
  readonly sip: SourceDecision;
  readonly http: SourceDecision;
  /** Null: not in quarantine at any door. */
  readonly quarantine: QuarantineEntry | null;
}

/** `trust`: rules to be tried; they need not be those of the site. */
export type JudgeSource = (address: string, trust: Pick<TrustSettings, 'rules' | 'routedNetworks'>) => SourceJudgement;

export function createSourceJudge(
  lan: Pick<LanDoors, 'isOnLink' | 'isOwnAddress'>,
  quarantine: Pick<Quarantine, 'find'>,
): JudgeSource {
  return (address, trust) => {
    const rules = readSourceRules(trust);
    const place = { isOwn: lan.isOwnAddress(address), isOnLink: lan.isOnLink(address) };
    return {
      sip: decideSource(rules, address, 'sip', place),
      http: decideSource(rules, address, 'http', place),
      // By SIP every reason keeps out, but for approved phones; the log-in has reasons of its own.
      quarantine: quarantine.find(address, 'http') ?? quarantine.find(address, 'sip') ?? null,
    };
  };
}
