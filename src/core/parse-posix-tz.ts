import { err, ok, type Result } from './result.ts';
import type { ClockPattern, RuleDate } from './time-zone-rule.ts';

/** A zone's rule as a POSIX TZ string tells it. */
export interface PosixTz extends ClockPattern {
  readonly standardName: string;
  readonly daylight: (NonNullable<ClockPattern['daylight']> & { readonly name: string }) | null;
}

export interface NotPosixTz {
  readonly kind: 'not-a-posix-tz';
  readonly saw: string;
  readonly wanted: string;
}

/** Longer than any real one (52 characters), short enough that nothing below takes time. */
const MAX_LENGTH = 128;

// POSIX.1-2024 8.3: three or more letters, or <> around letters, digits and signs.
const NAME = '([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)';
const CLOCK = String.raw`([+-]?)(\d{1,3})(?::(\d{2}))?(?::(\d{2}))?`;
const STANDARD = new RegExp(`^${NAME}${CLOCK}`);
const DAYLIGHT = new RegExp(`^${NAME}(?:${CLOCK})?`);
const RULE_DATE = new RegExp(String.raw`^,M(\d{1,2})\.(\d)\.(\d)(?:/${CLOCK})?(?=,|$)`);

/** POSIX: an hour ahead of standard time where no offset is given; 02:00 where no time is. */
const DEFAULT_SAVE_SECONDS = 3600;
const DEFAULT_TIME_SECONDS = 2 * 3600;

/**
 * Reads `CET-1CEST,M3.5.0,M10.5.0/3`: names in either form, offsets to 24 h, times from -167 h to +167 h (RFC 9636 3.3.2).
 * The forms by day of year (Jn and n) are refused: no zone of tzdata has one.
 */
export function parsePosixTz(text: string): Result<PosixTz, NotPosixTz> {
  const refuse = (wanted: string) =>
    err({ kind: 'not-a-posix-tz', saw: text.slice(0, MAX_LENGTH), wanted } satisfies NotPosixTz);
  if (text.length > MAX_LENGTH) return refuse(`at most ${MAX_LENGTH} characters`);

  const standard = STANDARD.exec(text);
  if (standard === null) return refuse('a name and an offset, as in CET-1');
  const west = readSeconds(standard.slice(2, 6), 24);
  if (west === undefined) return refuse('an offset of at most 24 hours, minutes and seconds below 60');
  const standardName = bare(standard[1]);
  // POSIX counts westward; "0 - x" never makes a negative zero.
  const offsetSeconds = 0 - west;
  let rest = text.slice(standard[0].length);
  if (rest === '') return ok({ standardName, offsetSeconds, daylight: null });

  const daylight = DAYLIGHT.exec(rest);
  if (daylight === null) return refuse('nothing, or a name for summer time, behind the offset');
  const name = bare(daylight[1]);
  const summerWest = daylight[3] === undefined ? west - DEFAULT_SAVE_SECONDS : readSeconds(daylight.slice(2, 6), 24);
  if (summerWest === undefined) return refuse('an offset of at most 24 hours, minutes and seconds below 60');
  rest = rest.slice(daylight[0].length);

  const dates: RuleDate[] = [];
  for (let match = RULE_DATE.exec(rest); match !== null; match = RULE_DATE.exec(rest)) {
    const date = readRuleDate(match);
    if (date === undefined) return refuse('months 1-12, weeks 1-5, weekdays 0-6 and times within 167 hours');
    dates.push(date);
    rest = rest.slice(match[0].length);
  }
  if (/^,J?\d/.test(rest)) return refuse('rules of the form Mm.w.d, not by day of year');
  const [start, end] = dates;
  if (start === undefined || end === undefined || dates.length > 2 || rest !== '') {
    return refuse('two rules of the form ,Mm.w.d/time: the start and the end of summer time');
  }
  const saveSeconds = west - summerWest;
  if (saveSeconds === 0) return ok({ standardName, offsetSeconds, daylight: null });
  if (saveSeconds > 0) return ok({ standardName, offsetSeconds, daylight: { name, saveSeconds, start, end } });
  // Dublin: IST is "standard", and GMT in winter a negative summer time. What is called its end starts ours.
  return ok({
    standardName: name,
    offsetSeconds: 0 - summerWest,
    daylight: { name: standardName, saveSeconds: -saveSeconds, start: end, end: start },
  });
}

function bare(name: string | undefined): string {
  return (name ?? '').replace(/[<>]/g, '');
}

/** Sign, hours, minutes, seconds as the regular expression found them. */
function readSeconds(parts: readonly (string | undefined)[], maxHours: number): number | undefined {
  const [sign, hours = '0', minutes = '0', seconds = '0'] = parts;
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)];
  if (h > maxHours || m > 59 || s > 59) return undefined;
  const total = h * 3600 + m * 60 + s;
  return sign === '-' ? 0 - total : total;
}

function readRuleDate(match: RegExpExecArray): RuleDate | undefined {
  const [month, week, weekday] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const timeSeconds = match[5] === undefined ? DEFAULT_TIME_SECONDS : readSeconds(match.slice(4, 8), 167);
  if (timeSeconds === undefined || month < 1 || month > 12 || week < 1 || week > 5 || weekday > 6) return undefined;
  return { month, week, weekday, timeSeconds };
}
