import type { JourneyEvent } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';

/** A boot makes about ten events, a check-sync four. Whoever makes more than this in a window is broken or hostile. */
const EVENTS_PER_WINDOW = 200;
const WINDOW_MS = 600_000;

/** What a person or a rule decided is always recorded. */
const DECISIONS: readonly JourneyEvent['step'][] = ['approved', 'blocked'];

interface Budget {
  readonly from: number;
  spent: number;
}

/** What is done with an event: recorded, left out, or recorded as the last one, with a word about those to come. */
export type Spending = 'record' | 'last' | 'drop';

/** Keeps a flood in one phone's name from filling the disk: so many events in ten minutes, then silence. */
export function createJourneyBudget(): (event: JourneyEvent) => Spending {
  const budgets = new Map<MacAddress, Budget>();
  return ({ mac, at, step }) => {
    if (DECISIONS.includes(step)) return 'record';
    let budget = budgets.get(mac);
    if (budget === undefined || Math.abs(at - budget.from) >= WINDOW_MS) {
      budget = { from: at, spent: 0 };
      budgets.set(mac, budget);
    }
    budget.spent += 1;
    if (budget.spent < EVENTS_PER_WINDOW) return 'record';
    return budget.spent === EVENTS_PER_WINDOW ? 'last' : 'drop';
  };
}

/** One address is one phone, or a few in turn; on a test bench it is a computer that plays some dozens. */
const NEWCOMERS_PER_ADDRESS = 64;
const NEWCOMER_WINDOW_MS = 3_600_000;

/** Keeps one host from filling the list of undecided phones with made-up MAC addresses. False: this one is too many. */
export function createNewcomerLimit(): (address: string, now: number) => boolean {
  let from = 0;
  let counts = new Map<string, number>();
  return (address, now) => {
    if (Math.abs(now - from) >= NEWCOMER_WINDOW_MS) {
      from = now;
      counts = new Map();
    }
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return count <= NEWCOMERS_PER_ADDRESS;
  };
}
