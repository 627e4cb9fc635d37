import type { Device } from '../core/device.ts';
import { diffLines, shortenDiff } from '../core/diff-lines.ts';
import { hasFile, type JourneyEvent } from '../core/journey.ts';
import { vendorById } from '../vendors/all.ts';
import { matchFile } from '../vendors/match-file.ts';
import { buildFileLines, type FileLine, linesOfText } from './build-file-lines.ts';
import type { Texts } from './message-set.ts';
import type { PageDoors } from './page-doors.ts';
import { sayNote } from './say-note.ts';

export interface PhoneFileView {
  /** As the phone asks for it; empty where there is none. */
  readonly file: string;
  /** Why there is no file; empty: there is one. */
  readonly problem: string;
  readonly lines: readonly FileLine[];
  /** What the file cannot carry, and overrides that hit nothing. */
  readonly notes: readonly string[];
  /** same: the phone has what it would get. unknown: differs, and the older text is not kept. never: it fetched nothing yet. */
  readonly state: 'same' | 'differs' | 'secrets' | 'unknown' | 'never';
  readonly servedAt: number | null;
  readonly diff: readonly FileLine[];
}

/** Lines around a change. */
const CONTEXT_LINES = 3;

/** Journeys hold this much of a digest. */
const DIGEST_DIGITS = 16;

const NOTHING: PhoneFileView = {
  file: '',
  problem: '',
  lines: [],
  notes: [],
  state: 'never',
  servedAt: null,
  diff: [],
};

/** The phone's own file as it would get it now, beside what it has. `events`: its journey, newest first. */
export function viewPhoneFile(
  { previewConfig, compareConfig }: Pick<PageDoors, 'previewConfig' | 'compareConfig'>,
  device: Device,
  events: readonly JourneyEvent[],
  texts: Texts,
): PhoneFileView {
  const preview = previewConfig(device.mac);
  if (!preview.ok) return { ...NOTHING, problem: sayNote(texts, preview.problem.note) };
  const facts = compareConfig(device.mac);
  if (!facts.ok) return { ...NOTHING, problem: sayNote(texts, facts.problem.note) };
  const { text } = preview.value;
  const notes = preview.value.notes.map((note) => sayNote(texts, note));
  const { file, format, digest, served } = facts.value;
  const view = { ...NOTHING, file, notes, lines: buildFileLines(linesOfText(text), format) };

  const past = served === undefined ? findFetch(device, events) : undefined;
  const has = served ?? past;
  if (has === undefined) return view;
  const seen = { ...view, servedAt: has.at };
  if (has.digest.slice(0, DIGEST_DIGITS) === digest.slice(0, DIGEST_DIGITS)) return { ...seen, state: 'same' };
  if (served === undefined || served.text === null) return { ...seen, state: 'unknown' };
  const diff = buildFileLines(shortenDiff(diffLines(served.text, text), CONTEXT_LINES), format);
  return { ...seen, state: diff.length === 0 ? 'secrets' : 'differs', diff };
}

/** The last time the phone took its own file, as far as its journey goes back. */
function findFetch(device: Device, events: readonly JourneyEvent[]) {
  const vendor = device.vendorId === null ? undefined : vendorById(device.vendorId);
  if (vendor === undefined) return undefined;
  const event = events.find((happened) => {
    const { detail } = happened;
    if (!hasFile(happened) || typeof detail.digest !== 'string') return false;
    const match = matchFile(vendor, String(detail.file));
    return match.kind === 'file' && match.file === vendor.files[0];
  });
  return event === undefined ? undefined : { at: event.at, digest: String(event.detail.digest) };
}
