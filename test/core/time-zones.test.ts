import { describe, expect, test } from 'vitest';
import { offsetAt } from '../../src/core/time-zone-rule.ts';
import { canonicalTimeZones, listTimeZones, readTimeZone, timeZoneDataVersion } from '../../src/core/time-zones.ts';

const NOW = Date.UTC(2026, 11, 1);

function ruleOf(zone: string, now = NOW) {
  const rule = readTimeZone(zone, now);
  if (!rule.ok) throw new Error(`${zone} is not known`);
  return rule.value;
}

describe('the names', () => {
  test('are sorted, without doubles, and hold every canonical one', () => {
    const names = listTimeZones();
    expect(names).toEqual([...new Set(names)].sort());
    const known = new Set(names);
    expect(canonicalTimeZones().filter((name) => !known.has(name))).toEqual([]);
    expect(canonicalTimeZones().length).toBeGreaterThan(420);
  });

  test('leave out what is no zone of a place or a person', () => {
    expect(listTimeZones().filter((name) => /^(?:Factory|posixrules|localtime|right\/|posix\/)/.test(name))).toEqual(
      [],
    );
  });

  test.each([
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['UTC', 'Etc/UTC'],
    ['Europe/Oslo', 'Europe/Oslo'],
    ['EST5EDT', 'EST5EDT'],
  ])('%s is read as %s', (name, zone) => {
    expect(ruleOf(name).zone).toBe(zone);
  });

  test('say the release that they come from', () => {
    expect(timeZoneDataVersion).toMatch(/^20\d\d[a-z]+$/);
  });
});

describe('a name that is not known', () => {
  test.each([
    ['berlin', 'Europe/Berlin'],
    ['EUROPE/BERLIN', 'Europe/Berlin'],
    ['Europe/Belrin', 'Europe/Berlin'],
    ['Germany/Berlin', 'Europe/Berlin'],
    ['America/New York', 'America/New_York'],
    ['Asia/Katmandoo', 'Asia/Katmandu'],
  ])('%s brings to mind %s', (saw, wanted) => {
    const rule = readTimeZone(saw, NOW);
    expect(rule).toMatchObject({ ok: false, problem: { kind: 'no-such-time-zone', saw } });
    if (!rule.ok) expect(rule.problem.near[0]).toBe(wanted);
  });

  test.each(['', '/', 'Xanadu', 'x', '__proto__', 'toString', 'a'.repeat(100_000)])(
    '%.20s brings nothing to mind',
    (saw) => {
      expect(readTimeZone(saw, NOW)).toEqual({ ok: false, problem: { kind: 'no-such-time-zone', saw, near: [] } });
    },
  );
});

describe('a rule', () => {
  test('carries what tzdata says of five years', () => {
    const { course, holdsUntil, incomplete, posix } = ruleOf('Europe/Berlin');
    expect(posix).toBe('CET-1CEST,M3.5.0,M10.5.0/3');
    expect(course.from).toBe(NOW);
    expect(new Date(course.until).getUTCFullYear()).toBe(2031);
    expect(course.transitions.length).toBe(10);
    expect([holdsUntil, incomplete]).toEqual([null, null]);
  });

  test('is the one that holds now, until the zone comes back to its yearly rule', () => {
    // tzdata 2026f: Cuba stays on -04 over the winter of 2026, and falls back in November 2027 again.
    const back = Date.UTC(2027, 2, 14, 5);
    const stays = ruleOf('America/Havana', NOW);
    expect(stays).toMatchObject({ posix: 'CDT4', offsetSeconds: -14_400, daylight: null, holdsUntil: back });
    expect(stays.incomplete?.text).toMatch(/2027-03-14/);
    expect(stays.course.transitions[0]).toEqual({ at: Date.UTC(2027, 10, 7, 5), offsetSeconds: -18_000 });
    expect(ruleOf('America/Havana', back - 1).posix).toBe('CDT4');
    const returned = ruleOf('America/Havana', back);
    expect(returned).toMatchObject({ posix: 'CST5CDT,M3.2.0/0,M11.1.0/1', holdsUntil: null, incomplete: null });
    expect(offsetAt(returned, back)).toBe(-14_400);
  });

  test('of Gaza is yearly until Ramadan meets summer time, then one offset for its weeks', () => {
    // Ramadan of 2037 lies in October: tzdata ends summer time early.
    const { holdsUntil, incomplete, daylight } = ruleOf('Asia/Gaza');
    expect([daylight === null, incomplete]).toEqual([false, null]);
    if (holdsUntil === null) throw new Error('Gaza has no change ahead');
    expect(new Date(holdsUntil).getUTCFullYear()).toBeGreaterThan(2031);
    expect(ruleOf('Asia/Gaza', holdsUntil)).toMatchObject({ offsetSeconds: 7200, daylight: null });
    expect(ruleOf('Asia/Gaza', holdsUntil - 1).incomplete?.text).toMatch(/goes over to another rule/);
  });

  test('of a clock that is behind the data is that of the data', () => {
    const early = ruleOf('Africa/Casablanca', 0);
    expect(early).toMatchObject({ offsetSeconds: 0, daylight: null, holdsUntil: null });
    expect(early.course.from).toBeGreaterThan(Date.UTC(2026, 0, 1));
  });

  test('of Apia is that of the far side of the date line', () => {
    expect(ruleOf('Pacific/Apia')).toMatchObject({ offsetSeconds: 46_800, daylight: null });
  });
});
