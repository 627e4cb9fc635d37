import type { Logger } from '../core/logger.ts';

/** A warning or an error of the program. */
export interface LogEntry {
  /** Counts up from 1 at the start of the program. */
  readonly id: number;
  readonly at: number;
  readonly level: 'warn' | 'error';
  /** `area.past-verb`, see docs/architecture.md. */
  readonly event: string;
  readonly message: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

export interface LogMemory {
  /** Writes where it wrote before, and remembers. */
  readonly log: Logger;
  /** Newest first. */
  read(): readonly LogEntry[];
}

/** Some 200 kB. A disk that is full says so each second; what came before shall not be lost within a minute. */
const MOST_ENTRIES = 500;

/** Characters of a fact: a stack is cut, the log itself has all of it. */
const LONGEST_FACT = 500;

/** Entries of these areas may carry what opens a door (the code of the first start): they go to the log only. */
const NOT_KEPT = /^setup\./;

/** Keeps the newest warnings and errors since the start, for people who have no shell on the appliance. */
export function createLogMemory(log: Logger, clock: () => number): LogMemory {
  let entries: LogEntry[] = [];
  let last = 0;

  function keep(level: LogEntry['level'], facts: Readonly<Record<string, unknown>>, message: string): void {
    const { event, ...rest } = facts;
    const name = typeof event === 'string' ? event : '';
    if (NOT_KEPT.test(name)) return;
    last += 1;
    entries.push({ id: last, at: clock(), level, event: name, message, detail: cutFacts(rest) });
    // Now and then, not with each entry.
    if (entries.length > 2 * MOST_ENTRIES) entries = entries.slice(-MOST_ENTRIES);
  }

  return {
    log: {
      debug: (facts, message) => log.debug(facts, message),
      info: (facts, message) => log.info(facts, message),
      warn(facts, message) {
        log.warn(facts, message);
        keep('warn', facts, message);
      },
      error(facts, message) {
        log.error(facts, message);
        keep('error', facts, message);
      },
    },
    read: () => entries.slice(-MOST_ENTRIES).reverse(),
  };
}

function cutFacts(facts: Readonly<Record<string, unknown>>): LogEntry['detail'] {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (typeof value === 'number' || typeof value === 'boolean') return [name, value];
      const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
      return [name, text.length > LONGEST_FACT ? `${text.slice(0, LONGEST_FACT)}…` : text];
    }),
  );
}
