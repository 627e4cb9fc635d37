import { describe, expect, test } from 'vitest';
import {
  type ClockPattern,
  courseOf,
  disagreementsOf,
  offsetAt,
  transitionsOf,
  wallInstantOf,
} from '../../src/core/time-zone-rule.ts';

const berlin: ClockPattern = {
  offsetSeconds: 3600,
  daylight: {
    saveSeconds: 3600,
    start: { month: 3, week: 5, weekday: 0, timeSeconds: 7200 },
    end: { month: 10, week: 5, weekday: 0, timeSeconds: 10_800 },
  },
};
const auckland: ClockPattern = {
  offsetSeconds: 43_200,
  daylight: {
    saveSeconds: 3600,
    start: { month: 9, week: 5, weekday: 0, timeSeconds: 7200 },
    end: { month: 4, week: 1, weekday: 0, timeSeconds: 10_800 },
  },
};

describe('a rule date', () => {
  test('in week 5 is the last of its weekday, whether the fourth or the fifth', () => {
    const last = { month: 10, week: 5, weekday: 0, timeSeconds: 0 };
    expect(wallInstantOf(last, 2026)).toBe(Date.UTC(2026, 9, 25));
    expect(wallInstantOf(last, 2027)).toBe(Date.UTC(2027, 9, 31));
    expect(wallInstantOf({ ...last, month: 2 }, 2027)).toBe(Date.UTC(2027, 1, 28));
  });

  test('may lie outside its day', () => {
    const thursday = { month: 3, week: 4, weekday: 4, timeSeconds: 50 * 3600 };
    expect(wallInstantOf(thursday, 2027)).toBe(Date.UTC(2027, 2, 27, 2));
    expect(wallInstantOf({ month: 1, week: 1, weekday: 5, timeSeconds: -3600 }, 2027)).toBe(Date.UTC(2026, 11, 31, 23));
  });
});

describe('a pattern', () => {
  test('changes at wall-clock times of the time before the change', () => {
    expect(transitionsOf(berlin, Date.UTC(2027, 0, 1), Date.UTC(2028, 0, 1))).toEqual([
      { at: Date.UTC(2027, 2, 28, 1), offsetSeconds: 7200 },
      { at: Date.UTC(2027, 9, 31, 1), offsetSeconds: 3600 },
    ]);
  });

  test('of the south begins the year in summer time', () => {
    expect(courseOf(auckland, Date.UTC(2027, 0, 1), Date.UTC(2028, 0, 1))).toMatchObject({
      offsetSeconds: 46_800,
      transitions: [
        { at: Date.UTC(2027, 3, 3, 14), offsetSeconds: 43_200 },
        { at: Date.UTC(2027, 8, 25, 14), offsetSeconds: 46_800 },
      ],
    });
  });

  test('has its new offset from the very instant of the change', () => {
    const at = Date.UTC(2027, 2, 28, 1);
    expect([at - 1, at, at + 1].map((instant) => offsetAt(berlin, instant))).toEqual([3600, 7200, 7200]);
  });

  test('without summer time never changes', () => {
    expect(transitionsOf({ offsetSeconds: 0, daylight: null }, 0, Date.UTC(2040, 0, 1))).toEqual([]);
  });
});

describe('two clocks', () => {
  const [from, until] = [Date.UTC(2027, 0, 1), Date.UTC(2028, 0, 1)];

  test('that do the same disagree nowhere', () => {
    expect(disagreementsOf(courseOf(berlin, from, until), courseOf(berlin, from, until))).toEqual([]);
  });

  test('disagree from the first one that changes until the second has followed', () => {
    const late = {
      ...berlin,
      daylight: berlin.daylight && { ...berlin.daylight, start: { ...berlin.daylight.start, timeSeconds: 9000 } },
    };
    expect(disagreementsOf(courseOf(late, from, until), courseOf(berlin, from, until))).toEqual([
      { from: Date.UTC(2027, 2, 28, 1), until: Date.UTC(2027, 2, 28, 1, 30), aheadSeconds: -3600 },
    ]);
  });

  test('with different offsets disagree from the start to the end', () => {
    const steady = { offsetSeconds: 0, daylight: null };
    const found = disagreementsOf(courseOf(berlin, from, until), courseOf(steady, from, until));
    expect(found.map(({ aheadSeconds }) => aheadSeconds)).toEqual([3600, 7200, 3600]);
    expect([found[0]?.from, found.at(-1)?.until]).toEqual([from, until]);
  });
});
