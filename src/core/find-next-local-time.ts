import { readTimeZone } from './time-zones.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * When a clock in this zone next shows `hour` (2.5: half past two), after `now`; milliseconds since 1970. Where a change of the clock leaves the
 * hour out, an hour beside it; where it comes twice, one of the two. A zone that is not known counts as UTC.
 */
export function findNextLocalTime(zone: string, hour: number, now: number): number {
  const rule = readTimeZone(zone, now);
  const course = rule.ok ? rule.value.course : { offsetSeconds: 0, transitions: [] };
  const offsetAt = (at: number) =>
    (course.transitions.findLast((transition) => transition.at <= at)?.offsetSeconds ?? course.offsetSeconds) * 1000;

  const localMidnight = Math.floor((now + offsetAt(now)) / DAY_MS) * DAY_MS;
  for (let day = 0; ; day++) {
    const local = localMidnight + day * DAY_MS + hour * HOUR_MS;
    const guess = local - offsetAt(local - offsetAt(now));
    const at = local - offsetAt(guess);
    if (at > now) return at;
  }
}
