import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inWords, note } from '../../../src/core/note.ts';
import { type RuleDate, wallInstantOf } from '../../../src/core/time-zone-rule.ts';
import { readTimeZone } from '../../../src/core/time-zones.ts';
import { fitPattern, type Limits } from '../../../src/vendors/time-zone/fit-pattern.ts';

const berlin = readTimeZone('Europe/Berlin', Date.UTC(2026, 11, 1));
if (!berlin.ok || berlin.value.daylight === null) throw new Error('Berlin has summer time');
const { value: rule } = berlin;
const { daylight } = berlin.value;

const seconds: Limits = {
  words: note('test.seconds', 'seconds'),
  stepSeconds: 1,
  maxDaysBack: 0,
  maxSaveSeconds: 86_400,
};
const hoursAndDaysBack: Limits = {
  words: note('test.hours', 'hours'),
  stepSeconds: 3600,
  maxDaysBack: 6,
  maxSaveSeconds: 3600,
};

function fitStart(start: RuleDate, limits: Limits) {
  const fitted = fitPattern({ ...rule, daylight: { ...daylight, start } }, limits).daylight?.start;
  if (fitted === undefined) throw new Error('summer time is lost');
  return fitted;
}

const date = fc.record({
  month: fc.integer({ min: 2, max: 11 }),
  week: fc.integer({ min: 1, max: 5 }),
  weekday: fc.integer({ min: 0, max: 6 }),
});

test('a date that the phone can tell is told as it is', () => {
  fc.assert(
    fc.property(date, fc.nat(86_399), (day, timeSeconds) => {
      expect(fitStart({ ...day, timeSeconds }, seconds)).toEqual({
        ...day,
        timeSeconds,
        secondsOfDay: timeSeconds,
        daysBack: 0,
      });
    }),
  );
});

test('days back reach every whole hour within six days before a weekday, in every year', () => {
  fc.assert(
    fc.property(date, fc.integer({ min: -6, max: -1 }), fc.nat(23), (day, shift, hour) => {
      const wanted = { ...day, timeSeconds: shift * 86_400 + hour * 3600 };
      const fitted = fitStart(wanted, hoursAndDaysBack);
      for (let year = 2024; year < 2100; year++) expect(wallInstantOf(fitted, year)).toBe(wallInstantOf(wanted, year));
    }),
    { numRuns: 50 },
  );
});

test('what cannot be told is told within reach of the phone, and no further off than two days', () => {
  fc.assert(
    fc.property(date, fc.integer({ min: -26 * 3600, max: 50 * 3600 }), (day, timeSeconds) => {
      const wanted = { ...day, timeSeconds };
      const fitted = fitStart(wanted, seconds);
      expect(fitted.secondsOfDay).toBeGreaterThanOrEqual(0);
      expect(fitted.secondsOfDay).toBeLessThan(86_400);
      let off = 0;
      for (let year = 2024; year < 2052; year++)
        off += Math.abs(wallInstantOf(fitted, year) - wallInstantOf(wanted, year));
      expect(off / 28).toBeLessThanOrEqual(2 * 86_400_000);
    }),
    { numRuns: 50 },
  );
});

test('too much saved is clamped, and said', () => {
  const fitted = fitPattern({ ...rule, daylight: { ...daylight, saveSeconds: 7200 } }, hoursAndDaysBack);
  expect(fitted.daylight?.saveSeconds).toBe(3600);
  expect(fitted.shortcomings.map(({ text }) => text)).toEqual([
    'the phone adds 60 minutes in summer where the zone adds 120',
  ]);
});

test('a duration in words is whole', () => {
  expect([1, 60, 900, 7201, 86_400 * 2, 3600, -3600].map(inWords)).toEqual([
    '1 second',
    '1 minute',
    '15 minutes',
    '2 hours 1 second',
    '2 days',
    '1 hour',
    '1 hour',
  ]);
});
