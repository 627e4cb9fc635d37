import type { PortMapping } from '../../src/core/internet.ts';
import type { SearchStart } from '../../src/upnp/choose-search-start.ts';
import { EMPTY_PLAN, type KeeperAction, type KeeperPlan, type Note } from '../../src/upnp/keeper-plan.ts';
import { planNextAction } from '../../src/upnp/plan-next-action.ts';
import { planAfterOutcome } from '../../src/upnp/plan-outcome.ts';
import { planSettings } from '../../src/upnp/plan-settings.ts';
import type { ModelRouter } from './model-router.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const OWN = '192.168.77.10';

export function row(patch: Partial<PortMapping> = {}): PortMapping {
  return {
    protocol: 'UDP',
    externalPort: 5060,
    internalPort: 5060,
    count: 1,
    internalClient: null,
    description: 'SIP',
    ...patch,
  };
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The plan at work on model routers, in simulated time, without a single real timer. */
export class KeeperWorld {
  plan: KeeperPlan = EMPTY_PLAN;
  now = 1_000_000;
  rows: readonly PortMapping[];
  pollMs = MINUTE;
  start: SearchStart | null = { localAddress: OWN, defaultRouter: '192.168.77.1' };
  routers: ModelRouter[];
  /** Share of searches whose answers get lost. */
  searchLoss = 0;
  readonly notes: Note[] = [];
  readonly searches: number[] = [];
  readonly actions: string[] = [];
  steps = 0;
  readonly random: () => number;

  constructor(routers: ModelRouter[], rows: readonly PortMapping[] = [row()], seed = 1) {
    this.routers = routers;
    this.rows = rows;
    this.random = seeded(seed);
    for (const router of routers) router.ours.add(OWN);
  }

  get router(): ModelRouter {
    const [first] = this.routers;
    if (first === undefined) throw new Error('a world without a router');
    return first;
  }

  moveTo(address: string | null): void {
    this.start = address === null ? null : { localAddress: address, defaultRouter: this.router.address };
    if (address !== null) for (const router of this.routers) router.ours.add(address);
  }

  /** What happens until that time. `isRest` after it: nothing is under way. */
  runUntil(end: number): void {
    while (this.now < end) {
      const until = this.step();
      if (until !== null) this.now = Math.min(until, end);
    }
  }

  run(ms: number): void {
    this.runUntil(this.now + ms);
  }

  /** One action, whose time passes; or null-free: when to come again. */
  step(): number | null {
    this.steps += 1;
    this.#take(planSettings(this.plan, { rows: this.rows, pollMs: this.pollMs, start: this.start }, this.now));
    const action = planNextAction(this.plan, this.now);
    if (action.do !== 'rest') {
      this.#act(action);
      return null;
    }
    if (action.until !== null && action.until <= this.now) throw new Error('it rests until a time that is over');
    return Math.min(action.until ?? Number.POSITIVE_INFINITY, this.now + MINUTE);
  }

  /** From outside: hints, buttons. */
  apply(change: (plan: KeeperPlan, now: number) => KeeperPlan): void {
    this.#take(change(this.plan, this.now));
  }

  events(): unknown[] {
    return this.notes.map(({ facts }) => facts.event);
  }

  #take(plan: KeeperPlan): void {
    this.notes.push(...plan.notes);
    this.plan = { ...plan, notes: [] };
  }

  #act(action: Exclude<KeeperAction, { do: 'rest' }>): void {
    this.actions.push(action.do);
    const { random } = this;
    if (action.do === 'search') {
      this.searches.push(this.now);
      this.now += 4 * SECOND;
      const isLost = random() < this.searchLoss;
      const { localAddress, defaultRouter } = action.start;
      const found = this.routers
        .filter((router) => router.answersSearch() && !isLost)
        .map((router) => router.facts(localAddress, defaultRouter));
      const result = { found, refused: [] };
      return this.#take(planAfterOutcome(this.plan, { do: 'search', start: action.start, result }, this.now, random()));
    }
    const facts = this.plan.gateway;
    const router = this.routers.find(({ udn }) => udn === facts?.id);
    if (facts === null || router === undefined) throw new Error(`${action.do} without a router`);
    this.now += router.isUp && !router.isFrozen ? 20 : 3 * SECOND;
    const { now } = this;
    const after = (() => {
      switch (action.do) {
        case 'read-status':
          return { do: action.do, result: router.status(facts, now) } as const;
        case 'sweep':
          return { do: action.do, result: router.list(facts, 128, now) } as const;
        case 'list':
          return { do: 'list', target: action.target, result: router.list(facts, 128, now) } as const;
        case 'find':
          return { do: 'find', target: action.target, result: router.find(facts, action.target.request, now) } as const;
        case 'add':
          return { ...action, result: router.add(facts, action.request, now) } as const;
        case 'remove':
          return { ...action, result: router.remove(facts, action.request, now) } as const;
        default:
          return action satisfies never;
      }
    })();
    this.#take(planAfterOutcome(this.plan, after, now, random()));
  }
}

/** The most of them within any span of that length. */
export function densest(times: readonly number[], span: number): number {
  let most = 0;
  let first = 0;
  for (const [last, time] of times.entries()) {
    while ((times[first] ?? time) < time - span) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
