export interface Rate {
  /** Milliseconds in which one more is allowed; whole for sources, so that what is remembered is a small integer. */
  readonly everyMs: number;
  /** So many at once, after a pause. */
  readonly burst: number;
}

export interface RateLimiter {
  /** May one more come from there now? `now`: milliseconds from any start, never going back. */
  take(source: string, now: number): 'yes' | 'source' | 'total';
}

/** Sources that are remembered. Forged senders are as many as a LAN has addresses: then all begin anew, and the total still holds. */
const MOST_SOURCES = 65_536;

/**
 * So many per source, and so many in all: a token bucket each, kept as the one time at which it is full again (the generic cell
 * rate algorithm of ITU-T I.371, which is the same). One Map entry with a number in it is all that a source costs.
 */
export function createRateLimiter({
  perSource,
  total,
}: {
  readonly perSource: Rate;
  readonly total: Rate;
}): RateLimiter {
  const fullAt = new Map<string, number>();
  const sourceSpan = perSource.everyMs * (perSource.burst - 1);
  const totalSpan = total.everyMs * (total.burst - 1);
  let totalFullAt = 0;

  function makeRoom(now: number): void {
    for (const [source, at] of fullAt) if (at <= now) fullAt.delete(source);
    if (fullAt.size >= MOST_SOURCES) fullAt.clear();
  }

  return {
    take(source, time) {
      const now = Math.trunc(time);
      const known = fullAt.get(source);
      const at = known === undefined || known < now ? now : known;
      if (at - now > sourceSpan) return 'source';
      // One source alone cannot use up what is for all: it was stopped above.
      const totalAt = totalFullAt < time ? time : totalFullAt;
      if (totalAt - time > totalSpan) return 'total';
      totalFullAt = totalAt + total.everyMs;
      if (known === undefined && fullAt.size >= MOST_SOURCES) makeRoom(now);
      fullAt.set(source, at + perSource.everyMs);
      return 'yes';
    },
  };
}
