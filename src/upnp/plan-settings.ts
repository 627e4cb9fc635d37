import type { PortMapping } from '../core/internet.ts';
import type { SearchStart } from './choose-search-start.ts';
import { expandMappings } from './expand-mappings.ts';
import type { KeeperPlan, LeavingMapping, PlannedMapping } from './keeper-plan.ts';
import type { WantedMapping } from './keeper-state.ts';
import { loseGateway } from './plan-contact.ts';
import { END_OF_ROUND, isSameKey, isSameMapping, NOT_OPEN } from './plan-parts.ts';

export interface KeeperWishes {
  /** None while mapping is switched off. */
  readonly rows: readonly PortMapping[];
  readonly pollMs: number;
  /** Null: the host has no usable interface. */
  readonly start: SearchStart | null;
}

/** What the settings and the host's own address want now. Without a difference nothing changes. */
export function planSettings(plan: KeeperPlan, wishes: KeeperWishes, now: number): KeeperPlan {
  const { pollMs, rows } = wishes;
  const moved = planStart(plan, wishes.start, now);
  const polled = pollMs === moved.pollMs ? moved : withPoll(moved, pollMs, now);
  // The same rows from the same place: the usual case, many times a minute.
  if (moved.start?.localAddress === plan.start?.localAddress && rows === plan.rows) return planNeed(polled, now);
  const own = moved.start?.localAddress ?? moved.lastUsed?.localAddress ?? '0.0.0.0';
  const wanted = expandMappings(rows, own);
  return planNeed(withWanted({ ...polled, rows }, wanted, now), now);
}

function planStart(plan: KeeperPlan, start: SearchStart | null, now: number): KeeperPlan {
  const before = plan.start;
  const hasMoved = before?.localAddress !== start?.localAddress;
  if (!hasMoved && before?.defaultRouter === start?.defaultRouter) return plan;
  const search = { ...plan.search, dueAt: null, misses: 0 };
  // Without a router, `planNeed` says whether one is looked for.
  if (!hasMoved) return { ...plan, start, search: { ...search, dueAt: plan.gateway === null ? null : now } };
  // Behind another router, or behind none: then the old one is no longer the one to wait for.
  const isSameLan = start === null || (start.defaultRouter !== null && start.defaultRouter === plan.lastUsed?.address);
  const lost = loseGateway(
    plan,
    start === null ? 'this host has no usable interface' : 'this host has another address',
    now,
  );
  const state = start === null ? 'none' : 'idle';
  return {
    ...lost,
    start,
    search: { ...search, state, from: start?.localAddress ?? null },
    lastUsed: isSameLan ? plan.lastUsed : null,
    missingSince: null,
    others: [],
    refused: [],
  };
}

function withPoll(plan: KeeperPlan, pollMs: number, now: number): KeeperPlan {
  const dueAt = pollMs === 0 || plan.gateway === null ? null : now;
  return { ...plan, pollMs, status: { ...plan.status, dueAt } };
}

function withWanted(plan: KeeperPlan, wanted: readonly WantedMapping[], now: number): KeeperPlan {
  const mappings = wanted.map((w) => {
    const known = plan.mappings.find((m) => isSameMapping(m.wanted, w));
    return known === undefined ? newMapping(plan, w, now) : { ...known, wanted: w };
  });
  const isWanted = (entry: WantedMapping) => wanted.some((w) => isSameKey(w, entry));
  // Of a port that is wanted again, its own look takes care.
  const stillLeaving = plan.leaving.filter((l) => !isWanted(l.request) && (l.expiresAt === null || l.expiresAt > now));
  const newLeaving = plan.made
    .filter(({ request, expiresAt }) => !isWanted(request) && (expiresAt === null || expiresAt > now))
    .filter(({ request }) => !stillLeaving.some((l) => isSameMapping(l.request, request)))
    .map((made): LeavingMapping => ({ ...made, step: 'look', dueAt: now, failures: 0 }));
  return { ...plan, mappings, leaving: [...stillLeaving, ...newLeaving] };
}

function newMapping({ gateway }: KeeperPlan, wanted: WantedMapping, now: number): PlannedMapping {
  return {
    ...END_OF_ROUND,
    ...NOT_OPEN,
    wanted,
    state: gateway === null ? 'no-gateway' : 'wanted',
    since: now,
    dueAt: gateway === null ? null : now,
    heldBy: null,
    failures: 0,
    error: null,
    told: '',
    restoredAt: null,
  };
}

/** A router is looked for while somebody needs one: a port, the address, or something to take away. */
function planNeed(plan: KeeperPlan, now: number): KeeperPlan {
  const { search, gateway, start } = plan;
  const isNeeded =
    plan.rows.length > 0 || plan.pollMs > 0 || plan.leaving.some((l) => l.expiresAt === null || l.expiresAt > now);
  // One that is due was asked for by a person.
  if (!isNeeded && search.dueAt !== null && search.dueAt > now)
    return { ...plan, search: { ...search, dueAt: null, misses: 0 } };
  const isDue = isNeeded && gateway === null && start !== null && search.dueAt === null;
  return isDue ? { ...plan, search: { ...search, dueAt: now } } : plan;
}
