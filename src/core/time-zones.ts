import { findNear } from './find-near.ts';
import { note } from './note.ts';
import { type PosixTz, parsePosixTz } from './parse-posix-tz.ts';
import { err, ok, type Result } from './result.ts';
import data from './time-zone-data.json' with { type: 'json' };
import {
  type ClockCourse,
  courseOf,
  disagreementsOf,
  offsetAt,
  type TimeZoneRule,
  type Transition,
  transitionsOf,
} from './time-zone-rule.ts';

/** Written by scripts/update-time-zones.mjs. */
interface ZoneData {
  /** Footer of the zone's TZif file. */
  readonly posix: string;
  /** An old name with a rule of its own (EST, CET …): accepted, but no place on earth. */
  readonly old?: true;
  /** [UTC seconds, seconds east of UTC, abbreviation]: what the footer does not say, in order, from 2026 on. */
  readonly changes?: readonly (readonly [number, number, string])[];
  /** UTC seconds: from then on the footer says it all. */
  readonly footerFrom?: number;
}

const ZONES = new Map(Object.entries(data.zones as unknown as Readonly<Record<string, ZoneData>>));
const ALIASES = new Map(Object.entries<string>(data.aliases));
const RELEASED = Date.parse(data.released);

/** How far ahead a rule is compared with tzdata: five years, with the two leap days that may be among them. */
const COURSE_MS = (5 * 365 + 2) * 86_400_000;

/** When that release was made, in milliseconds since 1970: no true clock is behind it. */
export const timeZoneDataReleasedAt: number = RELEASED;

/** tzdata's release, as in `2026f`. */
export const timeZoneDataVersion: string = data.version;

export interface NoSuchTimeZone {
  readonly kind: 'no-such-time-zone';
  readonly saw: string;
  /** Names that may have been meant, best first. */
  readonly near: readonly string[];
}

/** Every name that is understood, old spellings included, sorted. */
export function listTimeZones(): string[] {
  return [...ZONES.keys(), ...ALIASES.keys()].sort();
}

/** One name for each zone: the places of tzdata's zone.tab and zone1970.tab, and Etc/…, sorted. */
export function canonicalTimeZones(): string[] {
  return [...ZONES].filter(([, zone]) => zone.old !== true).map(([name]) => name);
}

/**
 * The rule that holds at `now` (milliseconds) in a zone of any name. It is the same on every day until `holdsUntil`.
 * A clock that is behind tzdata's own release is wrong (a small box without a battery starts in 1970) and read as the release's day.
 */
export function readTimeZone(name: string, now: number): Result<TimeZoneRule, NoSuchTimeZone> {
  const zone = ALIASES.get(name) ?? name;
  const known = ZONES.get(zone);
  if (known === undefined) return err({ kind: 'no-such-time-zone', saw: name, near: findNear(listTimeZones(), name) });
  const from = Math.max(now, RELEASED);
  const footer = readFooter(zone, known.posix);
  const course = readCourse(known, footer, from, from + COURSE_MS);
  const next = nextDeviation(known, footer, from);
  if (next === undefined) return ok(toRule(zone, known.posix, footer, course, null));
  if (next.from > from) return ok(toRule(zone, known.posix, footer, course, next.from));
  // The zone does for a while what its yearly rule does not say: one offset, until it comes back to the rule.
  const since = known.changes?.findLast(([at]) => at * 1000 <= from);
  const posix = formatFixed(since?.[2] ?? '', course.offsetSeconds);
  return ok(toRule(zone, posix, readFooter(zone, posix), course, next.until));
}

function readFooter(zone: string, posix: string): PosixTz {
  const read = parsePosixTz(posix);
  // Our own data, checked when it was written: anything else is a bug.
  if (!read.ok) throw new Error(`time zone data of ${zone}: saw ${read.problem.saw}, wanted ${read.problem.wanted}`);
  return read.value;
}

function toRule(
  zone: string,
  posix: string,
  pattern: PosixTz,
  course: ClockCourse,
  holdsUntil: number | null,
): TimeZoneRule {
  const complete = disagreementsOf(courseOf(pattern, course.from, course.until), course).length === 0;
  const incomplete =
    complete || holdsUntil === null
      ? null
      : note(
          'clock.other-rule',
          'the zone goes over to another rule on {day}, and the phone learns it when it next fetches its file',
          { day: new Date(holdsUntil).toISOString().slice(0, 10) },
        );
  return { zone, posix, ...pattern, course, holdsUntil, incomplete };
}

/** What tzdata says of a span of time. */
function readCourse(known: ZoneData, footer: PosixTz, from: number, until: number): ClockCourse {
  const footerFrom = (known.footerFrom ?? 0) * 1000;
  if (footerFrom <= from) return courseOf(footer, from, until);
  const all: Transition[] = (known.changes ?? []).map(([at, offsetSeconds]) => ({ at: at * 1000, offsetSeconds }));
  all.push(
    { at: footerFrom, offsetSeconds: offsetAt(footer, footerFrom) },
    ...transitionsOf(footer, footerFrom, until),
  );
  const real = all.filter((t, index) => t.offsetSeconds !== all[index - 1]?.offsetSeconds);
  return {
    from,
    until,
    offsetSeconds: real.findLast((t) => t.at <= from)?.offsetSeconds ?? footer.offsetSeconds,
    transitions: real.filter((t) => t.at > from && t.at < until),
  };
}

/** The span, now or next, in which the zone does not do what its footer says. */
function nextDeviation(known: ZoneData, footer: PosixTz, from: number) {
  const until = (known.footerFrom ?? 0) * 1000;
  if (until <= from) return undefined;
  return disagreementsOf(courseOf(footer, from, until), readCourse(known, footer, from, until))[0];
}

/** `CDT4`, `<+01>-1`: a POSIX string for one offset all year. */
function formatFixed(name: string, offsetSeconds: number): string {
  const west = Math.abs(offsetSeconds);
  const parts = [Math.floor(west / 3600), Math.floor((west % 3600) / 60), west % 60];
  const [hours = 0, ...rest] = parts;
  const tail = rest.every((part) => part === 0) ? '' : rest.map((part) => `:${String(part).padStart(2, '0')}`).join('');
  return `${/^[A-Za-z]{3,}$/.test(name) ? name : `<${name}>`}${offsetSeconds > 0 ? '-' : ''}${hours}${tail}`;
}
