import type { MappingRequest } from './gateway.ts';
import type { KeeperAction, KeeperPlan, LeavingMapping, PlannedMapping } from './keeper-plan.ts';

/** Seconds. Long enough that half of it survives a router's bad quarter of an hour, short enough to heal after our crash. */
export const LEASE_SECONDS = 3_600;

/**
 * The one thing to do next, or how long to rest. One at a time: small routers are single-threaded. A search first, then what
 * must go away, the status, the mappings by their time, and what may wait.
 */
export function planNextAction(plan: KeeperPlan, now: number): KeeperAction {
  const { start, search, gateway, contact, status, sweep } = plan;
  const dueTimes: number[] = [];
  const isDue = (at: number | null): boolean => {
    if (at !== null && at > now) dueTimes.push(at);
    return at !== null && at <= now;
  };

  if (start !== null && isDue(search.dueAt)) return { do: 'search', start };
  if (gateway === null) return rest(dueTimes);
  if (contact.quietUntil > now) return rest([...dueTimes, contact.quietUntil]);

  const leaving = plan.leaving.find(({ gatewayId, dueAt }) => gatewayId === gateway.id && isDue(dueAt));
  if (leaving !== undefined) return actOnLeaving(plan, leaving);
  if (isDue(status.dueAt)) return { do: 'read-status' };
  const next = plan.mappings.filter((m) => isDue(m.dueAt)).sort((a, b) => rank(a) - rank(b))[0];
  if (next !== undefined) return actOnMapping(plan, next);
  return isDue(sweep.dueAt) ? { do: 'sweep' } : rest(dueTimes);
}

/** What was begun is brought to its end before the next one begins. */
function rank({ step, dueAt }: PlannedMapping): number {
  return step === 'look' ? (dueAt ?? 0) : Number.NEGATIVE_INFINITY;
}

function rest(dueTimes: readonly number[]): KeeperAction {
  return { do: 'rest', until: dueTimes.length === 0 ? null : Math.min(...dueTimes) };
}

function actOnMapping(plan: KeeperPlan, m: PlannedMapping): KeeperAction {
  const target = { of: 'mapping', request: m.wanted } as const;
  if (m.step === 'clear' && m.clearing !== null) {
    const { protocol, externalPort, internalClient, internalPort, description, leaseSeconds } = m.clearing;
    const request = { protocol, externalPort, internalClient, internalPort, description, leaseSeconds };
    return { do: 'remove', target, request };
  }
  if (m.step === 'look' && m.isDisputed && !plan.contact.canFind) return { do: 'list', target };
  if (m.step === 'add' || !plan.contact.canFind) return { do: 'add', target, request: requestFor(plan, m) };
  return { do: 'find', target };
}

/** Without a lease only where the router insists; to PCP and NAT-PMP a lease of 0 would mean "delete" (RFC 6887 11.2.1, RFC 6886 3.4). */
function requestFor({ gateway, permanentOnly }: KeeperPlan, m: PlannedMapping): MappingRequest {
  const isPermanent = gateway?.kind === 'igd' && (m.asksPermanent || permanentOnly.includes(gateway.id));
  return { ...m.wanted, leaseSeconds: isPermanent ? 0 : LEASE_SECONDS };
}

/** Never removed unseen: only PCP and NAT-PMP, which cannot be asked, delete nothing but the asker's own (RFC 6887 15, RFC 6886 3.4). */
function actOnLeaving({ contact, gateway }: KeeperPlan, { request, step }: LeavingMapping): KeeperAction {
  const target = { of: 'leaving', request } as const;
  if (step === 'remove' || gateway?.kind !== 'igd') return { do: 'remove', target, request };
  return contact.canFind ? { do: 'find', target } : { do: 'list', target };
}
