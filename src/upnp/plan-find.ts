import type { Result } from '../core/result.ts';
import { findHolder, isRemovable } from './find-holder.ts';
import type { GatewayError, GatewayMapping } from './gateway.ts';
import type { KeeperPlan, PlannedMapping } from './keeper-plan.ts';
import { planReadBack } from './plan-add.ts';
import { isSilence, planAfterAnswer, raiseAlarm } from './plan-contact.ts';
import { planMapped, planSeen, withMade, withoutMade } from './plan-mapped.ts';
import { NOT_OPEN, withMapping } from './plan-parts.ts';
import { planAfterError, planConflict } from './plan-trouble.ts';
import { reactToError } from './react-to-error.ts';

/** Who has the port was asked, for a look or to read back what was made. `random` in [0, 1). */
export function planAfterFind(
  plan: KeeperPlan,
  m: PlannedMapping,
  result: Result<GatewayMapping | null, GatewayError>,
  now: number,
  random: number,
): KeeperPlan {
  if (!result.ok) {
    if (isNoEntry(result.problem)) return planAfterFind(plan, m, { ok: true, value: null }, now, random);
    const after = planAfterError(plan, m, 'find', result.problem, 'unknown', now);
    if (after.contact.canFind || isSilence(result.problem)) return after;
    // This router never tells: what it granted must do, and 718 without a name is a conflict.
    if (m.step === 'read-back' && m.request !== null) return planMapped(after, m, m.request.granted, now, random);
    return m.isDisputed ? planConflict(after, m, null, m.error, now) : after;
  }
  const answered = planAfterAnswer(plan, now);
  const entry = result.value;
  if (m.step === 'read-back') return planReadBack(answered, m, entry, now, random);
  const holder = findHolder(answered, m.wanted, entry, now);
  if (entry === null || holder === 'nobody') return planFree(answered, m, now);
  if (holder === 'other') return planConflict(withoutMade(answered, m.wanted), m, entry.internalClient, m.error, now);
  return holder === 'us' ? planOwn(answered, m, entry, now, random) : planOldSelf(answered, m, entry, now);
}

function isNoEntry(error: GatewayError): boolean {
  const around = { gatewayKind: 'igd', asked: 'find', failures: 0, leaseSeconds: 0 } as const;
  return reactToError(error, { ...around, holder: 'unknown', isForAnother: false }).do === 'no-entry';
}

function planFree(plan: KeeperPlan, m: PlannedMapping, now: number): KeeperPlan {
  const clean = withoutMade(plan, m.wanted);
  // 718 for a port that nobody has: planAfterError knows what the router may mean.
  if (m.isDisputed && m.error !== null) return planAfterError(clean, m, 'add', m.error, 'nobody', now);
  const adding = withMapping(clean, m.wanted, { step: 'add', dueAt: now });
  if (m.state !== 'mapped') return adding;
  const lost = withMapping(adding, m.wanted, { ...NOT_OPEN, state: 'wanted', since: now, told: 'lost' });
  const isExpired = m.expiresAt !== null && m.expiresAt <= now;
  return isExpired ? lost : raiseAlarm(lost, now);
}

function planOwn(plan: KeeperPlan, m: PlannedMapping, entry: GatewayMapping, now: number, random: number): KeeperPlan {
  const isOurs = isRemovable(plan, entry, now);
  if (m.isDisputed || !entry.enabled) {
    // It will not renew our own entry, or a person switched it off: delete and add; what he made by hand stays his.
    if (isOurs && !m.isCleared) return planClear(plan, m, entry, now);
    if (!entry.enabled) return withMapping(plan, m.wanted, { step: 'add', dueAt: now });
  }
  const isDue = m.state !== 'mapped' || (m.renewAt !== null && m.renewAt <= now);
  if (!isDue) return planSeen(plan, m, entry.leaseSeconds, now);
  // One without a lease that is not ours by name was made by hand: open, and left as it is.
  if (entry.leaseSeconds === 0 && !isOurs) return planMapped(plan, m, 0, now, random);
  const isAdopted = m.state !== 'mapped' && entry.leaseSeconds > 0;
  if (isAdopted) {
    const request = { ...m.wanted, leaseSeconds: entry.leaseSeconds };
    return planMapped(isOurs ? withMade(plan, request, now) : plan, m, entry.leaseSeconds, now, random);
  }
  return withMapping(plan, m.wanted, { step: 'add', dueAt: now });
}

/** We had another address then, or other settings. Where it cannot be deleted, the new request decides. */
function planOldSelf(plan: KeeperPlan, m: PlannedMapping, entry: GatewayMapping, now: number): KeeperPlan {
  if (!m.isCleared) return planClear(plan, m, entry, now);
  if (m.isDisputed) return planConflict(plan, m, entry.internalClient, m.error, now);
  return withMapping(plan, m.wanted, { step: 'add', dueAt: now });
}

export function planClear(plan: KeeperPlan, m: PlannedMapping, entry: GatewayMapping, now: number): KeeperPlan {
  return withMapping(plan, m.wanted, { step: 'clear', clearing: entry, dueAt: now, isDisputed: false });
}
