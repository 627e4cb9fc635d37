import { canonicalTimeZones } from '../core/time-zones.ts';
import type { Language } from './choose-language.ts';

export interface SetupDefaults {
  /** BCP 47 primary tag. */
  readonly language: string;
  /** ISO 3166. */
  readonly country: string;
  /** IANA name; empty: there is nothing to go by. */
  readonly timeZone: string;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** Languages that desk phones are sold with in more than one make. Others are typed into the site's settings. */
const PHONE_LANGUAGES = 'bg ca cs da de el en es et fi fr hr hu it lt lv nb nl pl pt ro ru sk sl sr sv tr uk'.split(
  ' ',
);

/** Regions of CLDR that are no country. */
const NO_COUNTRIES = ['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'];

/** In a country with more zones than this, the first of them is a bad guess. */
const FEW_ZONES = 2;

/** What an office's people speak is what its technician's browser is set to, mostly; `systemZone` is this host's own. */
export function chooseSetupDefaults(acceptLanguage: string | undefined, systemZone: string): SetupDefaults {
  const [tag = ''] = (acceptLanguage ?? '').split(/[,;]/, 1);
  const locale = readLocale(tag.trim()) ?? new Intl.Locale('en-US');
  const region = locale.region ?? locale.maximize().region ?? '';
  // A language of the whole world has the region 001.
  const country = /^[A-Z]{2}$/.test(region) ? region : 'US';
  const known = new Set(canonicalTimeZones());
  const zones = zonesOf(country).filter((zone) => known.has(zone));
  const isTelling = known.has(systemZone) && !systemZone.startsWith('Etc/') && systemZone !== 'UTC';
  return {
    language: PHONE_LANGUAGES.includes(locale.language) ? locale.language : 'en',
    country,
    timeZone: isTelling ? systemZone : ((zones.length <= FEW_ZONES ? zones[0] : undefined) ?? ''),
  };
}

/** Languages by their names in the reader's. */
export function chooseLanguages(language: Language): readonly Choice[] {
  const names = new Intl.DisplayNames(language, { type: 'language' });
  return sorted(
    PHONE_LANGUAGES.map((value) => ({ value, label: names.of(value) ?? value })),
    language,
  );
}

/** Countries by their names in the reader's language. */
export function chooseCountries(language: Language): readonly Choice[] {
  const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const countries = codes.flatMap((value) => {
    // Codes of countries that are no more stand for their successors.
    const isCurrent = Intl.getCanonicalLocales(`und-${value}`)[0] === `und-${value}`;
    const label = isCurrent && !NO_COUNTRIES.includes(value) ? names.of(value) : undefined;
    return label === undefined ? [] : [{ value, label }];
  });
  return sorted(countries, language);
}

function sorted(choices: readonly Choice[], language: Language): readonly Choice[] {
  return choices.toSorted((a, b) => a.label.localeCompare(b.label, language));
}

function readLocale(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}

/** Newer than TypeScript's library knows it: ECMA-402, Intl.Locale info. */
function zonesOf(country: string): readonly string[] {
  const locale = new Intl.Locale(`und-${country}`);
  const list: unknown = Reflect.has(locale, 'getTimeZones')
    ? Reflect.get(locale, 'getTimeZones').call(locale)
    : Reflect.get(locale, 'timeZones');
  return Array.isArray(list) ? list.filter((zone) => typeof zone === 'string') : [];
}
