import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGES, type Language } from './choose-language.ts';
import { SHIPPED_FILES } from './shipped-files.ts';

export type MessageParameters = Readonly<Record<string, string | number>>;

/** The texts of one language. */
export interface Texts {
  readonly language: Language;
  /**
   * The text of a key with its {parameters} filled in. Where `<key>.one` and `<key>.other` exist, `count` chooses (CLDR plural
   * categories). A key that is missing shows as ⟦key⟧: the tests look for it.
   */
  t(key: string, parameters?: MessageParameters): string;
  has(key: string): boolean;
}

/** Reads messages/<language>/<area>.json: flat objects, each key begins with its area's name by custom. A key in two files is a fault that the tests find. */
export function openMessageSet(folder = join(SHIPPED_FILES, 'messages')): Readonly<Record<Language, Texts>> {
  const entries = LANGUAGES.map((language) => [language, createTexts(language, readMessages(join(folder, language)))]);
  return Object.fromEntries(entries) as Record<Language, Texts>;
}

function readMessages(folder: string): Map<string, string> {
  const messages = new Map<string, string>();
  for (const file of readdirSync(folder).sort()) {
    const read: Readonly<Record<string, string>> = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const [key, text] of Object.entries(read)) messages.set(key, text);
  }
  return messages;
}

function createTexts(language: Language, messages: ReadonlyMap<string, string>): Texts {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);

  function find(key: string, count: unknown): string | undefined {
    if (typeof count === 'number') {
      const plural = messages.get(`${key}.${plurals.select(count)}`) ?? messages.get(`${key}.other`);
      if (plural !== undefined) return plural;
    }
    return messages.get(key);
  }

  return {
    language,
    has: (key) => messages.has(key) || messages.has(`${key}.other`),
    t(key, parameters = {}) {
      const text = find(key, parameters.count);
      if (text === undefined) return `⟦${key}⟧`;
      return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = parameters[name];
        return value === undefined ? whole : typeof value === 'number' ? numbers.format(value) : value;
      });
    },
  };
}
