import { describeGatewayError } from './describe-gateway-error.ts';
import type { GatewayError } from './gateway.ts';
import { EMPTY_CONTACT, type KeeperPlan } from './keeper-plan.ts';
import { END_OF_ROUND, NOT_OPEN, withNote } from './plan-parts.ts';
import { retryDelay, SILENT_CALLS } from './reaction.ts';

/** Ms between two searches that nobody asked for. */
const SEARCH_PAUSE_MS = 15_000;

/** Ms. A router that raises alarm upon alarm (a counter that lies, entries that vanish) is searched no more often than that. */
const LONGEST_ALARM_PAUSE_MS = 300_000;

/** Ms without an alarm after which the next one counts as the first. */
const ALARM_MEMORY_MS = 600_000;

/** The errors that are no answer at all: they say something of the router, not of what it was asked. */
export function isSilence(error: GatewayError): boolean {
  return error.kind === 'refused' || error.kind === 'timeout' || error.kind === 'unreachable';
}

/** The router may have restarted: look for it again, at most once per 15 s, and then at everything it should have. */
export function raiseAlarm(plan: KeeperPlan, now: number): KeeperPlan {
  const { search } = plan;
  const isRecent = search.alarmedAt !== null && now - search.alarmedAt < ALARM_MEMORY_MS;
  const alarms = isRecent ? search.alarms : 0;
  const pause = Math.min(SEARCH_PAUSE_MS * 2 ** Math.min(alarms, 10), LONGEST_ALARM_PAUSE_MS);
  const at = Math.max(now, (search.endedAt ?? Number.NEGATIVE_INFINITY) + pause);
  // One that is on its way already is the answer to this alarm too.
  if (search.dueAt !== null && search.dueAt <= at) return plan;
  return { ...plan, search: { ...search, dueAt: at, alarms: alarms + 1, alarmedAt: now } };
}

/** Status and every mapping now, however far off their times are. A round that was under way begins anew with its look. */
export function lookAtAll(plan: KeeperPlan, now: number): KeeperPlan {
  return {
    ...plan,
    status: { ...plan.status, dueAt: plan.pollMs > 0 ? now : null },
    mappings: plan.mappings.map((m) => ({ ...m, ...END_OF_ROUND, dueAt: now })),
    leaving: plan.leaving.map((l) => ({ ...l, dueAt: Math.min(l.dueAt, now) })),
  };
}

/** A call ended without an answer: everything waits, so that a frozen router is not stormed, and the third one is an alarm. */
export function planAfterSilence(plan: KeeperPlan, error: GatewayError, now: number): KeeperPlan {
  const failures = plan.contact.failures + 1;
  const contact = { ...plan.contact, failures, error, quietUntil: now + retryDelay(failures - 1) };
  const isAlarm = error.kind === 'refused' || failures % SILENT_CALLS === 0;
  const after = { ...plan, contact };
  const told = failures === SILENT_CALLS ? withNote(after, noteSilence(plan, error)) : after;
  return isAlarm ? raiseAlarm(told, now) : told;
}

function noteSilence({ gateway }: KeeperPlan, error: GatewayError) {
  const facts = { event: 'upnp.gateway-silent', id: gateway?.id, address: gateway?.address };
  return { level: 'warn', facts, message: describeGatewayError(error).message } as const;
}

/** Any answer counts, a refusal too. What a silence may have cost is looked at after the search that the silence caused. */
export function planAfterAnswer(plan: KeeperPlan, now: number): KeeperPlan {
  return { ...plan, contact: { ...plan.contact, failures: 0, quietUntil: now, answeredAt: now, error: null } };
}

/** Nobody to ask any more. What stands in the router is remembered (`made`), for when it comes back. */
export function loseGateway(plan: KeeperPlan, reason: string, now: number): KeeperPlan {
  const { gateway } = plan;
  const mappings = plan.mappings.map((m) => ({
    ...m,
    ...END_OF_ROUND,
    ...NOT_OPEN,
    ...({ state: 'no-gateway', dueAt: null, heldBy: null, failures: 0, error: null } as const),
    since: m.state === 'no-gateway' ? m.since : now,
    told: m.told === 'mapped' ? 'lost' : m.told,
  }));
  const after: KeeperPlan = {
    ...plan,
    mappings,
    gateway: null,
    gatewaySince: null,
    contact: EMPTY_CONTACT,
    status: { ...plan.status, dueAt: null },
    sweep: { ...plan.sweep, dueAt: null },
  };
  if (gateway === null) return after;
  const facts = { event: 'upnp.gateway-lost', id: gateway.id, address: gateway.address, reason };
  return withNote(after, { level: 'warn', facts, message: 'the router is gone' });
}
