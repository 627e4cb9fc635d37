import { expect, test } from 'vitest';
import { readLanguage } from '../../src/core/read-language.ts';

test.each([
  ['de', 'de'],
  [' DE ', 'de'],
  ['de-AT', 'de'],
  ['zh_Hans_CN', 'zh'],
  ['yue', 'yue'],
  ['German', 'de'],
  ['Deutsch', 'de'],
  ['norwegisch', 'no'],
  ['Portuguese', 'pt'],
])('%j is %s', (text, tag) => {
  expect(readLanguage(text)).toBe(tag);
});

test.each(['', 'x', 'Klingon', 'FALSE', 'de-', 'de AT', '-de', '12'])('%j is no language', (text) => {
  expect(readLanguage(text)).toBeUndefined();
});
