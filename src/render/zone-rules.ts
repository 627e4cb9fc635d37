import type { Result } from '../core/result.ts';
import type { TimeZoneRule } from '../core/time-zone-rule.ts';
import { type NoSuchTimeZone, readTimeZone } from '../core/time-zones.ts';

/** The rule of an IANA name as of now. */
export type ZoneRules = (zone: string) => Result<TimeZoneRule, NoSuchTimeZone>;

/** A rule is judged against the coming five years, and those move: once a day is enough. */
const REREAD_AFTER_MS = 86_400_000;

/** Reads each zone once a day, and again when another rule takes over. `clock`: milliseconds since 1970. */
export function createZoneRules(clock: () => number): ZoneRules {
  const known = new Map<string, { readonly rule: TimeZoneRule; readonly from: number; readonly until: number }>();
  return (zone) => {
    const now = clock();
    const kept = known.get(zone);
    // A clock that was set back makes what was read ahead of it stale as well.
    if (kept !== undefined && now >= kept.from && now < kept.until) return { ok: true, value: kept.rule };
    const read = readTimeZone(zone, now);
    if (read.ok) {
      const until = Math.min(now + REREAD_AFTER_MS, read.value.holdsUntil ?? Number.POSITIVE_INFINITY);
      known.set(zone, { rule: read.value, from: now, until });
    }
    return read;
  };
}
