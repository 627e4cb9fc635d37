import type { TimeZoneRule, TimeZoneSpelling } from '../../core/time-zone-rule.ts';
import { toSpelling } from './compare.ts';
import { type FittedDate, fitPattern, type Limits, WITHIN_A_DAY } from './fit-pattern.ts';

// docs/vendors/grandstream.md, time zones. Times outside the day (/26, /-1) are POSIX's newer form: whether a phone parses
// them is unknown, so the nearest time inside a day is told instead.
const LIMITS: Limits = {
  words: WITHIN_A_DAY,
  stepSeconds: 1,
  maxDaysBack: 0,
  maxSaveSeconds: 24 * 3600,
};

/** Self-defined zone in a POSIX string (64 characters at most); P143 keeps DHCP option 2 from replacing it. */
export function spellGrandstreamTimeZone(rule: TimeZoneRule): TimeZoneSpelling {
  const phone = fitPattern(rule, LIMITS);
  // Names between < and > were never seen on these phones: the placeholder of the vendor's own example takes their place.
  let posix = plainName(rule.standardName, 'MTZ') + formatWest(phone.offsetSeconds);
  if (phone.daylight !== null) {
    const { start, end, saveSeconds } = phone.daylight;
    posix += plainName(rule.daylight?.name ?? '', 'MDT') + formatWest(phone.offsetSeconds + saveSeconds);
    posix += `,${formatDate(start)},${formatDate(end)}`;
  }
  return toSpelling(rule, phone, { P64: 'customize', P246: posix, P143: '0' });
}

function plainName(name: string, placeholder: string): string {
  return /^[A-Za-z]{3,6}$/.test(name) ? name : placeholder;
}

/** `-1`, `+3:30`: west is positive, as POSIX has it. */
function formatWest(offsetSeconds: number): string {
  const minutes = Math.abs(offsetSeconds) / 60;
  const rest = minutes % 60;
  return `${offsetSeconds > 0 ? '-' : '+'}${Math.floor(minutes / 60)}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** `M3.5.0/02:00:00`. */
function formatDate({ month, week, weekday, secondsOfDay }: FittedDate): string {
  const parts = [Math.floor(secondsOfDay / 3600), Math.floor((secondsOfDay % 3600) / 60), secondsOfDay % 60];
  return `M${month}.${week}.${weekday}/${parts.map((part) => String(part).padStart(2, '0')).join(':')}`;
}
