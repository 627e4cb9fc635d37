import { isNotes, isSpan, type Note, type NoteValue, splitSpan } from '../core/note.ts';
import type { Texts } from './message-set.ts';

/** A note in the reader's language; one that no message says is said in English. */
export function sayNote(texts: Texts, note: Note): string {
  if (!texts.has(note.key)) return note.text;
  const values = Object.entries(note.values).map(([name, value]) => [name, sayValue(texts, value)] as const);
  return texts.t(note.key, Object.fromEntries(values));
}

/** What an event says of itself: by its note, else as it was written. */
export function sayReason(
  texts: Texts,
  { reason, because }: { readonly reason: string; readonly because?: Note | undefined },
): string {
  return because === undefined ? reason : sayNote(texts, because);
}

function sayValue(texts: Texts, value: NoteValue): string | number {
  if (typeof value !== 'object') return value;
  if (isNotes(value)) return value.map((note) => sayNote(texts, note)).join('; ');
  return isSpan(value) ? saySpan(value.seconds, texts) : sayNote(texts, value);
}

function saySpan(seconds: number, { language }: Pick<Texts, 'language'>): string {
  return splitSpan(seconds)
    .map(({ unit, count }) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count),
    )
    .join(' ');
}
