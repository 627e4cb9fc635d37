import { ok, type Result } from '../core/result.ts';
import type { SearchStart } from './choose-search-start.ts';
import type { GatewayError, GatewayMapping, GatewayStatus, MappingRequest } from './gateway.ts';
import type { KeeperPlan, MappingTarget } from './keeper-plan.ts';
import { planAfterAdd } from './plan-add.ts';
import { planAfterFind } from './plan-find.ts';
import { isSameKey, isSameMapping } from './plan-parts.ts';
import { planAfterClear, planAfterLookAtLeaving, planAfterRemove, planAfterSweep } from './plan-removal.ts';
import { type FoundGateways, planAfterSearch } from './plan-search.ts';
import { planAfterStatus } from './plan-status.ts';

type Answer<T> = { readonly result: Result<T, GatewayError> };
type AboutOne = { readonly target: MappingTarget };

/** An action, and what came of it. */
export type KeeperOutcome =
  | { readonly do: 'search'; readonly start: SearchStart; readonly result: FoundGateways }
  | ({ readonly do: 'read-status' } & Answer<GatewayStatus>)
  | ({ readonly do: 'sweep' } & Answer<readonly GatewayMapping[]>)
  | ({ readonly do: 'find' } & AboutOne & Answer<GatewayMapping | null>)
  | ({ readonly do: 'list' } & AboutOne & Answer<readonly GatewayMapping[]>)
  | ({ readonly do: 'add'; readonly request: MappingRequest } & AboutOne & Answer<{ readonly leaseSeconds: number }>)
  | ({ readonly do: 'remove' } & AboutOne & Answer<null>);

/** The plan once an action has ended. `random` in [0, 1), for the jitter of renewals. */
export function planAfterOutcome(plan: KeeperPlan, outcome: KeeperOutcome, now: number, random: number): KeeperPlan {
  switch (outcome.do) {
    case 'search':
      return planAfterSearch(plan, outcome.start, outcome.result, now);
    case 'read-status':
      return planAfterStatus(plan, outcome.result, now);
    case 'sweep':
      return planAfterSweep(plan, outcome.result, now);
    default:
      return outcome.target.of === 'leaving'
        ? planAfterLeavingCall(plan, outcome, now)
        : planAfterMappingCall(plan, outcome, now, random);
  }
}

type CallOutcome = Extract<KeeperOutcome, AboutOne>;

function planAfterMappingCall(plan: KeeperPlan, outcome: CallOutcome, now: number, random: number): KeeperPlan {
  const planned = plan.mappings.find(({ wanted }) => isSameMapping(wanted, outcome.target.request));
  if (planned === undefined) return plan;
  switch (outcome.do) {
    case 'find':
      return planAfterFind(plan, planned, outcome.result, now, random);
    case 'add':
      return planAfterAdd(plan, planned, outcome.request, outcome.result, now, random);
    case 'remove':
      return planAfterClear(plan, planned, outcome.result, now);
    case 'list':
      return planAfterFind(plan, planned, pickEntry(outcome), now, random);
    default:
      return outcome satisfies never;
  }
}

function planAfterLeavingCall(plan: KeeperPlan, outcome: CallOutcome, now: number): KeeperPlan {
  const leaving = plan.leaving.find(({ request }) => isSameMapping(request, outcome.target.request));
  if (leaving === undefined) return plan;
  switch (outcome.do) {
    case 'find':
      return planAfterLookAtLeaving(plan, leaving, outcome.result, now);
    case 'list':
      return planAfterLookAtLeaving(plan, leaving, pickEntry(outcome), now);
    case 'remove':
      return planAfterRemove(plan, leaving, outcome.result, now);
    case 'add':
      return plan;
    default:
      return outcome satisfies never;
  }
}

/** The whole table was asked for, where the router tells nothing of one mapping. */
function pickEntry({
  result,
  target,
}: Extract<KeeperOutcome, { do: 'list' }>): Result<GatewayMapping | null, GatewayError> {
  return result.ok ? ok(result.value.find((entry) => isSameKey(entry, target.request)) ?? null) : result;
}
