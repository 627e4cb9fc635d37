import { offsetAt, type TimeZoneRule, type TimeZoneSpelling, type Transition } from '../core/time-zone-rule.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

export interface ClockMark {
  /** In the strip, 0-640. */
  readonly x: number;
  /** `29 Mar`. */
  readonly label: string;
  /** Keeps the label within the drawing: an anchor of SVG text. */
  readonly anchor: 'start' | 'middle' | 'end';
}

export interface ClockView {
  readonly zone: string;
  /** The phone's wall clock now. */
  readonly now: string;
  readonly offset: string;
  readonly year: number;
  /** Widths of the strip's pieces: `summer` true is daylight time. */
  readonly pieces: readonly { readonly x: number; readonly width: number; readonly isSummer: boolean }[];
  readonly marks: readonly ClockMark[];
  readonly nowX: number;
  /** Null: this clock never changes. */
  readonly next: { readonly day: string; readonly from: string; readonly to: string } | null;
  readonly exact: boolean;
  /** Why it is not exact; empty when exact. */
  readonly note: string;
  /** What the phone is told, in its own words. */
  readonly settings: readonly { readonly key: string; readonly value: string }[];
}

const STRIP_PX = 640;

/** The clock of a phone over this year: the zone's changes, and whether the phone can follow them. */
export function buildClock(rule: TimeZoneRule, spelling: TimeZoneSpelling, now: number, texts: Texts): ClockView {
  const { course } = rule;
  const offsetNow = lastBefore(course.transitions, now)?.offsetSeconds ?? course.offsetSeconds;
  const year = new Date(now + offsetNow * 1000).getUTCFullYear();
  const from = Date.UTC(year, 0, 1) - offsetNow * 1000;
  const until = Date.UTC(year + 1, 0, 1) - offsetNow * 1000;
  const changes = changesOf(rule, from, until);
  const place = (at: number) => Math.round(((at - from) / (until - from)) * STRIP_PX);
  const edges = [0, ...changes.map(({ at }) => place(at)), STRIP_PX];
  const offsets = [offsetBefore(rule, changes[0], from), ...changes.map(({ offsetSeconds }) => offsetSeconds)];
  const lowest = Math.min(...offsets);
  const next = course.transitions.find(({ at }) => at > now);
  const before =
    next === undefined
      ? offsetNow
      : (lastBefore(course.transitions, next.at - 1)?.offsetSeconds ?? course.offsetSeconds);
  const locale = texts.language === 'en' ? 'en-GB' : texts.language;
  const say = (options: Intl.DateTimeFormatOptions, at: number, offsetSeconds: number) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(at + offsetSeconds * 1000);
  const hour = { hour: '2-digit', minute: '2-digit' } as const;
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  return {
    zone: rule.zone,
    now: say({ weekday: 'short', ...hour }, now, offsetNow),
    offset: formatOffset(offsetNow),
    year,
    pieces: offsets.map((offset, index) => {
      const x = edges[index] ?? 0;
      return { x, width: (edges[index + 1] ?? STRIP_PX) - x, isSummer: offset > lowest };
    }),
    marks: changes.map(({ at, offsetSeconds }) => {
      const x = place(at);
      const anchor = x < 40 ? 'start' : x > STRIP_PX - 40 ? 'end' : 'middle';
      return { x, anchor, label: say({ day: 'numeric', month: 'short' }, at, offsetSeconds) };
    }),
    nowX: place(now),
    next:
      next === undefined
        ? null
        : {
            day: say(day, next.at, before),
            from: say(hour, next.at, before),
            to: say(hour, next.at, next.offsetSeconds),
          },
    exact: spelling.exact,
    note: spelling.note === null ? '' : sayNote(texts, spelling.note),
    settings: Object.entries(spelling.settings).map(([key, value]) => ({ key, value })),
  };
}

/** What is past this year is not in the course, which begins now: the yearly rule tells it. */
function changesOf(rule: TimeZoneRule, from: number, until: number): Transition[] {
  const { course, daylight } = rule;
  const ahead = course.transitions.filter(({ at }) => at < until);
  if (daylight === null) return ahead;
  const past: Transition[] = [];
  // Day by day is plain and exact enough for a drawing of 640 pixels; an instant is found by halving.
  const day = 86_400_000;
  for (let at = from; at + day <= course.from; at += day) {
    if (offsetAt(rule, at) !== offsetAt(rule, at + day)) past.push(halve(rule, at, at + day));
  }
  return [...past, ...ahead];
}

function halve(rule: TimeZoneRule, low: number, high: number): Transition {
  let [from, to] = [low, high];
  while (to - from > 60_000) {
    const middle = (from + to) / 2;
    if (offsetAt(rule, middle) === offsetAt(rule, from)) from = middle;
    else to = middle;
  }
  return { at: to, offsetSeconds: offsetAt(rule, to) };
}

function offsetBefore(rule: TimeZoneRule, first: Transition | undefined, from: number): number {
  if (first !== undefined && first.at <= rule.course.from) return offsetAt(rule, first.at - 120_000);
  return first === undefined || from >= rule.course.from ? rule.course.offsetSeconds : offsetAt(rule, from);
}

function lastBefore(transitions: readonly Transition[], at: number): Transition | undefined {
  return transitions.findLast((transition) => transition.at <= at);
}

/** `UTC+02:00`. */
function formatOffset(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60);
  const digits = (value: number) => String(value).padStart(2, '0');
  return `UTC${seconds < 0 ? '−' : '+'}${digits(Math.floor(minutes / 60))}:${digits(minutes % 60)}`;
}
