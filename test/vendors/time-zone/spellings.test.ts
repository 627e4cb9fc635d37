import { describe, expect, test } from 'vitest';
import { listTimeZones, readTimeZone } from '../../../src/core/time-zones.ts';
import { spellAastraTimeZone } from '../../../src/vendors/time-zone/aastra.ts';
import { spellGrandstreamTimeZone } from '../../../src/vendors/time-zone/grandstream.ts';
import { spellSnomTimeZone } from '../../../src/vendors/time-zone/snom.ts';
import { SNOM_CODES } from '../../../src/vendors/time-zone/snom-codes.ts';
import { spellYealinkTimeZone } from '../../../src/vendors/time-zone/yealink.ts';

const NOW = Date.UTC(2026, 11, 1);

function ruleOf(zone: string, now = NOW) {
  const rule = readTimeZone(zone, now);
  if (!rule.ok) throw new Error(`${zone} is not known`);
  return rule.value;
}

const yes = { exact: true, note: null };
const no = { exact: false, note: expect.objectContaining({ text: expect.any(String) }) };

/** Yealink: time_zone, start, end, offset_time; only the first where there is no summer time. */
const YEALINK: readonly [zone: string, told: readonly string[], verdict: typeof yes | typeof no][] = [
  ['Europe/Berlin', ['+1', '3/5/7/2', '10/5/7/3', '60'], yes],
  ['America/St_Johns', ['-3:30', '3/2/7/2', '11/1/7/2', '60'], yes],
  ['Australia/Lord_Howe', ['+10:30', '10/1/7/2', '4/1/7/2', '30'], yes],
  ['Europe/Dublin', ['0', '3/5/7/1', '10/5/7/2', '60'], yes],
  // Ends on the day after October's last Thursday, which may be the 1st of November.
  ['Africa/Cairo', ['+2', '4/5/5/0', '11/1/4/0/-6', '60'], yes],
  ['Africa/Casablanca', ['0'], yes],
  ['Asia/Gaza', ['+2', '3/5/7/2/-1', '10/5/7/2/-1', '60'], yes],
  ['Asia/Jerusalem', ['+2', '3/5/7/2/-2', '10/5/7/2', '60'], yes],
  ['America/Nuuk', ['-2', '3/5/7/23/-1', '10/5/7/0', '60'], yes],
  ['America/Santiago', ['-4', '9/2/6/0/-6', '4/2/6/0/-6', '60'], yes],
  ['Pacific/Chatham', ['+12:45', '9/5/7/3', '4/1/7/4', '60'], no],
  ['Antarctica/Troll', ['0', '3/5/7/1', '10/5/7/3', '120'], yes],
  ['Asia/Kathmandu', ['+5:45'], yes],
  ['Asia/Tehran', ['+3:30'], yes],
  ['America/Regina', ['-6'], yes],
  ['Pacific/Apia', ['+13'], yes],
  ['America/Vancouver', ['-7'], yes],
  ['America/Havana', ['-4'], no],
];

test.each(YEALINK)('Yealink is told of %s', (zone, told, verdict) => {
  const [offset, start, end, save] = told;
  const settings =
    start === undefined
      ? { 'local_time.time_zone': offset, 'local_time.summer_time': '0' }
      : {
          'local_time.time_zone': offset,
          'local_time.summer_time': '1',
          'local_time.dst_time_type': '1',
          'local_time.start_time': start,
          'local_time.end_time': end,
          'local_time.offset_time': save,
        };
  expect(spellYealinkTimeZone(ruleOf(zone))).toEqual({ settings, ...verdict });
});

const GRANDSTREAM: readonly [zone: string, posix: string, verdict: typeof yes | typeof no][] = [
  ['Europe/Berlin', 'CET-1CEST-2,M3.5.0/02:00:00,M10.5.0/03:00:00', yes],
  ['America/St_Johns', 'NST+3:30NDT+2:30,M3.2.0/02:00:00,M11.1.0/02:00:00', yes],
  ['Australia/Lord_Howe', 'MTZ-10:30MDT-11,M10.1.0/02:00:00,M4.1.0/02:00:00', yes],
  ['Europe/Dublin', 'GMT+0IST-1,M3.5.0/01:00:00,M10.5.0/02:00:00', yes],
  ['Africa/Cairo', 'EET-2EEST-3,M4.5.5/00:00:00,M10.5.4/23:59:59', no],
  ['Africa/Casablanca', 'MTZ+0', yes],
  ['Asia/Gaza', 'EET-2EEST-3,M3.5.0/00:00:00,M10.5.0/00:00:00', no],
  ['Asia/Jerusalem', 'IST-2IDT-3,M3.4.4/23:59:59,M10.5.0/02:00:00', no],
  ['America/Nuuk', 'MTZ+2MDT+1,M3.5.0/00:00:00,M10.5.0/00:00:00', no],
  ['America/Santiago', 'MTZ+4MDT+3,M9.1.6/23:59:59,M4.1.6/23:59:59', no],
  ['Pacific/Chatham', 'MTZ-12:45MDT-13:45,M9.5.0/02:45:00,M4.1.0/03:45:00', yes],
  ['Antarctica/Troll', 'MTZ+0MDT-2,M3.5.0/01:00:00,M10.5.0/03:00:00', yes],
  ['Asia/Kathmandu', 'MTZ-5:45', yes],
  ['Asia/Tehran', 'MTZ-3:30', yes],
  ['America/Regina', 'CST+6', yes],
  ['Pacific/Apia', 'MTZ-13', yes],
  ['America/Vancouver', 'MST+7', yes],
  ['America/Havana', 'CDT+4', no],
];

test.each(GRANDSTREAM)('Grandstream is told of %s', (zone, posix, verdict) => {
  const settings = { P64: 'customize', P246: posix, P143: '0' };
  expect(spellGrandstreamTimeZone(ruleOf(zone))).toEqual({ settings, ...verdict });
});

/** Aastra: minutes west; dst minutes; month, week, day, hour of start and end. */
const AASTRA: readonly [zone: string, minutes: number, dst: readonly number[], verdict: typeof yes | typeof no][] = [
  ['Europe/Berlin', -60, [60, 3, -1, 1, 2, 10, -1, 1, 3], yes],
  ['America/St_Johns', 210, [60, 3, 2, 1, 2, 11, 1, 1, 2], yes],
  ['Australia/Lord_Howe', -630, [30, 10, 1, 1, 2, 4, 1, 1, 2], yes],
  ['Europe/Dublin', 0, [60, 3, -1, 1, 1, 10, -1, 1, 2], yes],
  ['Africa/Cairo', -120, [60, 4, -1, 6, 0, 10, -1, 5, 23], no],
  ['Africa/Casablanca', 0, [], yes],
  ['Asia/Gaza', -120, [60, 3, -1, 1, 0, 10, -1, 1, 0], no],
  ['Asia/Jerusalem', -120, [60, 3, 4, 5, 23, 10, -1, 1, 2], no],
  ['America/Nuuk', 120, [60, 3, -1, 1, 0, 10, -1, 1, 0], no],
  ['America/Santiago', 240, [60, 9, 1, 7, 23, 4, 1, 7, 23], no],
  ['Pacific/Chatham', -765, [60, 9, -1, 1, 3, 4, 1, 1, 4], no],
  ['Antarctica/Troll', 0, [60, 3, -1, 1, 1, 10, -1, 1, 3], no],
  ['Asia/Kathmandu', -345, [], yes],
  ['Asia/Tehran', -210, [], yes],
  ['America/Regina', 360, [], yes],
  ['Pacific/Apia', -780, [], yes],
  ['America/Vancouver', 420, [], yes],
  ['America/Havana', 240, [], no],
];

test.each(AASTRA)('Aastra is told of %s', (zone, minutes, dst, verdict) => {
  const dstKeys = [
    'dst minutes',
    ...['start', 'end'].flatMap((w) => ['month', 'week', 'day', 'hour'].map((f) => `dst ${w} ${f}`)),
  ];
  const settings = {
    'time zone name': 'Custom',
    'time zone minutes': String(minutes),
    'dst config': dst.length === 0 ? '0' : '3',
    ...(dst.length === 0 ? {} : { 'dst [start|end] relative date': '1' }),
    ...Object.fromEntries(dst.map((value, index) => [dstKeys[index], String(value)])),
  };
  expect(spellAastraTimeZone(ruleOf(zone))).toEqual({ settings, ...verdict });
});

/** Snom: the code, or offset and dst. */
const SNOM: readonly [zone: string, told: readonly string[], verdict: typeof yes | typeof no][] = [
  ['Europe/Berlin', ['GER+1'], yes],
  ['America/St_Johns', ['CAN-3.5'], yes],
  ['Australia/Lord_Howe', ['AUS+10.5'], yes],
  ['Europe/Dublin', ['IRL-0'], yes],
  ['Europe/London', ['GBR-0'], yes],
  ['Africa/Cairo', ['+7200', '3600 04.05.05 00:00:00 10.05.04 23:59:59'], no],
  ['Africa/Casablanca', ['0', ''], yes],
  ['Asia/Gaza', ['+7200', '3600 03.05.07 00:00:00 10.05.07 00:00:00'], no],
  ['Asia/Jerusalem', ['ISR+2'], yes],
  ['America/Nuuk', ['-7200', '3600 03.05.07 00:00:00 10.05.07 00:00:00'], no],
  ['America/Santiago', ['CHL-4'], yes],
  ['Pacific/Chatham', ['NZL+12.75'], yes],
  ['Antarctica/Troll', ['0', '7200 03.05.07 01:00:00 10.05.07 03:00:00'], yes],
  ['Asia/Kathmandu', ['+20700', ''], yes],
  ['Asia/Tehran', ['+12600', ''], yes],
  ['America/Regina', ['CAN2-6'], yes],
  ['Pacific/Apia', ['TON+13'], yes],
  // Its own code is CAN-8, which firmware may still take for a zone with summer time.
  ['America/Vancouver', ['USA2-7'], yes],
  ['America/Mexico_City', ['CAM-6'], yes],
  ['America/Adak', ['-36000', '3600 03.02.07 02:00:00 11.01.07 02:00:00'], yes],
  ['America/Havana', ['TTB-4'], no],
];

test.each(SNOM)('Snom is told of %s', (zone, [first, dst], verdict) => {
  const settings = dst === undefined ? { timezone: first } : { timezone: '', utc_offset: first, dst };
  expect(spellSnomTimeZone(ruleOf(zone))).toEqual({ settings, ...verdict });
});

test('every code of Snom still has the rule of each place it is used for', () => {
  for (const { code, pattern, zones } of SNOM_CODES) {
    expect(zones.length, code).toBeGreaterThan(0);
    for (const zone of zones) {
      const { offsetSeconds, daylight } = ruleOf(zone);
      const bare = (d: typeof daylight) => d && { saveSeconds: d.saveSeconds, start: d.start, end: d.end };
      expect({ offsetSeconds, daylight: bare(daylight) }, `${code} ${zone}`).toEqual({
        offsetSeconds: pattern.offsetSeconds,
        daylight: bare(pattern.daylight),
      });
      expect(spellSnomTimeZone(ruleOf(zone)).settings, zone).toEqual({ timezone: code });
    }
  }
});

describe('notes', () => {
  test('say how late or early the phone is', () => {
    expect(spellYealinkTimeZone(ruleOf('Pacific/Chatham')).note?.text).toMatch(
      /starts 15 minutes late and ends 15 minutes late/,
    );
    expect(spellGrandstreamTimeZone(ruleOf('America/Nuuk')).note?.text).toMatch(/starts 1 hour late .*2027-03-28/);
    expect(spellGrandstreamTimeZone(ruleOf('Africa/Cairo')).note?.text).toMatch(/ends 1 second early/);
    expect(spellAastraTimeZone(ruleOf('Antarctica/Troll')).note?.text).toMatch(/adds 60 minutes .* adds 120/);
  });

  test('say that the zone will go over to another rule', () => {
    expect(spellYealinkTimeZone(ruleOf('America/Havana')).note?.text).toMatch(/another rule on 2027-03-14/);
  });
});

test('what a phone is told changes on no day but the one on which another rule takes over', () => {
  const spellAll = (zone: string, now: number) => {
    const rule = ruleOf(zone, now);
    const spellings = [spellYealinkTimeZone, spellGrandstreamTimeZone, spellSnomTimeZone, spellAastraTimeZone];
    return { told: JSON.stringify(spellings.map((spell) => spell(rule).settings)), holdsUntil: rule.holdsUntil };
  };
  const changed: string[] = [];
  for (const zone of listTimeZones()) {
    let { told, holdsUntil } = spellAll(zone, NOW);
    for (let now = NOW; now < Date.UTC(2031, 0, 1); now += 97 * 86_400_000) {
      const next = spellAll(zone, now);
      if (next.told !== told) {
        changed.push(zone);
        expect(holdsUntil, zone).toBeLessThanOrEqual(now);
      }
      ({ told, holdsUntil } = next);
    }
  }
  expect(changed).toEqual(['America/Havana', 'Cuba']);
});
