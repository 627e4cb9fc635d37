import { err, ok, type Result } from '../core/result.ts';
import type { FileFormat } from '../vendors/vendor.ts';
import { escapeValue } from './escape.ts';
import { findKeys, type KeySpot } from './find-keys.ts';

/** Native keys and values, not escaped. */
export interface FilePatch {
  readonly set: Readonly<Record<string, string>>;
  readonly add: Readonly<Record<string, string>>;
}

export interface PatchedFile {
  readonly text: string;
  /** Keys of `set` that the file does not have. */
  readonly missing: readonly string[];
  /** Keys of `set` that the file has more than once: which one is meant is not ours to guess, so all stay as they were. */
  readonly ambiguous: readonly string[];
  /** Keys of `add` that the file has already; they stay as they were. */
  readonly present: readonly string[];
}

export interface PatchProblem {
  readonly key: string;
  readonly reason: string;
}

/** May this value stay covered? Asked with the escaped value that stands there and the new one; the answer is written. */
export type Cover = (key: string, old: string, fresh: string) => string;

const UNCOVERED: Cover = (_key, _old, fresh) => fresh;

/**
 * Replaces values of native keys that a rendered file has, and adds keys that it lacks. Everything else keeps its bytes.
 * An XML key is an element's name, with `[idx]` where the file has that attribute.
 */
export function patchFile(
  text: string,
  format: FileFormat,
  patch: FilePatch,
  cover: Cover = UNCOVERED,
): Result<PatchedFile, PatchProblem> {
  const { spots, place } = findKeys(text, format);
  const edits: { at: number; end: number; text: string }[] = [];
  const missing: string[] = [];
  const ambiguous: string[] = [];
  const present: string[] = [];

  for (const [key, value] of Object.entries(patch.set)) {
    const [spot, second] = spotsOf(spots, key);
    if (spot === undefined) missing.push(key);
    else if (second !== undefined) ambiguous.push(key);
    else {
      // Judged only where it is written: the key may belong to another of the vendor's files.
      const escaped = escapeForKey(key, value, format);
      if (!escaped.ok) return escaped;
      const written = cover(key, spot.value, escaped.value);
      edits.push({ at: spot.start, end: spot.end, text: spot.before + written + spot.after });
    }
  }
  for (const [key, value] of Object.entries(patch.add)) {
    const escaped = escapeForKey(key, value, format);
    if (!escaped.ok) return escaped;
    if (spotsOf(spots, key).length > 0) present.push(key);
    else if (place === undefined) return err({ key, reason: 'the file has no place for settings' });
    else edits.push({ at: place.at, end: place.at, text: place.write(key, cover(key, '', escaped.value)) });
  }
  return ok({ text: apply(text, edits), missing, ambiguous, present });
}

/** The keys a rendered file has, by name and by name with index. */
export function listKeys(text: string, format: FileFormat): ReadonlySet<string> {
  return new Set(findKeys(text, format).spots.flatMap((spot) => [spot.key, spot.name]));
}

/** An exact key first; a bare name also means the only element of that name. A lock mark is no part of the name. */
function spotsOf(spots: readonly KeySpot[], asked: string): readonly KeySpot[] {
  const key = asked.replace(/^[!^]/, '');
  const exact = spots.filter((spot) => spot.key === key);
  return exact.length > 0 ? exact : spots.filter((spot) => spot.name === key);
}

/** From the end to the front, so that offsets stay true; edits at one place keep their order. */
function apply(text: string, edits: readonly { at: number; end: number; text: string }[]): string {
  let patched = '';
  let done = 0;
  for (const edit of [...edits].sort((a, b) => a.at - b.at || a.end - b.end)) {
    patched += text.slice(done, edit.at) + edit.text;
    done = edit.end;
  }
  return patched + text.slice(done);
}

/** What a key may look like, so that it cannot become another line or element. */
const KEY_SHAPES: Readonly<Record<FileFormat, RegExp>> = {
  'key-value': /^[^\s#=[\]\u0000-\u001f\u007f-\u009f][^\s=\u0000-\u001f\u007f-\u009f]*$/,
  'colon-value': /^[!^]?[a-z0-9](?:[^:#\u0000-\u001f\u007f-\u009f"]*[^\s:#"])?$/i,
  xml: /^[A-Za-z_][\w.-]*(?:\[[\w.-]*\])?$/,
};

function escapeForKey(key: string, value: string, format: FileFormat): Result<string, PatchProblem> {
  if (!KEY_SHAPES[format].test(key) || key.length > 200) return err({ key, reason: 'this is no key of such a file' });
  const escaped = escapeValue(value, format);
  return escaped.ok ? escaped : err({ key, reason: `the value cannot be written: ${escaped.problem.text}` });
}
