import type { InternetSettings, PortMapping } from '../core/internet.ts';
import type { Logger } from '../core/logger.ts';
import type { Result } from '../core/result.ts';
import { buildKeeperState } from './build-keeper-state.ts';
import type { SearchStart } from './choose-search-start.ts';
import type { Gateway, GatewayError, GatewayFacts, GatewaySearch, GatewayStatus } from './gateway.ts';
import { callGateway } from './gateway-call.ts';
import { sayFarewell } from './gateway-farewell.ts';
import { EMPTY_PLAN, type KeeperAction, type KeeperPlan } from './keeper-plan.ts';
import type { KeeperState } from './keeper-state.ts';
import { createNap, type SetTimer, setNodeTimer } from './nap.ts';
import type { GatewayHint } from './parse-notice.ts';
import { planNextAction } from './plan-next-action.ts';
import { planAfterOutcome } from './plan-outcome.ts';
import { planAfterHint, planRenewNow, planRetryRefused, planSearchNow } from './plan-request.ts';
import { planSettings } from './plan-settings.ts';
import { createSteadyClock } from './steady-clock.ts';

/** Ms. Longer than this it never sleeps: it must see that the host got another address, or slept itself. */
const LONGEST_NAP_MS = 15_000;

/** Ms between two readings of the host's own address while there is much to do. */
const START_AGE_MS = 5_000;

/** Ms between two signs to the pages while there is much to do. */
const NEWS_PAUSE_MS = 500;

/** Ms that a person's request is waited for; what is left goes on. */
const LONGEST_REQUEST_MS = 15_000;

/** Ms. The appliance must stop within seconds, whatever a router does. */
const FAREWELL_MS = 2_000;

/** Ms after a fault of ours. */
const FAULT_PAUSE_MS = 60_000;

/** Hints that wait while a router is asked. Anybody on the LAN may send as many as he likes; the first say what the others do. */
const MOST_WAITING = 64;

const NO_ROWS: readonly PortMapping[] = [];

export interface MappingKeeperOptions {
  /** Looks for routers on one LAN; some seconds. What it finds is preferred first. */
  readonly search: (from: SearchStart, signal: AbortSignal) => Promise<GatewaySearch>;
  /** As they are now; read again after `settingsChanged`, and every few seconds. */
  readonly settings: () => InternetSettings;
  /** Where to search now, by the settings' `searchFrom` (see `chooseSearchStart`); null: no usable interface. */
  readonly findStart: (searchFrom: string | null) => Promise<SearchStart | null>;
  readonly log: Logger;
  /** Ends it: our own mappings are deleted, within 2 s in all. */
  readonly signal: AbortSignal;
  /** Each answer to the question for status and external address. `at`: ms since 1970. */
  readonly onStatus?: (result: Result<GatewayStatus, GatewayError>, gateway: GatewayFacts, at: number) => void;
  /** Ms since 1970. */
  readonly clock?: () => number;
  /** Ms that only grow. */
  readonly monotonic?: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly setTimer?: SetTimer;
}

export interface MappingKeeper {
  state(): KeeperState;
  /** Looks for routers and then at everything. Resolves when that is done, after 15 s at most. */
  search(): Promise<void>;
  /** Renews every mapping. Resolves when that is done, after 15 s at most. */
  renew(): Promise<void>;
  /** Called when there is something new to show. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
  /** Something was heard of a router on the LAN. Not taken where too much waits already. */
  hint(hint: GatewayHint): void;
  /** The settings or the host's addresses are others. */
  settingsChanged(): void;
  /** Resolves once it has ended, after the signal. Never rejects. */
  readonly closed: Promise<void>;
}

/** Keeps the wanted ports open and the router's status known, one request at a time. Starts at once; ends with the signal. */
export function createMappingKeeper(options: MappingKeeperOptions): MappingKeeper {
  const { search, settings, findStart, log, signal, onStatus } = options;
  const {
    clock = Date.now,
    monotonic = () => performance.now(),
    random = Math.random,
    setTimer = setNodeTimer,
  } = options;
  const steady = createSteadyClock({ clock, monotonic });
  const nap = createNap(setTimer);
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  let plan: KeeperPlan = EMPTY_PLAN;
  let shown: KeeperPlan = plan;
  let shownAt = Number.NEGATIVE_INFINITY;
  let changes: ((plan: KeeperPlan, now: number) => KeeperPlan)[] = [];
  let start: SearchStart | null = null;
  let startReadAt = Number.NEGATIVE_INFINITY;
  let gateway: Gateway | undefined;
  let searchTrouble = '';
  let isOver = false;
  const kept = keep();
  const closed = Promise.race([kept, endInTime()]);

  return {
    state: () => buildKeeperState(plan, steady.now(), steady.toWall),
    search: () => request(planSearchNow),
    renew: () => request(planRenewNow),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    hint(hint) {
      if (changes.length < MOST_WAITING) change((current, now) => planAfterHint(current, hint, now));
    },
    settingsChanged() {
      startReadAt = Number.NEGATIVE_INFINITY;
      change(planRetryRefused);
    },
    closed,
  };

  async function keep(): Promise<void> {
    while (!signal.aborted) {
      try {
        await takeStep();
      } catch (cause) {
        log.error({ event: 'upnp.failed', cause: String(cause) }, 'a fault while keeping ports open');
        await rest(FAULT_PAUSE_MS);
      }
    }
    for (const done of [...waiting]) done();
    listeners.clear();
    if (gateway === undefined || plan.gateway === null) return;
    try {
      const { removed, left } = await sayFarewell(plan, gateway, () => isOver);
      if (removed + left > 0) log.info({ event: 'upnp.unmapped', removed, left }, 'our ports are closed');
    } catch (cause) {
      log.error({ event: 'upnp.failed', cause: String(cause) }, 'a fault while closing our ports');
    }
  }

  /** One thing is done, or nothing for a while. */
  async function takeStep(): Promise<void> {
    if (steady.now() - startReadAt >= START_AGE_MS) {
      startReadAt = steady.now();
      start = await findStart(settings().searchFrom);
    }
    if (signal.aborted) return;
    const now = steady.now();
    const { mapPorts, portMappings, pollSeconds } = settings();
    const wishes = { rows: mapPorts ? portMappings : NO_ROWS, pollMs: pollSeconds * 1000, start };
    const asked = changes;
    changes = [];
    const changed = asked.reduce((current, apply) => apply(current, now), plan);
    take(planSettings(changed, wishes, now));
    const action = planNextAction(plan, now);
    if (action.do !== 'rest') {
      tellNews(NEWS_PAUSE_MS);
      return await act(action);
    }
    tellNews(0);
    // Whoever asked for something meanwhile is answered by the next rest.
    if (changes.length === 0) for (const done of [...waiting]) done();
    await rest(Math.min((action.until ?? Number.POSITIVE_INFINITY) - now, LONGEST_NAP_MS));
  }

  async function act(action: Exclude<KeeperAction, { do: 'rest' }>): Promise<void> {
    if (action.do === 'search') return await lookForGateways(action.start);
    if (gateway === undefined) throw new Error('a plan for a router that is not there');
    const { facts } = gateway;
    const outcome = await callGateway(gateway, action);
    const now = steady.now();
    take(planAfterOutcome(plan, outcome, now, random()));
    if (outcome.do === 'read-status') onStatus?.(outcome.result, facts, steady.toWall(now));
  }

  async function lookForGateways(from: SearchStart): Promise<void> {
    plan = { ...plan, search: { ...plan.search, state: 'searching' } };
    tellNews(0);
    const { found, refused } = await search(from, signal).catch(tellSearchTrouble);
    if (signal.aborted) return;
    const result = { found: found.map(({ facts }) => facts), refused };
    take(planAfterOutcome(plan, { do: 'search', start: from, result }, steady.now(), random()));
    gateway = found.find(({ facts }) => facts === plan.gateway) ?? gateway;
  }

  function tellSearchTrouble(cause: unknown): GatewaySearch {
    const trouble = String(cause);
    if (!signal.aborted && trouble !== searchTrouble)
      log.warn({ event: 'upnp.search-failed', cause: trouble }, 'no search for routers is possible');
    searchTrouble = trouble;
    return { found: [], refused: [] };
  }

  function take(next: KeeperPlan): void {
    for (const { level, facts, message } of next.notes) log[level](facts, message);
    plan = next.notes.length === 0 ? next : { ...next, notes: [] };
  }

  function tellNews(pause: number): void {
    const now = steady.now();
    if (plan === shown || now - shownAt < pause) return;
    shown = plan;
    shownAt = now;
    for (const listener of [...listeners]) listener();
  }

  function change(apply: (plan: KeeperPlan, now: number) => KeeperPlan): void {
    if (signal.aborted) return;
    changes.push(apply);
    nap.wakeUp();
  }

  function request(apply: (plan: KeeperPlan, now: number) => KeeperPlan): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        waiting.delete(done);
        endTimer();
        resolve();
      };
      const endTimer = setTimer(LONGEST_REQUEST_MS, done);
      waiting.add(done);
      change(apply);
    });
  }

  /** Not at all when something is waiting already. */
  function rest(ms: number): Promise<void> {
    return signal.aborted || changes.length > 0 ? Promise.resolve() : nap.sleep(ms);
  }

  /** Resolves when the time for the farewell is over. */
  function endInTime(): Promise<void> {
    return new Promise((resolve) => {
      const begin = () => {
        nap.wakeUp();
        const endTimer = setTimer(FAREWELL_MS, () => {
          isOver = true;
          resolve();
        });
        void kept.then(endTimer);
      };
      if (signal.aborted) begin();
      else signal.addEventListener('abort', begin, { once: true });
    });
  }
}
