import type { JourneyEvent } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { createRateLimiter } from './rate-limiter.ts';

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

/** Boots of one phone: a healthy one needs 20 s for one, and a benchmark that plays it makes one or two a second. */
const BOOTS = { everyMs: 1_000, burst: 30 };

/**
 * Keeps SUBSCRIBEs in a phone's own name and from its own address, which anybody on its LAN can send, from making us flood it: each
 * new dialog is answered by two datagrams. False: this one is too many. `now`: milliseconds from any start, never going back.
 */
export function createBootLimit(): (mac: MacAddress, now: number) => boolean {
  const limiter = createRateLimiter({ perSource: BOOTS, total: { everyMs: 0, burst: 1 } });
  return (mac, now) => limiter.take(mac, now) === 'yes';
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
