import { type Note, note } from '../core/note.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Codec, PhoneSettings } from '../core/settings.ts';
import type { TimeZoneRule, TimeZoneSpelling } from '../core/time-zone-rule.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { spellCodecs, wordFor } from './build-view-parts.ts';

/** What a vendor has words for, or has not. */
export interface SpelledSettings {
  readonly zone: TimeZoneSpelling;
  readonly codecs: ReturnType<typeof spellCodecs>;
  /** Undefined: the vendor has no such word, and the phone keeps its own. */
  readonly language: string | undefined;
  readonly tone: string | undefined;
  readonly toneSettings: Readonly<Record<string, string>> | undefined;
  /** What the phone will not do as asked, for people. */
  readonly notes: readonly Note[];
}

/** Of the wanted codecs the vendor can name none: an empty list would leave a phone without a voice. */
export interface NoCodec {
  readonly kind: 'no-codec';
  readonly vendor: string;
  readonly wanted: readonly Codec[];
  readonly known: readonly string[];
}

/** Puts the settings that not every vendor has words for into this one's. */
export function spellSettings(
  vendor: Vendor,
  settings: PhoneSettings,
  rule: TimeZoneRule,
): Result<SpelledSettings, NoCodec> {
  const { spellings } = vendor;
  const codecs = spellCodecs(vendor, settings.codecs);
  if (codecs.chosen.length === 0) {
    const known = Object.keys(spellings.codec);
    return err({ kind: 'no-codec', vendor: vendor.name, wanted: settings.codecs, known });
  }
  const notes: Note[] = [];
  const zone = spellOnce(vendor, rule);
  if (!zone.exact) {
    const why = zone.note ?? note('clock.inexact', 'the phone cannot follow its rule exactly');
    notes.push(note('note.time-zone', 'time zone {zone}: {why}', { zone: rule.zone, why }));
  }
  const language = wordFor(spellings.language, settings.language.toLowerCase());
  if (language === undefined)
    notes.push(
      note('note.no-language', 'language "{language}" is unknown to {vendor}: the phone keeps its own', {
        language: settings.language,
        vendor: vendor.name,
      }),
    );
  const country = settings.toneCountry.toUpperCase();
  const tone = wordFor(spellings.tone, country);
  const toneSettings = wordFor(spellings.toneSettings ?? {}, country);
  if (tone === undefined && toneSettings === undefined)
    notes.push(
      note('note.no-tones', 'tones of "{country}" are unknown to {vendor}: the phone keeps its own', {
        country: settings.toneCountry,
        vendor: vendor.name,
      }),
    );
  for (const codec of codecs.unknown)
    notes.push(note('note.no-codec', 'codec {codec} is unknown to {vendor}: left out', { codec, vendor: vendor.name }));
  return ok({ zone, codecs, language, tone, toneSettings, notes });
}

/** Judging a zone walks five years of it; the answer never changes for one rule. */
const spelled = new WeakMap<TimeZoneRule, Map<Vendor, TimeZoneSpelling>>();

function spellOnce(vendor: Vendor, rule: TimeZoneRule): TimeZoneSpelling {
  const ofRule = spelled.get(rule) ?? new Map<Vendor, TimeZoneSpelling>();
  spelled.set(rule, ofRule);
  const spelling = ofRule.get(vendor) ?? vendor.spellTimeZone(rule);
  ofRule.set(vendor, spelling);
  return spelling;
}
