import type { Result } from '../core/result.ts';
import type { GatewayError, GatewayStatus } from './gateway.ts';
import type { KeeperPlan } from './keeper-plan.ts';
import { isSilence, planAfterAnswer, planAfterSilence, raiseAlarm } from './plan-contact.ts';
import { markReboot } from './plan-search.ts';
import { SLOW_RETRY_MS } from './reaction.ts';

/** Ms to the second look at a new address: it counts when it was seen twice. */
const CONFIRM_MS = 2_000;

/** Ms that an uptime may lag behind: it is told in whole seconds, and calls take time. */
const UPTIME_SLACK_MS = 10_000;

export function planAfterStatus(
  plan: KeeperPlan,
  result: Result<GatewayStatus, GatewayError>,
  now: number,
): KeeperPlan {
  const { status } = plan;
  const next = plan.pollMs > 0 ? now + plan.pollMs : null;
  if (!result.ok) {
    const { problem } = result;
    if (isSilence(problem))
      return planAfterSilence({ ...plan, status: { ...status, error: problem, dueAt: next } }, problem, now);
    // A router that does not know the question is not asked each minute for years.
    const isForEver = problem.kind === 'unsupported' || (problem.kind === 'upnp' && problem.code === 401);
    const dueAt = next !== null && isForEver ? Math.max(next, now + SLOW_RETRY_MS) : next;
    return planAfterAnswer({ ...plan, status: { ...status, error: problem, dueAt } }, now);
  }
  const value = result.value;
  const isNew = value.externalAddress !== null && value.externalAddress !== (status.value?.externalAddress ?? null);
  // One confirmation only: a router whose address changes with each answer must not be asked without end.
  const confirms = isNew && !status.isConfirmed && next !== null;
  const dueAt = confirms ? Math.min(now + CONFIRM_MS, next) : next;
  const after = planAfterAnswer(
    { ...plan, status: { value, readAt: now, error: null, dueAt, isConfirmed: confirms } },
    now,
  );
  return hasRestarted(plan, value, now) ? raiseAlarm(markReboot(after, now), now) : after;
}

/**
 * Less uptime than before, or less than has passed since: it began after our last question. A counter that stands still tells
 * nothing. For NAT-PMP and PCP it is the epoch (RFC 6886 3.6, RFC 6887 8.5).
 */
function hasRestarted({ status }: KeeperPlan, { uptimeSeconds }: GatewayStatus, now: number): boolean {
  const before = status.value?.uptimeSeconds ?? null;
  if (before === null || uptimeSeconds === null || status.readAt === null || uptimeSeconds === before) return false;
  return uptimeSeconds < before || uptimeSeconds * 1000 < now - status.readAt - UPTIME_SLACK_MS;
}
