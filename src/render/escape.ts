import { type Note, note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { FileFormat } from '../vendors/vendor.ts';
import type { PhoneView } from './phone-view.ts';

export interface ValueNotWritable {
  readonly kind: 'value-not-writable';
  /** Where in the view: `accounts[0].password`. */
  readonly field: string;
  /** What the format cannot carry. Never the value itself: it may be a password. */
  readonly reason: Note;
}

/**
 * What would end a line, for one reader or another: C0, DEL, NEL and the Unicode separators. In a file of lines such a
 * character is an injected setting; no name or password needs one, so that the XML formats refuse them as well.
 */
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
/** Half of a UTF-16 pair has no UTF-8 form: it would reach the phone as another character. */
const HALF_CHARACTER = /\p{Cs}/u;
/** XML 1.0, production 2 (Char): what remains outside it once control characters and half pairs are gone. */
const NO_XML_CHARACTER = /[\ufffe\uffff]/;
/** Unicode's blanks too, because a phone's reader may trim those as well. */
const OUTER_BLANK = /^\s|\s$/u;
/** docs/vendors/yealink.md: as a whole value it resets the parameter instead of setting it. */
const RESET_WORD = '%NULL%';

const XML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // By number: this one is understood by HTML-minded readers as well, which `&apos;` is not.
  "'": '&#39;',
};

/** One value as it must stand in a file of this format, or why it cannot. The empty text stays empty. */
export function escapeValue(value: string, format: FileFormat): Result<string, Note> {
  if (value === '') return ok('');
  const control = CONTROL_CHARACTER.exec(value);
  if (control !== null)
    return err(
      note('value.control', 'it holds the control character {character}', { character: codePoint(control[0]) }),
    );
  if (HALF_CHARACTER.test(value))
    return err(note('value.half-character', 'it holds half a character (a lone surrogate)'));
  switch (format) {
    case 'key-value':
      if (OUTER_BLANK.test(value))
        return err(note('value.outer-blank', 'it begins or ends with a blank, which this format loses'));
      if (value === RESET_WORD) return err(note('value.reset-word', 'it is the word that resets the setting instead'));
      return ok(value);
    case 'colon-value':
      // docs/vendors/aastra.md: no escape for the quotation mark is known.
      if (value.includes('"'))
        return err(note('value.quotation-mark', 'it holds a quotation mark ("), which this format cannot carry'));
      return ok(value.includes('#') || OUTER_BLANK.test(value) ? `"${value}"` : value);
    case 'xml': {
      const outside = NO_XML_CHARACTER.exec(value);
      if (outside !== null)
        return err(
          note('value.no-xml', 'it holds {character}, which XML cannot carry', { character: codePoint(outside[0]) }),
        );
      return ok(
        /[&<>"']/.test(value) ? value.replace(/[&<>"']/g, (character) => XML_ENTITIES[character] ?? '') : value,
      );
    }
    default:
      return format satisfies never;
  }
}

/** Goes over the whole view once, so that a template can write any field as it is. The first value that does not fit refuses the file. */
export function escapeView(view: PhoneView, format: FileFormat): Result<PhoneView, ValueNotWritable> {
  let problem: ValueNotWritable | undefined;
  // `activeAccounts` holds the same objects as `accounts`: each is walked once.
  const done = new Map<object, unknown>();

  function walk(value: unknown, field: string): unknown {
    if (typeof value === 'string') {
      const escaped = escapeValue(value, format);
      if (escaped.ok) return escaped.value;
      problem ??= { kind: 'value-not-writable', field, reason: escaped.problem };
      return '';
    }
    if (typeof value !== 'object' || value === null) return value;
    const known = done.get(value);
    if (known !== undefined) return known;
    const walked = Array.isArray(value)
      ? value.map((item, index) => walk(item, `${field}[${index}]`))
      : walkObject(value as Readonly<Record<string, unknown>>, field);
    done.set(value, walked);
    return walked;
  }

  function walkObject(object: Readonly<Record<string, unknown>>, field: string): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(object)) copy[name] = walk(object[name], field === '' ? name : `${field}.${name}`);
    return copy;
  }

  const escaped = walk(view, '') as PhoneView;
  return problem === undefined ? ok(escaped) : err(problem);
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
