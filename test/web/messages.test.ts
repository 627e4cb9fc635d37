import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LANGUAGES } from '../../src/web/choose-language.ts';
import { openMessageSet } from '../../src/web/message-set.ts';

const web = join(import.meta.dirname, '../../src/web');
const PLURAL = /\.(?:zero|one|two|few|many|other)$/;

function readMessages(language: string): Map<string, { text: string; file: string }[]> {
  const found = new Map<string, { text: string; file: string }[]>();
  for (const file of readdirSync(join(web, 'messages', language))) {
    const read = JSON.parse(readFileSync(join(web, 'messages', language, file), 'utf8')) as Record<string, string>;
    for (const [key, text] of Object.entries(read)) found.set(key, [...(found.get(key) ?? []), { text, file }]);
  }
  return found;
}

function sources(folder: string, ending: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
}

const messages = new Map(LANGUAGES.map((language) => [language, readMessages(language)]));
const english = messages.get('en') ?? new Map<string, { text: string; file: string }[]>();
const bases = new Set([...english.keys()].map((key) => key.replace(PLURAL, '')));
const views = sources(join(web, 'views'), '.hbs');
const program = sources(join(web, '..'), '.ts');

const parametersOf = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();

test.each(LANGUAGES)('no text of %s is there twice, and none is empty', (language) => {
  const own = [...(messages.get(language) ?? [])];
  expect(
    own.filter(([, places]) => places.length > 1).map(([key, places]) => [key, places.map(({ file }) => file)]),
  ).toEqual([]);
  expect(own.filter(([, [place]]) => place?.text.trim() === '').map(([key]) => key)).toEqual([]);
});

test.each(LANGUAGES)('%s says everything that English says, with the same parameters', (language) => {
  const own = messages.get(language) ?? new Map<string, { text: string }[]>();
  expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
  const different = [...english].filter(([key, [place]]) => {
    const other = own.get(key)?.[0]?.text ?? '';
    return parametersOf(place?.text ?? '').join() !== parametersOf(other).join();
  });
  expect(different.map(([key]) => key)).toEqual([]);
});

test('every text that a view asks for exists', () => {
  const asked = [...views.matchAll(/\{\{\{?(?:#if )?\(?t '([^']+)'/g)].map(([, key]) => key ?? '');
  expect(asked.length).toBeGreaterThan(100);
  expect([...new Set(asked)].filter((key) => !bases.has(key))).toEqual([]);
});

test('every note of the program is said in each language, of nothing but what it carries', () => {
  const notes = [...program.matchAll(/\bnote\(\s*'([\w.-]+)',\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)].map(
    ([, key = '', single, double]) => ({ key, carries: parametersOf(single ?? double ?? '') }),
  );
  expect(notes.length).toBeGreaterThan(60);
  const wrong = notes.filter(({ key, carries }) => {
    const said = [...english]
      .filter(([name]) => name.replace(PLURAL, '') === key)
      .map(([, [place]]) => place?.text ?? '');
    return said.length === 0 || said.some((text) => parametersOf(text).some((name) => !carries.includes(name)));
  });
  expect(wrong).toEqual([]);
});

test('every warning and error of the program is said in each language', () => {
  const told = [...program.matchAll(/\.(?:warn|error)\(\s*\{\s*event: '([^']+)'/g)].map(([, event]) => event ?? '');
  expect(told.length).toBeGreaterThan(25);
  // The code of the first start goes to the log alone.
  const missing = told.filter((event) => !english.has(`log.${event}`) && event !== 'setup.code-printed');
  expect([...new Set(missing)]).toEqual([]);
});

test('no text is left over', () => {
  const quoted = new Set(
    [...`${views}\n${program}`.matchAll(/['"]([a-z][\w-]*(?:\.[\w-]+)+)['"]/g)].map(([, key]) => key ?? ''),
  );
  // `status.${state}` asks for every text of that pattern.
  const patterns = [...program.matchAll(/`([a-z][\w-]*\.[^`\s]*\$\{[^`]*)`/g)].map(
    ([, template]) =>
      new RegExp(
        `^${(template ?? '')
          .replace(/\$\{[^}]*\}/g, '\u0000')
          .replace(/[.*+?^()|[\]\\]/g, '\\$&')
          .replaceAll('\u0000', '[\\w.-]+')}$`,
      ),
  );
  const unused = [...bases].filter((key) => !quoted.has(key) && !patterns.some((pattern) => pattern.test(key)));
  expect(unused).toEqual([]);
});

test('counts choose their form, numbers are spelled, and a missing text shows itself', () => {
  const { en, de } = openMessageSet();
  expect(en.t('phones.more-waiting', { count: 1 })).toBe('1 more phone waits');
  expect(en.t('phones.more-waiting', { count: 1234 })).toBe('1,234 more phones wait');
  expect(de.t('phones.more-waiting', { count: 1234 })).toBe('1.234 weitere Telefone warten');
  expect(en.t('no.such-text')).toBe('⟦no.such-text⟧');
});
