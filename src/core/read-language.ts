/** What the setting `language` and an extension's language hold: a BCP 47 primary tag, RFC 5646 2.2.1. */
export const LANGUAGE_TAG = /^[A-Za-z]{2,3}$/;

/** In which a list may name a language instead of tagging it. */
const LANGUAGES_OF_NAMES = ['en', 'de'] as const;

/** As people write a language: `de`, `DE`, `de-AT`, `German`, `Deutsch` are all `de`. Undefined: no tag, and no name that is known. */
export function readLanguage(text: string): string | undefined {
  const word = text.trim().toLowerCase();
  const [tag = ''] = /^[^-_]*(?=(?:[-_][a-z\d]{2,8})*$)/.exec(word) ?? [];
  return LANGUAGE_TAG.test(tag) ? tag : tagsByName().get(word);
}

let names: ReadonlyMap<string, string> | undefined;
function tagsByName(): ReadonlyMap<string, string> {
  names ??= new Map(listTags().flatMap((tag) => LANGUAGES_OF_NAMES.flatMap((language) => entryOf(tag, language))));
  return names;
}

function entryOf(tag: string, language: string): readonly (readonly [string, string])[] {
  const name = nameOf(tag, language);
  return name === undefined ? [] : [[name.toLowerCase(), tag]];
}

/** Those of ISO 639-1: no desk phone speaks another language. Without the old spellings of others (iw, in …). */
function listTags(): readonly string[] {
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((tag) => Intl.getCanonicalLocales(tag)[0] === tag);
}

const readers = new Map<string, Intl.DisplayNames>();
function nameOf(tag: string, language: string): string | undefined {
  const reader = readers.get(language) ?? new Intl.DisplayNames(language, { type: 'language', fallback: 'none' });
  readers.set(language, reader);
  return reader.of(tag);
}
