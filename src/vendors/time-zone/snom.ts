import type { ClockPattern, RuleDate, TimeZoneRule, TimeZoneSpelling } from '../../core/time-zone-rule.ts';
import { toSpelling } from './compare.ts';
import { type FittedDate, type FittedPattern, fitPattern, type Limits, WITHIN_A_DAY } from './fit-pattern.ts';
import { SNOM_CODES, type SnomCode } from './snom-codes.ts';

// docs/vendors/snom.md, time zones: `dst` takes hh:mm:ss.
const LIMITS: Limits = {
  words: WITHIN_A_DAY,
  stepSeconds: 1,
  maxDaysBack: 0,
  maxSaveSeconds: 24 * 3600,
};

/**
 * The phone's own code where one has this very rule: `utc_offset` and `dst` are internal values of firmware 8 and later, which
 * derives them from the code. Where none has, an empty code and the two values.
 */
export function spellSnomTimeZone(rule: TimeZoneRule): TimeZoneSpelling {
  const known = chooseCode(rule);
  if (known !== undefined) return toSpelling(rule, { ...known.pattern, shortcomings: [] }, { timezone: known.code });
  const phone = fitPattern(rule, LIMITS);
  const offset = phone.offsetSeconds;
  return toSpelling(rule, phone, {
    timezone: '',
    utc_offset: offset > 0 ? `+${offset}` : String(offset),
    dst: phone.daylight === null ? '' : formatDst(phone.daylight),
  });
}

/** The place's own code, else one of its continent, else any: all of them do the same. */
function chooseCode(rule: TimeZoneRule): SnomCode | undefined {
  const same = SNOM_CODES.filter(({ pattern }) => isSame(pattern, rule));
  const continent = rule.zone.slice(0, rule.zone.indexOf('/') + 1);
  return (
    same.find(({ zones }) => zones.includes(rule.zone)) ??
    same.find(({ zones }) => zones[0]?.startsWith(continent)) ??
    same[0]
  );
}

function isSame(a: ClockPattern, b: ClockPattern): boolean {
  if (a.offsetSeconds !== b.offsetSeconds) return false;
  if (a.daylight === null || b.daylight === null) return a.daylight === b.daylight;
  return (
    a.daylight.saveSeconds === b.daylight.saveSeconds &&
    isSameDate(a.daylight.start, b.daylight.start) &&
    isSameDate(a.daylight.end, b.daylight.end)
  );
}

function isSameDate(a: RuleDate, b: RuleDate): boolean {
  return a.month === b.month && a.week === b.week && a.weekday === b.weekday && a.timeSeconds === b.timeSeconds;
}

/** `3600 03.05.07 02:00:00 10.05.07 03:00:00`: seconds saved, then month.week.day and time of start and end. */
function formatDst({ saveSeconds, start, end }: NonNullable<FittedPattern['daylight']>): string {
  return `${saveSeconds} ${formatDate(start)} ${formatDate(end)}`;
}

/** Week 05 is the last; day 01 Monday - 07 Sunday. */
function formatDate({ month, week, weekday, secondsOfDay }: FittedDate): string {
  const time = [Math.floor(secondsOfDay / 3600), Math.floor((secondsOfDay % 3600) / 60), secondsOfDay % 60];
  return `${[month, week, weekday === 0 ? 7 : weekday].map(two).join('.')} ${time.map(two).join(':')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
