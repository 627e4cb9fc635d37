import { type Note, note } from '../../core/note.ts';
import { type ClockPattern, type RuleDate, type TimeZoneRule, wallInstantOf } from '../../core/time-zone-rule.ts';

/** What a phone's settings can say about summer time. */
export interface Limits {
  /** The same for people, behind "the phone's rule takes". */
  readonly words: Note;
  /** Times of day come in steps of so many seconds, from 00:00 on. */
  readonly stepSeconds: 3600 | 1;
  /** A date may lie up to so many days before its weekday. */
  readonly maxDaysBack: number;
  readonly maxSaveSeconds: number;
}

/** A date as the phone takes it; as a RuleDate it says when the phone changes. */
export interface FittedDate extends RuleDate {
  /** 0-86399. */
  readonly secondsOfDay: number;
  /** The date lies so many days before the weekday. */
  readonly daysBack: number;
}

export interface FittedPattern extends ClockPattern {
  readonly daylight: { readonly saveSeconds: number; readonly start: FittedDate; readonly end: FittedDate } | null;
  /** What could not be fitted, for people. */
  readonly shortcomings: readonly Note[];
}

const DAY_SECONDS = 86_400;

/** Within 1901-2099 weekdays and leap years come back after 28 years: a rule that fits these always fits. */
const CYCLE = Array.from({ length: 28 }, (_, index) => 2024 + index);

/** The nearest pattern within a phone's limits. Depends on the rule alone, never on today's date. */
export function fitPattern(rule: TimeZoneRule, limits: Limits): FittedPattern {
  // No phone's offset knows seconds, and since 1972 no zone's does.
  const offsetSeconds = Math.round(rule.offsetSeconds / 60) * 60;
  if (rule.daylight === null) return { offsetSeconds, daylight: null, shortcomings: [] };
  const saveSeconds = Math.min(rule.daylight.saveSeconds, limits.maxSaveSeconds);
  const start = fitDate(rule.daylight.start, limits);
  const end = fitDate(rule.daylight.end, limits);
  const shortcomings: Note[] = [];
  if (saveSeconds !== rule.daylight.saveSeconds) {
    const [has, wanted] = [saveSeconds / 60, rule.daylight.saveSeconds / 60];
    shortcomings.push(
      note('clock.adds', 'the phone adds {has} minutes in summer where the zone adds {wanted}', { has, wanted }),
    );
  }
  const starts = describeShift(rule.daylight.start, start);
  const ends = describeShift(rule.daylight.end, end);
  if (starts !== undefined || ends !== undefined) {
    const when =
      starts === undefined || ends === undefined
        ? sayOne(starts, ends)
        : note('clock.starts-and-ends', 'starts {starts} and ends {ends}', { starts, ends });
    shortcomings.push(
      note('clock.summer-off', 'summer time {when} on the phone, whose rule takes {takes}', {
        when,
        takes: limits.words,
      }),
    );
  }
  return { offsetSeconds, daylight: { saveSeconds, start, end }, shortcomings };
}

/** The date with the least time between it and the wanted one, over all kinds of years; of equal ones the plainest. */
function fitDate(wanted: RuleDate, limits: Limits): FittedDate {
  const instants = CYCLE.map((year) => wallInstantOf(wanted, year));
  const inDay = ((wanted.timeSeconds % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS;
  const weekday = (wanted.weekday + Math.floor(wanted.timeSeconds / DAY_SECONDS) + 7) % 7;
  let best = candidate(wanted.month, wanted.week, wanted.weekday, 0, 0);
  let bestCost = Number.POSITIVE_INFINITY;
  for (const next of candidates(wanted.month, weekday, timesNear(inDay, limits.stepSeconds), limits.maxDaysBack)) {
    let cost = 0;
    for (const [index, year] of CYCLE.entries()) {
      cost += Math.abs(wallInstantOf(next, year) - (instants[index] ?? 0));
      if (cost >= bestCost) break;
    }
    if (cost < bestCost) [best, bestCost] = [next, cost];
    if (cost === 0) break;
  }
  return best;
}

/** Plain ones first: the rule's own month, no days back. */
function* candidates(month: number, weekday: number, times: readonly number[], maxDaysBack: number) {
  for (let daysBack = 0; daysBack <= maxDaysBack; daysBack++) {
    // With days back only the very day is looked for; without, a neighbouring one may be the nearest.
    const weekdays = daysBack === 0 ? [0, 1, 2, 3, 4, 5, 6] : [0];
    for (const nearMonth of [month, month + 1, month - 1]) {
      // No zone changes its clocks around New Year.
      if (nearMonth < 1 || nearMonth > 12) continue;
      for (const week of [5, 1, 2, 3, 4]) {
        for (const shift of weekdays) {
          for (const time of times) yield candidate(nearMonth, week, (weekday + shift + daysBack) % 7, time, daysBack);
        }
      }
    }
  }
}

function candidate(month: number, week: number, weekday: number, secondsOfDay: number, daysBack: number): FittedDate {
  return { month, week, weekday, timeSeconds: secondsOfDay - daysBack * DAY_SECONDS, secondsOfDay, daysBack };
}

/** The time itself or its neighbours, and both ends of the day, in case the neighbouring day is meant. */
function timesNear(inDay: number, step: number): number[] {
  const below = Math.floor(inDay / step) * step;
  const above = Math.min(Math.ceil(inDay / step) * step, DAY_SECONDS - step);
  return [...new Set([below, above, 0, DAY_SECONDS - step])];
}

function sayOne(starts: Note | undefined, ends: Note | undefined): Note {
  return starts === undefined
    ? note('clock.ends', 'ends {when}', { when: ends ?? '' })
    : note('clock.starts', 'starts {when}', { when: starts });
}

/** How far the phone's date is off; undefined: it is not. */
function describeShift(wanted: RuleDate, found: FittedDate): Note | undefined {
  const gaps = CYCLE.map((year) => (wallInstantOf(found, year) - wallInstantOf(wanted, year)) / 1000);
  const [earliest, latest] = [Math.min(...gaps), Math.max(...gaps)];
  const [early, late] = [{ seconds: earliest }, { seconds: latest }];
  if (earliest === 0 && latest === 0) return undefined;
  if (earliest === latest) {
    return latest > 0
      ? note('clock.late', '{span} late', { span: late })
      : note('clock.early', '{span} early', { span: early });
  }
  if (earliest >= 0) return note('clock.up-to-late', 'up to {span} late', { span: late });
  if (latest <= 0) return note('clock.up-to-early', 'up to {span} early', { span: early });
  return note('clock.early-to-late', 'between {early} early and {late} late', { early, late });
}

/** What the rules of phones take, for people. */
export const WHOLE_HOURS = note('clock.whole-hours', 'a weekday and a whole hour');
export const WITHIN_A_DAY = note('clock.within-a-day', 'a weekday and a time within that day');
