import { describe, expect, test } from 'vitest';
import { canonicalTimeZones, listTimeZones, readTimeZone, timeZoneDataVersion } from '../../../src/core/time-zones.ts';
import { vendors } from '../../../src/vendors/all.ts';
import {
  CHANGED_ZONES,
  clockOf,
  DAY_MS,
  expectedClock,
  nodeClock,
  nodeKnows,
  type SeenCourse,
  watch,
} from './intl-clock.ts';
import { PHONE_CLOCKS } from './phone-clocks.ts';
import { SNOM_PLACES } from './snom-places.ts';

const FIVE_YEARS_MS = 5 * 366 * DAY_MS;
const FIXED = Date.UTC(2026, 10, 2);
const TODAY = Math.max(Math.floor(Date.now() / DAY_MS) * DAY_MS, FIXED);

/** Every zone with data of its own: canonical ones, and EST, CET … */
const zones = listTimeZones().filter((name) => ruleOf(name, FIXED).zone === name);

function ruleOf(zone: string, now: number) {
  const rule = readTimeZone(zone, now);
  if (!rule.ok) throw new Error(`${zone} is not known`);
  return rule.value;
}

const watched = new Map<string, SeenCourse>();

function placeCourse(zone: string, from: number, until: number, stepMs: number): SeenCourse {
  const key = `${zone} ${from}`;
  const course = watched.get(key) ?? watch(clockOf(zone), from, until, stepMs);
  watched.set(key, course);
  return course;
}

describe.each([
  { name: 'from a fixed day, day by day', from: FIXED, stepMs: DAY_MS },
  { name: 'from today, week by week', from: TODAY, stepMs: 7 * DAY_MS },
])('five years $name', ({ from, stepMs }) => {
  test('our time zone data says what Intl says, to the second', () => {
    const wrong: string[] = [];
    for (const zone of zones) {
      const { course } = ruleOf(zone, from);
      const seen = placeCourse(zone, from, course.until, stepMs);
      const ours = {
        atStart: course.offsetSeconds,
        changes: course.transitions.map(({ at, offsetSeconds }) => ({ at, offset: offsetSeconds })),
      };
      if (JSON.stringify(ours) !== JSON.stringify(seen)) wrong.push(zone);
    }
    const hint = `data ${timeZoneDataVersion}, Node ${process.versions.tz}: newer data in Node wants scripts/update-time-zones.mjs`;
    expect(wrong, hint).toEqual([]);
  });

  test.each(vendors)(
    'a phone of $name shows the right time wherever its spelling is called exact, and only there',
    (vendor) => {
      const clock = PHONE_CLOCKS[vendor.id];
      if (clock === undefined) throw new Error(`test/vendors/time-zone/phone-clocks.ts has no model of ${vendor.id}`);
      const wrong: string[] = [];
      for (const zone of zones) {
        const rule = ruleOf(zone, from);
        const spelling = vendor.spellTimeZone(rule);
        const { until } = rule.course;
        const truth = placeCourse(zone, from, until, stepMs);
        const seen = watch(clock(spelling.settings), from, until, stepMs);
        const agrees = JSON.stringify(seen) === JSON.stringify(truth);
        if (agrees !== spelling.exact) {
          wrong.push(`${zone}: exact ${spelling.exact}, agrees ${agrees}: ${JSON.stringify(spelling)}`);
        }
        if (spelling.exact !== (spelling.note === null)) wrong.push(`${zone}: note ${spelling.note}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});

test('the zones that Node may not know yet differ from Node exactly as long as its data is older', () => {
  for (const { zone, release } of CHANGED_ZONES) {
    const expected = expectedClock(zone);
    if (expected === undefined) throw new Error(`${zone} has no stand-in`);
    const theirs = watch(nodeClock(zone), FIXED, FIXED + FIVE_YEARS_MS, DAY_MS);
    const agrees = JSON.stringify(theirs) === JSON.stringify(watch(expected, FIXED, FIXED + FIVE_YEARS_MS, DAY_MS));
    expect(agrees, `${zone} changed in ${release}, Node has ${process.versions.tz}`).toBe(nodeKnows(release));
  }
});

test('an old spelling is the zone that Intl takes it for', () => {
  const canonical = new Set(canonicalTimeZones());
  const aliases = listTimeZones().filter((name) => !zones.includes(name));
  expect(aliases.length).toBeGreaterThan(100);
  for (const alias of aliases) {
    const { zone } = ruleOf(alias, FIXED);
    expect(canonical).toContain(zone);
    const [theirs, ours] = [nodeClock(alias), nodeClock(zone)];
    for (let at = FIXED; at < FIXED + 2 * 366 * DAY_MS; at += 7 * DAY_MS) expect(theirs(at), alias).toBe(ours(at));
  }
});

test('every zone that Intl lists is known', () => {
  const known = new Set(listTimeZones());
  expect(Intl.supportedValuesOf('timeZone').filter((zone) => !known.has(zone))).toEqual([]);
});

test("a Snom code's number is the standard offset of the place it stands for, unless the place moved", () => {
  const moved = ['CAN-8', 'CAN-7', 'CAN-6'];
  for (const [code, place] of Object.entries(SNOM_PLACES)) {
    const hours = Number(/-?\d+(?:\.\d+)?$/.exec(code.replace('+', ' '))?.[0]);
    const course = watch(clockOf(place), FIXED, FIXED + 2 * 366 * DAY_MS, DAY_MS);
    const standard = Math.min(course.atStart, ...course.changes.map(({ offset }) => offset));
    if (moved.includes(code)) expect(standard, code).not.toBe(0 + hours * 3600);
    else expect(standard, code).toBe(0 + hours * 3600);
  }
});
