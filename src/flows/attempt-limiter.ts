import { err, ok, type Result } from '../core/result.ts';

export interface AttemptKey {
  /** A user's name (folded), or the address that an attempt comes from. */
  readonly kind: 'name' | 'address';
  readonly value: string;
}

export interface Attempt {
  /** It was no guess: the name's failures are forgotten, the address's count is as before. */
  succeed(): void;
}

/** Slows guessing down: after some failures each further attempt has to wait, twice as long each time. */
export interface AttemptLimiter {
  /**
   * Counts an attempt as failed until it says otherwise, so that a hundred at once are a hundred. It may go on only when none
   * of its keys has to wait; what has to wait is not counted.
   */
  begin(keys: readonly AttemptKey[]): Result<Attempt, { readonly retryAfterMs: number }>;
}

/** ms; doubled with each failure after the free ones. */
const FIRST_DELAY_MS = 1_000;

/**
 * Free: typing errors of one person, of all behind one address. Longest: anybody can make a name wait, so it never waits longer
 * than the one whose name it is can bear; 60 tries an hour break no password that `checkNewPassword` lets pass.
 */
const RULES = {
  name: { free: 5, longestMs: 60_000 },
  address: { free: 10, longestMs: 900_000 },
} as const;

/** Failures are forgotten after so long without any, in ms. */
const FORGET_AFTER_MS = 3_600_000;

/** Names that were tried; the oldest go. Each costs some hundred bytes. */
const MOST_KEYS = 10_000;

interface Failures {
  readonly count: number;
  readonly at: number;
  readonly readyAt: number;
}

/** In memory: a restart forgives, and nobody who guesses can restart us. `clock`: milliseconds from any start. */
export function createAttemptLimiter(clock: () => number = () => performance.now()): AttemptLimiter {
  const failures = new Map<string, Failures>();

  function read(name: string, now: number): Failures | undefined {
    const known = failures.get(name);
    return known !== undefined && now - known.at < FORGET_AFTER_MS ? known : undefined;
  }

  function count(kind: AttemptKey['kind'], name: string, now: number): void {
    const number = (read(name, now)?.count ?? 0) + 1;
    // Deleted first: the map's order is then that of the last failure.
    failures.delete(name);
    failures.set(name, { count: number, at: now, readyAt: now + delayAfter(number, kind) });
    if (failures.size > MOST_KEYS) {
      const [oldest] = failures.keys();
      if (oldest !== undefined) failures.delete(oldest);
    }
  }

  function succeed(kind: AttemptKey['kind'], name: string): void {
    const known = failures.get(name);
    if (known === undefined) return;
    // Who has one password must not wipe out with it what he guessed at others.
    if (kind === 'name' || known.count <= 1) failures.delete(name);
    else failures.set(name, { ...known, count: known.count - 1, readyAt: known.at });
  }

  return {
    begin(keys) {
      const now = clock();
      const named = keys.map(({ kind, value }) => ({ kind, name: `${kind} ${value.slice(0, 200)}` }));
      const waits = named.map(({ name }) => (read(name, now)?.readyAt ?? now) - now);
      const retryAfterMs = Math.max(0, ...waits);
      if (retryAfterMs > 0) return err({ retryAfterMs });
      for (const { kind, name } of named) count(kind, name, now);
      return ok({
        succeed() {
          for (const { kind, name } of named) succeed(kind, name);
        },
      });
    },
  };
}

function delayAfter(count: number, kind: AttemptKey['kind']): number {
  const { free, longestMs } = RULES[kind];
  return count < free ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (count - free), longestMs);
}
