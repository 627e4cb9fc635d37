import type { Result } from '../core/result.ts';
import { DESCRIPTION_PREFIX } from './expand-mappings.ts';
import { isRemovable } from './find-holder.ts';
import type { GatewayError, GatewayMapping } from './gateway.ts';
import type { KeeperPlan, LeavingMapping, PlannedMapping } from './keeper-plan.ts';
import { isSilence, planAfterAnswer, planAfterSilence } from './plan-contact.ts';
import { withoutMade } from './plan-mapped.ts';
import { describeWanted, END_OF_ROUND, isSameKey, isSameMapping, withMapping, withNote } from './plan-parts.ts';
import { retryDelay, SLOW_RETRY_MS } from './reaction.ts';

/** Refusals after which an entry that nobody wants is left to the router: about three hours. */
const MOST_REFUSALS = 20;

/** Refusals that are tried again soon. */
const QUICK_REFUSALS = 4;

/** Times that a router's table is asked for before it is left unread. */
const MOST_SWEEPS = 3;

/** More than a hand's table would hold; each of the oldest has a lease that ends, or a router that is gone. */
const MOST_LEAVING = 256;

/** Our own old entry was to make room. Whether it did, the next request tells. */
export function planAfterClear(
  plan: KeeperPlan,
  m: PlannedMapping,
  result: Result<null, GatewayError>,
  now: number,
): KeeperPlan {
  if (!result.ok && isSilence(result.problem))
    return planAfterSilence(withMapping(plan, m.wanted, END_OF_ROUND), result.problem, now);
  const answered = planAfterAnswer(plan, now);
  const cleared = result.ok ? withoutMade(answered, m.wanted) : answered;
  return withMapping(cleared, m.wanted, { step: 'add', dueAt: now, clearing: null, isCleared: true });
}

/** Is it still there, and still ours? */
export function planAfterLookAtLeaving(
  plan: KeeperPlan,
  leaving: LeavingMapping,
  result: Result<GatewayMapping | null, GatewayError>,
  now: number,
): KeeperPlan {
  if (!result.ok) return planAfterRefusal(plan, leaving, result.problem, now);
  const answered = planAfterAnswer(plan, now);
  const entry = result.value;
  const isStill = entry !== null && isSameMapping(entry, leaving.request) && isRemovable(answered, entry, now);
  if (!isStill) return withoutLeaving(withoutMade(answered, leaving.request), leaving);
  return withLeaving(answered, leaving, { step: 'remove', dueAt: now });
}

export function planAfterRemove(
  plan: KeeperPlan,
  leaving: LeavingMapping,
  result: Result<null, GatewayError>,
  now: number,
): KeeperPlan {
  if (!result.ok) return planAfterRefusal(plan, leaving, result.problem, now);
  const gone = withoutLeaving(withoutMade(planAfterAnswer(plan, now), leaving.request), leaving);
  const facts = { event: 'upnp.unmapped', ...describeWanted(leaving.request) };
  return withNote(gone, { level: 'info', facts, message: 'a port is closed' });
}

function planAfterRefusal(plan: KeeperPlan, leaving: LeavingMapping, error: GatewayError, now: number): KeeperPlan {
  if (isSilence(error)) return planAfterSilence(withLeaving(plan, leaving, { step: 'look' }), error, now);
  const answered = planAfterAnswer(plan, now);
  const failures = leaving.failures + 1;
  if (failures >= MOST_REFUSALS) {
    const facts = { event: 'upnp.unmap-failed', ...describeWanted(leaving.request) };
    const message = 'the router does not let go of a mapping of ours: delete it there';
    return withNote(withoutLeaving(answered, leaving), { level: 'warn', facts, message });
  }
  const pause = failures <= QUICK_REFUSALS ? retryDelay(leaving.failures) : SLOW_RETRY_MS;
  return withLeaving(answered, leaving, { step: 'look', failures, dueAt: now + pause });
}

/** Our own old entries that nobody wants any more: from before a crash, without a lease that would end them. */
export function planAfterSweep(
  plan: KeeperPlan,
  result: Result<readonly GatewayMapping[], GatewayError>,
  now: number,
): KeeperPlan {
  const { gateway, sweep } = plan;
  if (gateway === null) return plan;
  const tries = sweep.tries + 1;
  if (!result.ok && isSilence(result.problem) && tries < MOST_SWEEPS)
    return planAfterSilence({ ...plan, sweep: { ...sweep, tries, dueAt: now + SLOW_RETRY_MS } }, result.problem, now);
  const doneFor = [...sweep.doneFor, gateway.id].slice(-16);
  const done = { ...planAfterAnswer(plan, now), sweep: { tries, dueAt: null, doneFor } };
  if (!result.ok) return done;
  const leftovers = result.value
    .filter((e) => e.description.startsWith(DESCRIPTION_PREFIX) && e.internalClient === gateway.localAddress)
    .filter(
      (e) =>
        ![...plan.mappings.map((m) => m.wanted), ...plan.leaving.map((l) => l.request)].some((w) => isSameKey(w, e)),
    );
  if (leftovers.length === 0) return done;
  const leaving = leftovers.map((entry) => toLeaving(entry, gateway.id, now));
  const facts = { event: 'upnp.leftover-found', count: leftovers.length, id: gateway.id };
  const message = 'the router still has ports open that are no longer wanted: they are closed';
  return withNote(
    { ...done, leaving: [...done.leaving, ...leaving].slice(-MOST_LEAVING) },
    { level: 'info', facts, message },
  );
}

/** It is ours, and is to go. */
export function withLeavingEntry(plan: KeeperPlan, entry: GatewayMapping, now: number): KeeperPlan {
  if (plan.gateway === null || plan.leaving.some(({ request }) => isSameMapping(request, entry))) return plan;
  return { ...plan, leaving: [...plan.leaving, toLeaving(entry, plan.gateway.id, now)].slice(-MOST_LEAVING) };
}

function toLeaving(entry: GatewayMapping, gatewayId: string, now: number): LeavingMapping {
  const { protocol, externalPort, internalClient, internalPort, description, leaseSeconds } = entry;
  const request = { protocol, externalPort, internalClient, internalPort, description, leaseSeconds };
  const expiresAt = leaseSeconds > 0 ? now + leaseSeconds * 1000 : null;
  return { gatewayId, request, step: 'look', dueAt: now, failures: 0, expiresAt };
}

function withLeaving(plan: KeeperPlan, leaving: LeavingMapping, patch: Partial<LeavingMapping>): KeeperPlan {
  return {
    ...plan,
    leaving: plan.leaving.map((l) => (isSameMapping(l.request, leaving.request) ? { ...l, ...patch } : l)),
  };
}

function withoutLeaving(plan: KeeperPlan, leaving: LeavingMapping): KeeperPlan {
  return { ...plan, leaving: plan.leaving.filter((l) => !isSameMapping(l.request, leaving.request)) };
}
