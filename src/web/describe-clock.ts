import { readTimeZone } from '../core/time-zones.ts';

/** A zone's clock as a person checks it. */
export type ClockFacts =
  | { readonly kind: 'unknown'; readonly saw: string; readonly near: readonly string[] }
  | { readonly kind: 'steady'; readonly zone: string; readonly now: string }
  /** `at`: milliseconds since 1970; wall clock before and after, as 02:00. */
  | {
      readonly kind: 'changes';
      readonly zone: string;
      readonly now: string;
      readonly at: number;
      readonly before: string;
      readonly after: string;
    };

/** What the clock shows now, and when it is put forward or back next. */
export function describeClock(name: string, now: number): ClockFacts {
  const read = readTimeZone(name, now);
  if (!read.ok) return { kind: 'unknown', saw: read.problem.saw, near: read.problem.near.slice(0, 3) };
  const { zone, course } = read.value;
  const passed = course.transitions.findLast(({ at }) => at <= now);
  const offset = passed?.offsetSeconds ?? course.offsetSeconds;
  const next = course.transitions.find(({ at, offsetSeconds }) => at > now && offsetSeconds !== offset);
  if (next === undefined) return { kind: 'steady', zone, now: wallClock(now, offset) };
  return {
    kind: 'changes',
    zone,
    now: wallClock(now, offset),
    at: next.at,
    before: wallClock(next.at, offset),
    after: wallClock(next.at, next.offsetSeconds),
  };
}

function wallClock(at: number, offsetSeconds: number): string {
  return new Date(at + offsetSeconds * 1_000).toISOString().slice(11, 16);
}
