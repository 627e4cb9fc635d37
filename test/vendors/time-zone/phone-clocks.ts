import { type Clock, clockOf as placeClock } from './intl-clock.ts';
import { SNOM_PLACES } from './snom-places.ts';

/**
 * How each vendor's phone turns its settings into local time, written from the vendors' documents (docs/vendors/<id>.md, time
 * zones) and without anything of src/: it reads the strings of the file, as the phone does, and refuses what a phone would not take.
 */
type Settings = Readonly<Record<string, string>>;

/** A change of clocks in one year: the wall clock's reading at which it happens, as if it were UTC; milliseconds. */
type WallChange = (year: number) => number;

const HOUR_MS = 3_600_000;

function steadyClock(offsetSeconds: number): Clock {
  return () => offsetSeconds;
}

/** Before the start the wall clock shows standard time, before the end it shows summer time. */
function seasonalClock(standard: number, save: number, start: WallChange, end: WallChange): Clock {
  const years = new Map<number, { at: number; offset: number }[]>();
  const changesOf = (year: number) => {
    const known = years.get(year);
    if (known !== undefined) return known;
    const changes = [
      { at: start(year) - standard * 1000, offset: standard + save },
      { at: end(year) - (standard + save) * 1000, offset: standard },
    ].sort((a, b) => a.at - b.at);
    years.set(year, changes);
    return changes;
  };
  return (at) => {
    const year = new Date(at + standard * 1000).getUTCFullYear();
    for (const candidate of [year, year - 1]) {
      const passed = changesOf(candidate).findLast((change) => change.at <= at);
      if (passed !== undefined) return passed.offset;
    }
    return standard;
  };
}

/** Days of a month that fall on a weekday, 0 Sunday - 6 Saturday. */
function daysOn(year: number, month: number, weekday: number): number[] {
  const days: number[] = [];
  for (let day = 1; new Date(Date.UTC(year, month - 1, day)).getUTCMonth() === month - 1; day++) {
    if (new Date(Date.UTC(year, month - 1, day)).getUTCDay() === weekday) days.push(day);
  }
  return days;
}

function pick(days: readonly number[], index: number): number {
  const day = days.at(index);
  if (day === undefined) throw new Error(`no day number ${index} among ${days.join()}`);
  return day;
}

function within(value: number, low: number, high: number, what: string): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Error(`${what}: saw ${value}, the phone takes ${low} to ${high}`);
}

function read(settings: Settings, key: string): string {
  const value = settings[key];
  if (value === undefined) throw new Error(`${key} is missing`);
  return value;
}

function matchOf(pattern: RegExp, text: string): string[] {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`saw ${text}, the phone takes ${pattern}`);
  return match.map((part) => part ?? '');
}

function number(settings: Settings, key: string, low: number, high: number): number {
  return within(Number(matchOf(/^-?\d+$/, read(settings, key))[0]), low, high, key);
}

function yealinkClock(settings: Settings): Clock {
  const [, sign, hours, minutes] = matchOf(/^([+-]?)(\d{1,2})(?::(\d{2}))?$/, read(settings, 'local_time.time_zone'));
  const size = within(Number(hours), 0, 14, 'hours') * 3600 + Number(minutes) * 60;
  const standard = sign === '-' ? -size : size;
  if (number(settings, 'local_time.summer_time', 0, 1) === 0) return steadyClock(standard);
  number(settings, 'local_time.dst_time_type', 1, 1);
  const change = (key: string): WallChange => {
    const fields = read(settings, key).split('/').map(Number);
    within(fields.length, 4, 5, key);
    const month = within(fields[0] ?? 0, 1, 12, key);
    const week = within(fields[1] ?? 0, 1, 5, key);
    const weekday = within(fields[2] ?? 0, 1, 7, key) % 7;
    const hour = within(fields[3] ?? 0, 0, 23, key);
    const shift = fields.length === 5 ? within(fields[4] ?? 0, -6, -1, key) : 0;
    return (year) => {
      const days = daysOn(year, month, weekday);
      return Date.UTC(year, month - 1, pick(days, week === 5 ? -1 : week - 1) + shift, hour);
    };
  };
  const save = number(settings, 'local_time.offset_time', -300, 300) * 60;
  return seasonalClock(standard, save, change('local_time.start_time'), change('local_time.end_time'));
}

function grandstreamClock(settings: Settings): Clock {
  if (read(settings, 'P64') !== 'customize' || read(settings, 'P143') !== '0') throw new Error('P246 is not in force');
  const posix = read(settings, 'P246');
  within(posix.length, 1, 64, 'length of P246');
  const rule = String.raw`,M(\d+)\.(\d)\.(\d)/(\d\d):(\d\d):(\d\d)`;
  const name = String.raw`[A-Za-z]{3,}([+-])(\d+)(?::(\d\d))?`;
  const fields = matchOf(new RegExp(`^${name}(?:${name}${rule}${rule})?$`), posix);
  const east = (at: number) =>
    (within(Number(fields[at + 1]), 0, 24, 'hours') * 3600 + Number(fields[at + 2]) * 60) *
    (fields[at] === '-' ? 1 : -1);
  const standard = east(1);
  if (fields[4] === '') return steadyClock(standard);
  const change = (at: number): WallChange => {
    const month = within(Number(fields[at]), 1, 12, 'month');
    const week = within(Number(fields[at + 1]), 1, 5, 'week');
    const weekday = within(Number(fields[at + 2]), 0, 6, 'weekday');
    const hour = within(Number(fields[at + 3]), 0, 23, 'hour');
    const [minute, second] = [Number(fields[at + 4]), Number(fields[at + 5])];
    return (year) =>
      Date.UTC(year, month - 1, pick(daysOn(year, month, weekday), week === 5 ? -1 : week - 1), hour, minute, second);
  };
  return seasonalClock(standard, east(4) - standard, change(7), change(13));
}

function snomClock(settings: Settings): Clock {
  const code = read(settings, 'timezone');
  if (code !== '') {
    const place = SNOM_PLACES[code];
    if (place === undefined) throw new Error(`the phone has no code ${code}`);
    return placeClock(place);
  }
  const standard = Number(matchOf(/^(?:0|[+-][1-9]\d*)$/, read(settings, 'utc_offset'))[0]);
  const dst = read(settings, 'dst');
  if (dst === '') return steadyClock(standard);
  const date = String.raw` (\d\d)\.(\d\d)\.(\d\d) (\d\d):(\d\d):(\d\d)`;
  const fields = matchOf(new RegExp(`^(\\d+)${date}${date}$`), dst).map(Number);
  const change = (at: number): WallChange => {
    const month = within(fields[at] ?? 0, 1, 12, 'month');
    const week = within(fields[at + 1] ?? 0, 1, 5, 'week');
    const weekday = within(fields[at + 2] ?? 0, 1, 7, 'weekday') % 7;
    const hour = within(fields[at + 3] ?? 0, 0, 23, 'hour');
    return (year) => {
      const day = pick(daysOn(year, month, weekday), week === 5 ? -1 : week - 1);
      return Date.UTC(year, month - 1, day, hour, fields[at + 4], fields[at + 5]);
    };
  };
  return seasonalClock(standard, fields[1] ?? 0, change(2), change(8));
}

function aastraClock(settings: Settings): Clock {
  if (read(settings, 'time zone name') !== 'Custom') throw new Error('time zone minutes is not in force');
  const standard = -60 * number(settings, 'time zone minutes', -14 * 60, 12 * 60);
  if (read(settings, 'dst config') === '0') return steadyClock(standard);
  number(settings, 'dst config', 3, 3);
  number(settings, 'dst [start|end] relative date', 1, 1);
  const change = (which: string): WallChange => {
    const month = number(settings, `dst ${which} month`, 1, 12);
    const week = number(settings, `dst ${which} week`, -1, 5);
    const weekday = number(settings, `dst ${which} day`, 1, 7) - 1;
    const hour = number(settings, `dst ${which} hour`, 0, 23);
    return (year) => {
      const day = pick(daysOn(year, month, weekday), week < 0 ? week : within(week, 1, 5, 'week') - 1);
      return Date.UTC(year, month - 1, day) + hour * HOUR_MS;
    };
  };
  const save = number(settings, 'dst minutes', 0, 60) * 60;
  return seasonalClock(standard, save, change('start'), change('end'));
}

/** By vendor id: the clock that a phone with these settings shows. */
export const PHONE_CLOCKS: Readonly<Record<string, (settings: Settings) => Clock>> = {
  yealink: yealinkClock,
  grandstream: grandstreamClock,
  snom: snomClock,
  aastra: aastraClock,
};
