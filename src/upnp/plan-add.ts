import type { Result } from '../core/result.ts';
import { findHolder } from './find-holder.ts';
import type { GatewayError, GatewayMapping, MappingRequest } from './gateway.ts';
import type { KeeperPlan, PlannedMapping } from './keeper-plan.ts';
import { isSilence, planAfterAnswer } from './plan-contact.ts';
import { planMapped, withMade, withoutMade } from './plan-mapped.ts';
import { withMapping } from './plan-parts.ts';
import { withLeavingEntry } from './plan-removal.ts';
import { planAfterError, planConflict, planTrouble, rememberPermanent } from './plan-trouble.ts';
import { retryDelay, SLOW_RETRY_MS } from './reaction.ts';

/** Seconds that a read lease may differ from the one before and still count as the same. */
const LEASE_SLACK_SECONDS = 5;

/** Of a whole lease: what is read back right after a renewal must reach it, else the renewal did not extend. */
const RENEWED_SHARE = 0.75;

export function planAfterAdd(
  plan: KeeperPlan,
  m: PlannedMapping,
  request: MappingRequest,
  result: Result<{ readonly leaseSeconds: number }, GatewayError>,
  now: number,
  random: number,
): KeeperPlan {
  if (!result.ok) {
    const asked = { ...m, request: { leaseSeconds: request.leaseSeconds, granted: 0 } };
    const after = planAfterError(plan, asked, 'add', result.problem, 'unknown', now);
    return isSilence(result.problem) ? withMade(after, request, now) : after;
  }
  const answered = withMade(planAfterAnswer(plan, now), request, now);
  const granted = grantedLease(request.leaseSeconds, result.value.leaseSeconds);
  const asked = { leaseSeconds: request.leaseSeconds, granted };
  if (!plan.contact.canFind) return planMapped(answered, m, granted, now, random);
  return withMapping(answered, m.wanted, { step: 'read-back', dueAt: now, request: asked });
}

/** The shorter of both; 0 is permanent, or not told. */
function grantedLease(asked: number, told: number): number {
  return told > 0 && (asked === 0 || told < asked) ? told : asked;
}

/** What the request became: routers say yes and do something else. */
export function planReadBack(
  plan: KeeperPlan,
  m: PlannedMapping,
  entry: GatewayMapping | null,
  now: number,
  random: number,
): KeeperPlan {
  const asked = m.request?.leaseSeconds ?? 0;
  const holder = findHolder(plan, m.wanted, entry, now);
  if (entry === null) return planUnkept(plan, m, asked, now);
  // Under the name that was just sent it is no other's entry but what our request became.
  const isWrong = holder === 'old-self' || (holder === 'other' && entry.description === m.wanted.description);
  if (holder === 'other' && !isWrong)
    return planConflict(withoutMade(plan, m.wanted), m, entry.internalClient, null, now);
  if (isWrong || !entry.enabled) {
    if (!m.isCleared) return withMapping(plan, m.wanted, { step: 'clear', clearing: entry, dueAt: now });
    const seen = isWrong ? `leads to ${entry.internalClient}:${entry.internalPort}` : 'is switched off';
    const error = { kind: 'malformed', text: `the router says that the port is open, and its entry ${seen}` } as const;
    const after = planTrouble(plan, m, 'refused', error, now + SLOW_RETRY_MS, now);
    // A port that we opened towards somebody else is closed again.
    return isWrong ? withLeavingEntry(after, entry, now) : after;
  }
  if (!m.isCleared && !wasExtended(m, entry.leaseSeconds, now))
    return withMapping(plan, m.wanted, { step: 'clear', clearing: entry, dueAt: now });
  const proven = m.asksPermanent ? rememberPermanent(plan) : plan;
  return planMapped(proven, m, grantedLease(m.request?.granted ?? asked, entry.leaseSeconds), now, random);
}

/** Some accept a renewal and let the old lease run out. A lease that the router does not tell counts as renewed. */
function wasExtended(m: PlannedMapping, seconds: number, now: number): boolean {
  if (seconds === 0 || m.expiresAt === null || m.leaseSeconds === null || m.state !== 'mapped') return true;
  const before = (m.expiresAt - now) / 1000;
  return seconds > before + LEASE_SLACK_SECONDS || seconds >= m.leaseSeconds * RENEWED_SHARE;
}

/** Accepted and not kept. Old DD-WRT ends every lease at once, so it is tried without one; else its table is full (Linksys). */
function planUnkept(plan: KeeperPlan, m: PlannedMapping, asked: number, now: number): KeeperPlan {
  const clean = withoutMade(plan, m.wanted);
  if (asked > 0 && plan.gateway?.kind === 'igd' && !m.asksPermanent)
    return withMapping(clean, m.wanted, { step: 'add', dueAt: now, asksPermanent: true, request: null });
  const error = { kind: 'upnp', code: 714, text: 'it said yes, and has no such entry' } as const;
  const gone = { ...m, state: m.state === 'mapped' ? 'wanted' : m.state } as const;
  return planTrouble(clean, gone, 'failing', error, now + retryDelay(m.failures), now);
}
