import type { FailureKind } from '../core/quarantine.ts';

interface Tolerance {
  /** So many failures are a person's or a phone's; one more is too much. */
  readonly most: number;
  /** One is forgiven in this time, in ms. */
  readonly forgivenMs: number;
  /** Only what differs counts: who guesses must vary, who is set up wrongly repeats his one mistake for ever. */
  readonly isDistinct: boolean;
}

const MINUTE_MS = 60_000;

/**
 * No healthy phone reaches these, nor one that is set up wrongly: a phone with an old URL asks with one and the same dead token,
 * one with a colleague's URL for that one colleague's file, however often. The kinds that cannot be told apart are floods: a phone that
 * speaks TLS to the HTTP port tries again every few seconds, and a hundred in a burst it never makes. Who breaks a handshake off may
 * just not trust us yet: a test bench of 64 phones behind one address is borne that tries six times a minute each; a flood costs
 * more than a request, so it ends after ten seconds at the rate that requests may come in. A person types ten passwords wrong, and
 * the limiter of attempts (attempt-limiter.ts) slows down what comes after.
 */
const TOLERANCES: Readonly<Record<FailureKind, Tolerance>> = {
  'bad-token': { most: 10, forgivenMs: MINUTE_MS, isDistinct: true },
  contradiction: { most: 10, forgivenMs: MINUTE_MS, isDistinct: true },
  'malformed-http': { most: 100, forgivenMs: 1_000, isDistinct: false },
  'malformed-tls': { most: 100, forgivenMs: 1_000, isDistinct: false },
  'broken-handshake': { most: 1_000, forgivenMs: 100, isDistinct: false },
  'phone-login': { most: 60, forgivenMs: 10_000, isDistinct: false },
  'wrong-password': { most: 15, forgivenMs: 10 * MINUTE_MS, isDistinct: false },
  'malformed-sip': { most: 200, forgivenMs: 1_000, isDistinct: false },
  'false-name': { most: 10, forgivenMs: MINUTE_MS, isDistinct: true },
};

/** Whose MAC address is not seen may be many phones behind a router: after a new database each asks with a dead token of its own. */
const SHARED_FACTOR = 16;

/** More than any tolerance: whoever goes round in so many different failures was stopped before. */
const REMEMBERED_FAILURES = 256;

/** Who failed at what; the ones that failed longest ago go. Each costs some hundred bytes, the most hostile one 2 kB. */
const MOST_SCORES = 4_096;

interface Score {
  level: number;
  at: number;
  /** Digests of what it failed at last. */
  readonly last: number[];
}

export interface FailureScores {
  /**
   * Counts a failure; true: that is one too many. `what`: what it failed at, where failures differ. `isShared`: nobody knows
   * whether it is one host.
   */
  add(who: string, kind: FailureKind, options: { what: string; isShared: boolean; now: number }): boolean;
  forget(who: string): void;
}

export function createFailureScores(): FailureScores {
  const scores = new Map<string, Score>();

  function read(name: string, now: number, { forgivenMs }: Tolerance): Score {
    const known = scores.get(name);
    // Deleted first: the map's order is then that of the last failure.
    scores.delete(name);
    if (known === undefined) return { level: 0, at: now, last: [] };
    // A clock that was set back forgives nothing.
    known.level = Math.max(0, known.level - Math.max(0, now - known.at) / forgivenMs);
    known.at = now;
    return known;
  }

  return {
    add(who, kind, { what, isShared, now }) {
      const tolerance = TOLERANCES[kind];
      const name = nameOf(who, kind);
      const score = read(name, now, tolerance);
      scores.set(name, score);
      if (scores.size > MOST_SCORES) {
        const [oldest] = scores.keys();
        if (oldest !== undefined) scores.delete(oldest);
      }
      if (tolerance.isDistinct) {
        const digest = digestOf(what);
        if (score.last.includes(digest)) return false;
        score.last.push(digest);
        if (score.last.length > REMEMBERED_FAILURES) score.last.shift();
      }
      score.level += 1;
      return score.level > tolerance.most * (isShared && tolerance.isDistinct ? SHARED_FACTOR : 1);
    },
    forget(who) {
      for (const kind of Object.keys(TOLERANCES)) scores.delete(nameOf(who, kind));
    },
  };
}

function nameOf(who: string, kind: string): string {
  return `${kind} ${who}`;
}

/** FNV-1a, 32 bits: tells failures apart, and keeps nothing of what may have been a secret. */
function digestOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}
