import type { KeeperPlan, PlannedMapping } from './keeper-plan.ts';
import type { KeeperState, KeptMapping } from './keeper-state.ts';

/** What pages and the API see. `toWall` makes ms since 1970 of the plan's times. */
export function buildKeeperState(plan: KeeperPlan, now: number, toWall: (at: number) => number): KeeperState {
  const { search, gateway, others, refused, status } = plan;
  const wall = (at: number | null) => (at === null ? null : toWall(at));
  return {
    search: { state: search.state, at: wall(search.endedAt), from: search.from },
    gateway,
    gatewaySince: wall(plan.gatewaySince),
    others,
    refused,
    status: status.value,
    statusAt: wall(status.readAt),
    statusError: status.error,
    onlyPermanent: gateway !== null && plan.permanentOnly.includes(gateway.id),
    rebootedAt: wall(plan.rebootedAt),
    mappings: plan.mappings.map((m) => buildMapping(plan, m, now, wall)),
  };
}

function buildMapping(
  { contact }: KeeperPlan,
  m: PlannedMapping,
  now: number,
  wall: (at: number | null) => number | null,
): KeptMapping {
  // While the router is silent nobody comes to end a lease, but the router does.
  const isOver = m.state === 'mapped' && m.expiresAt !== null && m.expiresAt <= now;
  const nextAt = m.dueAt === null ? null : Math.max(m.dueAt, contact.quietUntil);
  return {
    wanted: m.wanted,
    state: isOver ? 'failing' : m.state,
    since: wall(isOver ? m.expiresAt : m.since) ?? 0,
    heldBy: m.heldBy,
    leaseSeconds: isOver ? null : m.leaseSeconds,
    expiresAt: isOver ? null : wall(m.expiresAt),
    nextAt: wall(nextAt),
    error: m.error ?? (isOver ? contact.error : null),
  };
}
