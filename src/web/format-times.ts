import type { Language } from './choose-language.ts';

export interface TimeWords {
  /** `3 minutes ago`. */
  relative(at: number, now: number): string;
  /** `Wed, 7 Jan 2026, 09:00:12 CET`: for the title of a relative time. */
  exact(at: number): string;
  /** `09:00`, with the date when it is another day than `now`. */
  short(at: number, now: number): string;
  /** `09:00:12`. */
  seconds(at: number): string;
  /** `Sun 29 Mar 2026`. */
  day(at: number): string;
}

const known = new Map<string, TimeWords>();

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** Times as people read them, on the office's clock. Making the formats is dear, so each is made once. */
export function formatTimesFor(language: Language, timeZone: string): TimeWords {
  const key = `${language} ${timeZone}`;
  const words = known.get(key) ?? createTimeWords(language, timeZone);
  known.set(key, words);
  return words;
}

function createTimeWords(language: Language, zone: string): TimeWords {
  // British order for English: the day comes first, and a clock has 24 hours.
  const locale = language === 'en' ? 'en-GB' : language;
  const timeZone = isKnownZone(zone) ? zone : 'UTC';
  const exact = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  });
  const clock = new Intl.DateTimeFormat(locale, { timeZone, hour: '2-digit', minute: '2-digit' });
  const seconds = new Intl.DateTimeFormat(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const date = new Intl.DateTimeFormat(locale, { timeZone, day: 'numeric', month: 'short' });
  const day = new Intl.DateTimeFormat(locale, {
    timeZone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  const since = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'long' });
  return {
    relative(at, now) {
      const [unit, size] = STEPS.find(([, step]) => Math.abs(at - now) >= step) ?? STEPS[3];
      return since.format(Math.trunc((at - now) / size), unit);
    },
    exact: (at) => exact.format(at),
    short: (at, now) =>
      day.format(at) === day.format(now) ? clock.format(at) : `${date.format(at)}, ${clock.format(at)}`,
    seconds: (at) => seconds.format(at),
    day: (at) => day.format(at),
  };
}

function isKnownZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
