import { type ClockPattern, type RuleDate, type TimeZoneRule, wallInstantOf } from '../../core/time-zone-rule.ts';

/** What a phone's settings can say about summer time. */
export interface Limits {
  /** The same for people, behind "the phone's rule takes". */
  readonly words: string;
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
  readonly shortcomings: readonly string[];
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
  const shortcomings: string[] = [];
  if (saveSeconds !== rule.daylight.saveSeconds) {
    const wanted = rule.daylight.saveSeconds / 60;
    shortcomings.push(`the phone adds ${saveSeconds / 60} minutes in summer where the zone adds ${wanted}`);
  }
  const late = [describe('starts', rule.daylight.start, start), describe('ends', rule.daylight.end, end)].filter(
    (text) => text !== '',
  );
  if (late.length > 0) {
    shortcomings.push(`summer time ${late.join(' and ')} on the phone, whose rule takes ${limits.words}`);
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

function describe(verb: string, wanted: RuleDate, found: FittedDate): string {
  const gaps = CYCLE.map((year) => (wallInstantOf(found, year) - wallInstantOf(wanted, year)) / 1000);
  const [earliest, latest] = [Math.min(...gaps), Math.max(...gaps)];
  if (earliest === 0 && latest === 0) return '';
  if (earliest === latest) return `${verb} ${inWords(latest)} ${latest > 0 ? 'late' : 'early'}`;
  if (earliest >= 0) return `${verb} up to ${inWords(latest)} late`;
  if (latest <= 0) return `${verb} up to ${inWords(earliest)} early`;
  return `${verb} between ${inWords(earliest)} early and ${inWords(latest)} late`;
}

const UNITS = [
  ['day', DAY_SECONDS],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `15 minutes`, `2 hours 1 second`; the sign does not show. */
export function inWords(seconds: number): string {
  const words: string[] = [];
  let rest = Math.abs(seconds);
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) words.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
    rest -= count * size;
  }
  return words.join(' ');
}
