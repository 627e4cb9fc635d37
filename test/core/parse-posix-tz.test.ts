import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PosixTz, parsePosixTz } from '../../src/core/parse-posix-tz.ts';

function parsed(text: string): PosixTz {
  const result = parsePosixTz(text);
  if (!result.ok) throw new Error(`${text}: ${result.problem.wanted}`);
  return result.value;
}

const NOT_STANDARD = [
  ['', /name and an offset/],
  ['CET', /name and an offset/],
  ['CE-1', /name and an offset/],
  ['<+3>-3', /name and an offset/],
  [':Europe/Berlin', /name and an offset/],
  ['CET-25', /24 hours/],
  ['CET-1:60', /below 60/],
  ['CET-1CEST', /two rules/],
  ['CET-1CEST,M3.5.0', /two rules/],
  ['CET-1CEST,M3.5.0,M10.5.0,M11.1.0', /two rules/],
  ['CET-1CEST,M3.5.0,M10.5.0/3 ', /two rules/],
  ['CET-1CEST,M13.5.0,M10.5.0', /months 1-12/],
  ['CET-1CEST,M3.6.0,M10.5.0', /weeks 1-5/],
  ['CET-1CEST,M3.0.0,M10.5.0', /weeks 1-5/],
  ['CET-1CEST,M3.5.7,M10.5.0', /weekdays 0-6/],
  ['CET-1CEST,M3.5.0/168,M10.5.0', /167 hours/],
  ['CET-1CEST,J60,J300', /day of year/],
  ['CET-1CEST,59,299', /day of year/],
  ['CET-1!', /name for summer time/],
  [`CET-1${'C'.repeat(200)}`, /128 characters/],
] as const;

describe('a POSIX TZ string', () => {
  test('without summer time is one offset, counted eastward', () => {
    expect(parsed('JST-9')).toEqual({ standardName: 'JST', offsetSeconds: 32_400, daylight: null });
    expect(parsed('<+0545>-5:45')).toEqual({ standardName: '+0545', offsetSeconds: 20_700, daylight: null });
    expect(parsed('ABC+1:02:03').offsetSeconds).toBe(-3723);
    expect(parsed('UTC0').offsetSeconds).toBe(0);
  });

  test('with summer time has an hour and 02:00 where nothing else is said', () => {
    expect(parsed('CET-1CEST,M3.5.0,M10.5.0/3')).toEqual({
      standardName: 'CET',
      offsetSeconds: 3600,
      daylight: {
        name: 'CEST',
        saveSeconds: 3600,
        start: { month: 3, week: 5, weekday: 0, timeSeconds: 7200 },
        end: { month: 10, week: 5, weekday: 0, timeSeconds: 10_800 },
      },
    });
  });

  test('may change half an hour, at any minute, and outside the day', () => {
    expect(parsed('<+1030>-10:30<+11>-11,M10.1.0,M4.1.0').daylight?.saveSeconds).toBe(1800);
    expect(parsed('<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45').daylight?.start.timeSeconds).toBe(9900);
    expect(parsed('<-02>2<-01>,M3.5.0/-1,M10.5.0/0').daylight?.start.timeSeconds).toBe(-3600);
    expect(parsed('EET-2EEST,M3.4.4/50,M10.4.4/-167:59:59').daylight?.end.timeSeconds).toBe(-(167 * 3600 + 3599));
  });

  test('with a negative summer time, as Dublin has it, is turned round', () => {
    expect(parsed('IST-1GMT0,M10.5.0,M3.5.0/1')).toEqual({
      standardName: 'GMT',
      offsetSeconds: 0,
      daylight: {
        name: 'IST',
        saveSeconds: 3600,
        start: { month: 3, week: 5, weekday: 0, timeSeconds: 3600 },
        end: { month: 10, week: 5, weekday: 0, timeSeconds: 7200 },
      },
    });
  });

  test('whose summer time saves nothing has none', () => {
    expect(parsed('AAA3BBB3,M3.5.0,M10.5.0').daylight).toBeNull();
  });

  test.each(NOT_STANDARD)('is refused with a reason: %s', (text, reason) => {
    const result = parsePosixTz(text);
    expect(result.ok).toBe(false);
    if (!result.ok)
      expect(result.problem).toMatchObject({ kind: 'not-a-posix-tz', wanted: expect.stringMatching(reason) });
  });

  test('of any content is read or refused, never thrown at', () => {
    const alphabet = fc.constantFrom(...'CET<>+-0123456789:,./MJ ');
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: alphabet, maxLength: 60 })), (text) => {
        const result = parsePosixTz(text);
        if (result.ok) expect(Math.abs(result.value.offsetSeconds)).toBeLessThanOrEqual(24 * 3600 + 3599);
        else expect(result.problem.wanted).not.toBe('');
      }),
    );
  });

  test('that is written is read back', () => {
    const time = fc.record({ sign: fc.constantFrom('', '-'), h: fc.nat(167), m: fc.nat(59), s: fc.nat(59) });
    const date = fc.record({
      month: fc.integer({ min: 1, max: 12 }),
      week: fc.integer({ min: 1, max: 5 }),
      weekday: fc.integer({ min: 0, max: 6 }),
      time,
    });
    const two = (value: number) => String(value).padStart(2, '0');
    const write = (d: {
      month: number;
      week: number;
      weekday: number;
      time: { sign: string; h: number; m: number; s: number };
    }) => `,M${d.month}.${d.week}.${d.weekday}/${d.time.sign}${d.time.h}:${two(d.time.m)}:${two(d.time.s)}`;
    const seconds = (t: { sign: string; h: number; m: number; s: number }) =>
      (t.sign === '-' ? -1 : 1) * (t.h * 3600 + t.m * 60 + t.s) + 0;
    fc.assert(
      fc.property(fc.integer({ min: -14, max: 12 }), date, date, (west, start, end) => {
        const { daylight, offsetSeconds } = parsed(`<x+1>${west}<y+2>${write(start)}${write(end)}`);
        expect(offsetSeconds).toBe(0 - west * 3600);
        for (const [found, written] of [
          [daylight?.start, start],
          [daylight?.end, end],
        ] as const) {
          const { time: at, ...day } = written;
          expect(found).toEqual({ ...day, timeSeconds: seconds(at) });
        }
      }),
    );
  });
});
