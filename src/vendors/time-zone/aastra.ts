import type { TimeZoneRule, TimeZoneSpelling } from '../../core/time-zone-rule.ts';
import { toSpelling } from './compare.ts';
import { type FittedDate, fitPattern, type Limits, WHOLE_HOURS } from './fit-pattern.ts';

// docs/vendors/aastra.md, time zones: hours 0-23, `dst minutes` 0-60.
const LIMITS: Limits = {
  words: WHOLE_HOURS,
  stepSeconds: 3600,
  maxDaysBack: 0,
  maxSaveSeconds: 60 * 60,
};

/** Zone `Custom` in minutes west, with a rule by week and day. `dst config` 3 follows the rule, 2 would be summer all year. */
export function spellAastraTimeZone(rule: TimeZoneRule): TimeZoneSpelling {
  const phone = fitPattern(rule, LIMITS);
  const zone = { 'time zone name': 'Custom', 'time zone minutes': String(0 - phone.offsetSeconds / 60) };
  if (phone.daylight === null) return toSpelling(rule, phone, { ...zone, 'dst config': '0' });
  const { start, end, saveSeconds } = phone.daylight;
  return toSpelling(rule, phone, {
    ...zone,
    'dst config': '3',
    'dst minutes': String(saveSeconds / 60),
    // The brackets and the bar are part of the name.
    'dst [start|end] relative date': '1',
    ...formatDate('start', start),
    ...formatDate('end', end),
  });
}

/** Week 1-4 or -1 for the last; day 1 Sunday - 7 Saturday. */
function formatDate(
  which: 'start' | 'end',
  { month, week, weekday, secondsOfDay }: FittedDate,
): Record<string, string> {
  return {
    [`dst ${which} month`]: String(month),
    [`dst ${which} week`]: String(week === 5 ? -1 : week),
    [`dst ${which} day`]: String(weekday + 1),
    [`dst ${which} hour`]: String(secondsOfDay / 3600),
  };
}
