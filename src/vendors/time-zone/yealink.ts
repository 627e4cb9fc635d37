import type { TimeZoneRule, TimeZoneSpelling } from '../../core/time-zone-rule.ts';
import { toSpelling } from './compare.ts';
import { type FittedDate, fitPattern, type Limits, WHOLE_HOURS } from './fit-pattern.ts';

// docs/vendors/yealink.md, time zones: hours 0-23, a fifth field of -1 to -6 days, offset_time up to 300 minutes.
const LIMITS: Limits = {
  words: WHOLE_HOURS,
  stepSeconds: 3600,
  maxDaysBack: 6,
  maxSaveSeconds: 300 * 60,
};

/**
 * Offset and rule in numbers. The phone's own table (`summer_time = 2`, AutoDST.xml) is stale for a third of the zones, and
 * `time_zone_name` is only a label of that table, spelled differently by firmware: left out.
 */
export function spellYealinkTimeZone(rule: TimeZoneRule): TimeZoneSpelling {
  const phone = fitPattern(rule, LIMITS);
  const offset = { 'local_time.time_zone': formatOffset(phone.offsetSeconds) };
  if (phone.daylight === null) return toSpelling(rule, phone, { ...offset, 'local_time.summer_time': '0' });
  const { start, end, saveSeconds } = phone.daylight;
  return toSpelling(rule, phone, {
    ...offset,
    'local_time.summer_time': '1',
    'local_time.dst_time_type': '1',
    'local_time.start_time': formatDate(start),
    'local_time.end_time': formatDate(end),
    'local_time.offset_time': String(saveSeconds / 60),
  });
}

/** `+1`, `0`, `-3:30`: east is positive. */
function formatOffset(seconds: number): string {
  if (seconds === 0) return '0';
  const minutes = Math.abs(seconds) / 60;
  const rest = minutes % 60;
  return `${seconds > 0 ? '+' : '-'}${Math.floor(minutes / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** `3/5/7/2`, or `3/5/7/2/-2` for two days before: month, week (5 last), weekday (1 Monday - 7 Sunday), hour. */
function formatDate({ month, week, weekday, secondsOfDay, daysBack }: FittedDate): string {
  const fields = [month, week, weekday === 0 ? 7 : weekday, secondsOfDay / 3600];
  return [...fields, ...(daysBack === 0 ? [] : [-daysBack])].join('/');
}
