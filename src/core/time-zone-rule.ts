import type { Note } from './note.ts';

/** The n-th weekday of a month, at a wall-clock time that may lie outside the day (-167 h to +167 h, RFC 9636 3.3.2). */
export interface RuleDate {
  /** 1-12. */
  readonly month: number;
  /** 1-4 the n-th, 5 the last. */
  readonly week: number;
  /** 0 Sunday - 6 Saturday, as POSIX. */
  readonly weekday: number;
  /** Seconds after midnight of the wall clock as it runs before the change; may be negative or beyond 24 h. */
  readonly timeSeconds: number;
}

/** A clock that does the same every year: a zone's rule, and what a phone makes of its settings. */
export interface ClockPattern {
  /** Seconds east of UTC in standard (winter) time. */
  readonly offsetSeconds: number;
  /** Null: one offset all year. */
  readonly daylight: {
    /** Added to standard time; positive always (Dublin's negative form is turned round). */
    readonly saveSeconds: number;
    readonly start: RuleDate;
    readonly end: RuleDate;
  } | null;
}

export interface Transition {
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** Seconds east of UTC from then on. */
  readonly offsetSeconds: number;
}

/** What a clock really shows over a span of time. */
export interface ClockCourse {
  /** Milliseconds since 1970: the first instant, and the one after the last. */
  readonly from: number;
  readonly until: number;
  /** In force at `from`. */
  readonly offsetSeconds: number;
  /** In order of time; each changes the offset. */
  readonly transitions: readonly Transition[];
}

/** An IANA zone's rule from now on, free of any vendor's spelling. */
export interface TimeZoneRule extends ClockPattern {
  /** The canonical name, also where an old spelling was asked for. */
  readonly zone: string;
  /** POSIX TZ string it was read from. */
  readonly posix: string;
  readonly standardName: string;
  readonly daylight: (NonNullable<ClockPattern['daylight']> & { readonly name: string }) | null;
  /** What tzdata says of the coming five years: the measure of a spelling's exactness. */
  readonly course: ClockCourse;
  /** When another rule takes over, and a file that was rendered before is out of date; milliseconds; null: not foreseen. */
  readonly holdsUntil: number | null;
  /** Why the rule is not all that tzdata says of the coming five years (Gaza's Ramadan …); null: it is all. */
  readonly incomplete: Note | null;
}

/** What a vendor would tell its phones for one zone. */
export interface TimeZoneSpelling {
  /** Native keys and values, as they stand in the vendor's file. */
  readonly settings: Readonly<Record<string, string>>;
  readonly exact: boolean;
  /** Why it is not exact, for people; null when exact. */
  readonly note: Note | null;
}

const DAY_MS = 86_400_000;

/** The date's instant in a year, as if the wall clock were UTC; milliseconds. */
export function wallInstantOf(date: RuleDate, year: number): number {
  const firstOfMonth = Date.UTC(year, date.month - 1, 1);
  const firstMatch = 1 + ((date.weekday - new Date(firstOfMonth).getUTCDay() + 7) % 7);
  const daysInMonth = new Date(Date.UTC(year, date.month, 0)).getUTCDate();
  let day = firstMatch + 7 * (date.week - 1);
  while (day > daysInMonth) day -= 7;
  return firstOfMonth + (day - 1) * DAY_MS + date.timeSeconds * 1000;
}

/** The pattern's changes after `from` and before `until` (milliseconds), in order. Times of a rule are wall clock before the change. */
export function transitionsOf(pattern: ClockPattern, from: number, until: number): Transition[] {
  const { offsetSeconds, daylight } = pattern;
  if (daylight === null) return [];
  const found: Transition[] = [];
  const summerOffset = offsetSeconds + daylight.saveSeconds;
  // A time of up to a week outside its day can carry a change over New Year.
  const lastYear = new Date(until).getUTCFullYear() + 1;
  for (let year = new Date(from).getUTCFullYear() - 1; year <= lastYear; year++) {
    found.push({ at: wallInstantOf(daylight.start, year) - offsetSeconds * 1000, offsetSeconds: summerOffset });
    found.push({ at: wallInstantOf(daylight.end, year) - summerOffset * 1000, offsetSeconds });
  }
  return found.filter(({ at }) => at > from && at < until).sort((a, b) => a.at - b.at);
}

/** Seconds east of UTC that the pattern's clock shows at an instant in milliseconds. */
export function offsetAt(pattern: ClockPattern, at: number): number {
  // Two years back, so that at least one change of each kind is among them.
  const passed = transitionsOf(pattern, at - 2 * 366 * DAY_MS, at + 1);
  return passed.at(-1)?.offsetSeconds ?? pattern.offsetSeconds;
}

export function courseOf(pattern: ClockPattern, from: number, until: number): ClockCourse {
  return { from, until, offsetSeconds: offsetAt(pattern, from), transitions: transitionsOf(pattern, from, until) };
}

/** A span in which two clocks differ. */
export interface Disagreement {
  readonly from: number;
  readonly until: number;
  /** The first clock's offset less the second's, seconds. */
  readonly aheadSeconds: number;
}

/** Every span in which the first clock shows another time than the second, over the second's span of time. */
export function disagreementsOf(first: ClockCourse, second: ClockCourse): Disagreement[] {
  const instants = [second.from, ...first.transitions.map((t) => t.at), ...second.transitions.map((t) => t.at)]
    .filter((at) => at >= second.from && at < second.until)
    .sort((a, b) => a - b);
  const found: Disagreement[] = [];
  for (const [index, at] of instants.entries()) {
    const until = instants[index + 1] ?? second.until;
    const aheadSeconds = offsetOn(first, at) - offsetOn(second, at);
    if (until > at && aheadSeconds !== 0) found.push({ from: at, until, aheadSeconds });
  }
  return found;
}

function offsetOn(course: ClockCourse, at: number): number {
  return course.transitions.findLast((t) => t.at <= at)?.offsetSeconds ?? course.offsetSeconds;
}
