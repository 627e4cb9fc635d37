import type { KeeperPlan } from './keeper-plan.ts';
import type { GatewayHint } from './parse-notice.ts';
import { lookAtAll, raiseAlarm } from './plan-contact.ts';
import { markReboot } from './plan-search.ts';

/** Ms. After one hint many follow: a root device announces each of its services. */
const HINT_DELAY_MS = 1_000;

/** Ms between two searches that hints cause. */
const HINT_SEARCH_PAUSE_MS = 15_000;

/** Anybody on the LAN can send one, so it moves a question forward, within limits, and is never believed. */
export function planAfterHint(plan: KeeperPlan, hint: GatewayHint, now: number): KeeperPlan {
  const { gateway, contact } = plan;
  if (gateway === null) return hint.kind === 'byebye' ? plan : searchAfterHint(plan, now);
  if (hint.address !== gateway.address) return plan;
  if (hint.kind === 'byebye') return hint.usn.startsWith(gateway.id) ? raiseAlarm(plan, now) : plan;
  // Another device at the router's address has a boot id of its own.
  const isNews = hint.usn.startsWith(gateway.id) && hint.bootId !== null && hint.bootId !== gateway.bootId;
  if (isNews && gateway.bootId !== null)
    return raiseAlarm(markReboot({ ...plan, gateway: { ...gateway, bootId: hint.bootId } }, now), now);
  // It speaks again: the pause after a silence may end, once per failed call.
  return contact.quietUntil > now + HINT_DELAY_MS
    ? { ...plan, contact: { ...contact, quietUntil: now + HINT_DELAY_MS } }
    : plan;
}

function searchAfterHint(plan: KeeperPlan, now: number): KeeperPlan {
  const { search } = plan;
  // Nobody needs a router: then one that shows itself is no reason to look.
  if (search.dueAt === null) return plan;
  const at = Math.max(now + HINT_DELAY_MS, (search.endedAt ?? Number.NEGATIVE_INFINITY) + HINT_SEARCH_PAUSE_MS);
  return { ...plan, search: { ...search, dueAt: Math.min(search.dueAt, at) } };
}

/** Ms. Who presses the button during a search wants its result. */
const SAME_SEARCH_MS = 2_000;

/** A person wants it now. */
export function planSearchNow(plan: KeeperPlan, now: number): KeeperPlan {
  const { endedAt } = plan.search;
  if (plan.start === null || (endedAt !== null && now - endedAt < SAME_SEARCH_MS)) return plan;
  const search = { ...plan.search, dueAt: now, misses: 0 };
  return { ...plan, search, contact: { ...plan.contact, quietUntil: now } };
}

/** A person wants every mapping renewed now. */
export function planRenewNow(plan: KeeperPlan, now: number): KeeperPlan {
  const looked = lookAtAll({ ...plan, contact: { ...plan.contact, quietUntil: now } }, now);
  if (plan.gateway === null) return plan;
  return {
    ...looked,
    mappings: looked.mappings.map((m) => ({ ...m, renewAt: m.state === 'mapped' ? now : m.renewAt })),
  };
}

/** The settings were saved: what was given up is tried again. */
export function planRetryRefused(plan: KeeperPlan, now: number): KeeperPlan {
  if (plan.gateway === null) return plan;
  const isStuck = (state: string) => state === 'refused' || state === 'conflict' || state === 'failing';
  return { ...plan, mappings: plan.mappings.map((m) => (isStuck(m.state) ? { ...m, dueAt: now } : m)) };
}
