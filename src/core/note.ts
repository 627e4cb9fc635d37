/**
 * Something that is said to people. The program speaks English: `text` is for the API, the log and the command line, and for who
 * has no better words. Pages say it by its key in the reader's language.
 */
export interface Note {
  /** Stable; the name of its message in each language. */
  readonly key: string;
  /** What the message speaks of, by name. */
  readonly values: Readonly<Record<string, NoteValue>>;
  /** One sentence, or a part of one. */
  readonly text: string;
}

/** Several notes are said one after another, with semicolons between them. */
export type NoteValue = string | number | Span | Note | readonly Note[];

/** A length of time, said in words; the sign does not show. */
export interface Span {
  readonly seconds: number;
}

/** `english` holds each value as {name}. */
export function note(key: string, english: string, values: Readonly<Record<string, NoteValue>> = {}): Note {
  const text = english.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : sayInEnglish(value);
  });
  return { key, values, text };
}

/** Which kind of value it is; a list may be empty, so it is asked for first. */
export function isNotes(value: NoteValue): value is readonly Note[] {
  return Array.isArray(value);
}

export function isSpan(value: NoteValue): value is Span {
  return typeof value === 'object' && 'seconds' in value;
}

function sayInEnglish(value: NoteValue): string {
  if (typeof value !== 'object') return String(value);
  if (isNotes(value)) return value.map(({ text }) => text).join('; ');
  return isSpan(value) ? inWords(value.seconds) : value.text;
}

/** Seconds, the largest first. */
export const SPAN_UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `15 minutes`, `2 hours 1 second`; the sign does not show. */
export function inWords(seconds: number): string {
  return splitSpan(seconds)
    .map(({ unit, count }) => `${count} ${unit}${count === 1 ? '' : 's'}`)
    .join(' ');
}

/** Whole units, the largest first; those that there are none of are left out. */
export function splitSpan(
  seconds: number,
): readonly { readonly unit: (typeof SPAN_UNITS)[number][0]; readonly count: number }[] {
  let rest = Math.abs(seconds);
  return SPAN_UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [{ unit, count }];
  });
}
