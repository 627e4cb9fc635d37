import type { Vendor } from '../vendors/vendor.ts';

export interface NamedLanguage {
  /** BCP 47 primary tag. */
  readonly code: string;
  /** In the reader's language. */
  readonly name: string;
}

/** The languages that some make of phones speaks, by their names. */
export function listLanguages(vendors: readonly Vendor[], readerLanguage: string): readonly NamedLanguage[] {
  const codes = new Set(vendors.flatMap(({ spellings }) => Object.keys(spellings.language)));
  return [...codes]
    .map((code) => ({ code, name: nameLanguage(code, readerLanguage) }))
    .sort((a, b) => a.name.localeCompare(b.name, readerLanguage));
}

/** The tag itself, where it has no name. */
export function nameLanguage(code: string, readerLanguage: string): string {
  return namesIn(readerLanguage).of(code) ?? code;
}

const known = new Map<string, Intl.DisplayNames>();
function namesIn(language: string): Intl.DisplayNames {
  const names = known.get(language) ?? new Intl.DisplayNames(language, { type: 'language' });
  known.set(language, names);
  return names;
}
