import { chooseGateway } from './choose-gateway.ts';
import type { SearchStart } from './choose-search-start.ts';
import type { GatewayFacts, RefusedAnswer } from './gateway.ts';
import { EMPTY_CONTACT, type KeeperPlan, type Note } from './keeper-plan.ts';
import { lookAtAll, loseGateway } from './plan-contact.ts';
import { END_OF_ROUND, NOT_OPEN, withNote } from './plan-parts.ts';

/** Ms from one search that found nothing to the next: a router that boots with us needs a minute or two; later a look now and then. */
const SEARCH_BACKOFF_MS = [5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 180_000];
const LONGEST_SEARCH_PAUSE_MS = 300_000;

/** Ms between two searches while the one that is used is second choice: not UPnP, or not the default router. */
const BETTER_SEARCH_MS = 3_600_000;

/** Ms. A router that answered a call that recently is there, even when its answer to the search got lost. */
const FRESH_MS = 90_000;

/** Ms after the first contact until the table is read for our leftovers: what is wanted goes first. */
const SWEEP_DELAY_MS = 15_000;

export interface FoundGateways {
  readonly found: readonly GatewayFacts[];
  readonly refused: readonly RefusedAnswer[];
}

/** The router that is used afterwards is `gateway`, which stands in `found` unless it is the one from before. */
export function planAfterSearch(plan: KeeperPlan, start: SearchStart, result: FoundGateways, now: number): KeeperPlan {
  // The host moved while it was searching: what was found is of yesterday's LAN, and the next search is due already.
  if (plan.start?.localAddress !== start.localAddress || plan.start.defaultRouter !== start.defaultRouter) return plan;
  const lastUsed = plan.lastUsed;
  const missingFor = plan.missingSince === null ? 0 : now - plan.missingSince;
  const { index, isSame, reason } = chooseGateway(result.found, { start, lastUsed, missingFor });
  const chosen = index === null ? undefined : result.found[index];
  const seen: KeeperPlan = {
    ...plan,
    refused: result.refused,
    others: result.found.filter((facts) => facts !== chosen),
    search: { ...plan.search, endedAt: now, from: start.localAddress, dueAt: null },
  };
  if (chosen === undefined) return planAfterMiss(seen, now);
  return isSame && plan.gateway !== null ? keepGateway(seen, chosen, now) : takeGateway(seen, chosen, reason, now);
}

function planAfterMiss(plan: KeeperPlan, now: number): KeeperPlan {
  const { gateway, contact } = plan;
  const isFresh = contact.failures === 0 && contact.answeredAt !== null && now - contact.answeredAt < FRESH_MS;
  if (gateway !== null && isFresh) return lookAtAll({ ...plan, search: { ...plan.search, state: 'found' } }, now);
  const misses = plan.search.misses + 1;
  const pause = SEARCH_BACKOFF_MS[misses - 1] ?? LONGEST_SEARCH_PAUSE_MS;
  const search = { ...plan.search, state: 'none', misses, dueAt: now + pause } as const;
  const missingSince = plan.lastUsed === null ? null : (plan.missingSince ?? now);
  return { ...loseGateway(plan, 'it does not answer a search', now), search, missingSince };
}

/** The one that was used before the search as well. */
function keepGateway(plan: KeeperPlan, facts: GatewayFacts, now: number): KeeperPlan {
  const before = plan.gateway;
  const hasBooted =
    before !== null &&
    ((before.bootId !== null && facts.bootId !== null && before.bootId !== facts.bootId) ||
      (plan.contact.error?.kind === 'refused' && before.location !== facts.location));
  const kept = use(plan, facts, now);
  const looked = lookAtAll({ ...kept, contact: { ...plan.contact, quietUntil: now, canFind: true } }, now);
  return hasBooted ? markReboot(looked, now) : looked;
}

function takeGateway(plan: KeeperPlan, facts: GatewayFacts, reason: string, now: number): KeeperPlan {
  const { lastUsed } = plan;
  const isBack = lastUsed !== null && lastUsed.id === facts.id && lastUsed.address === facts.address;
  const hasBooted = isBack && lastUsed.bootId !== null && facts.bootId !== null && lastUsed.bootId !== facts.bootId;
  const mappings = plan.mappings.map((m) => ({
    ...m,
    ...END_OF_ROUND,
    ...NOT_OPEN,
    ...({ state: 'wanted', dueAt: now, failures: 0, error: null, heldBy: null } as const),
    since: m.state === 'wanted' ? m.since : now,
    told: m.told === 'mapped' ? 'lost' : m.told,
  }));
  const isSwept = plan.sweep.doneFor.includes(facts.id);
  const taken = use({ ...plan, mappings }, facts, now);
  const after = lookAtAll(
    {
      ...taken,
      gatewaySince: now,
      contact: { ...EMPTY_CONTACT, quietUntil: now },
      status: { ...plan.status, ...(isBack ? {} : { value: null, readAt: null }), error: null, isConfirmed: false },
      sweep: { ...plan.sweep, dueAt: isSwept ? null : now + SWEEP_DELAY_MS, tries: 0 },
    },
    now,
  );
  const noted = withNote(after, noteGateway(facts, isBack ? null : lastUsed, reason));
  return hasBooted ? markReboot(noted, now) : noted;
}

function use(plan: KeeperPlan, gateway: GatewayFacts, now: number): KeeperPlan {
  const isSecondChoice = gateway.kind !== 'igd' || (plan.start?.defaultRouter != null && !gateway.isDefaultRouter);
  const dueAt = isSecondChoice ? now + BETTER_SEARCH_MS : null;
  const search = { ...plan.search, state: 'found', misses: 0, dueAt } as const;
  return { ...plan, gateway, lastUsed: gateway, missingSince: null, search };
}

function noteGateway(facts: GatewayFacts, before: GatewayFacts | null, reason: string): Note {
  const { kind, id, address, name, localAddress } = facts;
  const about = { kind, id, address, name, from: localAddress };
  if (before === null)
    return { level: 'info', facts: { event: 'upnp.gateway-found', ...about }, message: 'a router opens ports' };
  const was = { wasId: before.id, wasAddress: before.address, reason: reason || 'this host moved to another LAN' };
  const message = 'another router is used now: check that it is yours';
  return { level: 'warn', facts: { event: 'upnp.gateway-changed', ...about, ...was }, message };
}

/** Ms in which one restart shows by several signs: boot id, uptime, port. */
const SAME_REBOOT_MS = 60_000;

/** Alarms in a row after which a router's word about its uptime is no news any more. */
const MOST_ALARMS = 4;

/** It lost its state, or its Internet connection was new. Said once, and not for ever of a router whose uptime is nonsense. */
export function markReboot(plan: KeeperPlan, now: number): KeeperPlan {
  const { rebootedAt, gateway, search } = plan;
  const isSame = rebootedAt !== null && now - rebootedAt < SAME_REBOOT_MS;
  if (isSame || search.alarms >= MOST_ALARMS) return plan;
  const facts = { event: 'upnp.reboot-seen', id: gateway?.id, address: gateway?.address };
  const message = 'the router restarted, or its Internet connection did: everything is looked at';
  return withNote({ ...plan, rebootedAt: now }, { level: 'info', facts, message });
}
