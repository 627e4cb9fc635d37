import type { MappingRequest } from './gateway.ts';
import type { KeeperPlan, MadeMapping, PlannedMapping } from './keeper-plan.ts';
import type { WantedMapping } from './keeper-state.ts';
import { describeWanted, END_OF_ROUND, isSameKey, isSameMapping, withMapping, withNote } from './plan-parts.ts';

/** Ms between two looks at each mapping. Some routers tidy away what was idle; some forget without a sign. */
const CHECK_MS = 300_000;

/** Ms. Where a router cannot be asked for a mapping, it is made anew that often: it costs the same one request. */
const BLIND_CHECK_MS = 600_000;

/** Ms. A lease of seconds is no lease: the port would flap whatever we do, and the router must not be stormed. */
const SHORTEST_RENEWAL_MS = 20_000;

/** Of half the lease, both ways, so that a house of appliances does not ask in one moment. */
const JITTER = 0.1;

/** Ms. Some routers tidy an idle entry away every ten minutes: that it is put back is told once an hour. */
const RESTORED_SILENCE_MS = 3_600_000;

/** More than any router's table holds. */
const MOST_MADE = 512;

/** It is open, as read back or as granted. `leaseSeconds` 0: permanent; else what is left of it. `random` in [0, 1). */
export function planMapped(
  plan: KeeperPlan,
  m: PlannedMapping,
  leaseSeconds: number,
  now: number,
  random: number,
): KeeperPlan {
  const half = leaseSeconds * 500;
  const renewAt =
    leaseSeconds === 0 ? null : now + Math.max(half * (1 - JITTER + 2 * JITTER * random), SHORTEST_RENEWAL_MS);
  const expiresAt = leaseSeconds === 0 ? null : now + leaseSeconds * 1000;
  const kept = { ...m, leaseSeconds, expiresAt, renewAt };
  const since = m.state === 'mapped' ? m.since : now;
  const healthy = { state: 'mapped', since, heldBy: null, failures: 0, error: null, told: 'mapped' } as const;
  const times = { leaseSeconds, expiresAt, renewAt, dueAt: nextCheck(plan, kept, now) };
  const after = withMapping(plan, m.wanted, { ...END_OF_ROUND, ...healthy, ...times });
  if (m.told === 'mapped') return after;
  const facts = { ...describeWanted(m.wanted), leaseSeconds };
  if (m.told === '')
    return withNote(after, { level: 'info', facts: { event: 'upnp.mapped', ...facts }, message: 'a port is open' });
  const level = m.restoredAt !== null && now - m.restoredAt < RESTORED_SILENCE_MS ? 'debug' : 'info';
  const told = level === 'info' ? withMapping(after, m.wanted, { restoredAt: now }) : after;
  return withNote(told, { level, facts: { event: 'upnp.restored', ...facts }, message: 'a port is open again' });
}

/** Seen as it should be, between two renewals. `leaseSeconds`: as the router tells it. */
export function planSeen(plan: KeeperPlan, m: PlannedMapping, leaseSeconds: number, now: number): KeeperPlan {
  const told = leaseSeconds > 0 ? now + leaseSeconds * 1000 : null;
  // A longer lease than planned is not believed; one that got shorter is.
  const isShorter = told !== null && (m.expiresAt === null || told < m.expiresAt - CHECK_SLACK_MS);
  const expiresAt = isShorter ? told : m.expiresAt;
  const renewAt = isShorter
    ? Math.min(m.renewAt ?? Number.POSITIVE_INFINITY, now + Math.max(leaseSeconds * 500, SHORTEST_RENEWAL_MS))
    : m.renewAt;
  const kept = { ...m, expiresAt, renewAt };
  const dueAt = nextCheck(plan, kept, now);
  return withMapping(plan, m.wanted, { ...END_OF_ROUND, expiresAt, renewAt, dueAt });
}

/** Ms. Routers tell whole seconds, and some count in steps of ten. */
const CHECK_SLACK_MS = 30_000;

function nextCheck({ contact }: KeeperPlan, { renewAt }: PlannedMapping, now: number): number {
  return Math.min(now + (contact.canFind ? CHECK_MS : BLIND_CHECK_MS), renewAt ?? Number.POSITIVE_INFINITY);
}

/** It stands in the router by our hand now, or it may: an unanswered request counts too. */
export function withMade(plan: KeeperPlan, request: MappingRequest, now: number): KeeperPlan {
  if (plan.gateway === null) return plan;
  const expiresAt = request.leaseSeconds === 0 ? null : now + request.leaseSeconds * 1000;
  const entry: MadeMapping = { gatewayId: plan.gateway.id, request, expiresAt };
  const others = plan.made.filter(
    (made) =>
      !(made.gatewayId === entry.gatewayId && isSameMapping(made.request, request)) &&
      (made.expiresAt === null || made.expiresAt > now),
  );
  return { ...plan, made: [...others, entry].slice(-MOST_MADE) };
}

/** No entry of ours stands at this port of the present router. */
export function withoutMade(plan: KeeperPlan, wanted: Pick<WantedMapping, 'protocol' | 'externalPort'>): KeeperPlan {
  const id = plan.gateway?.id;
  return { ...plan, made: plan.made.filter((m) => m.gatewayId !== id || !isSameKey(m.request, wanted)) };
}
