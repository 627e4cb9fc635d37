import fc from 'fast-check';
import { expect, test } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { matchFile, readFilePath } from '../../src/vendors/match-file.ts';

test.each([
  ['/000413AABBCC.xml', '000413AABBCC.xml'],
  ['000413AABBCC.xml', '000413AABBCC.xml'],
  ['%30%300413AABBCC.xml', '000413AABBCC.xml'],
  ['firmware/6869i.st', 'firmware/6869i.st'],
  ['000413AABBCC.xml?mac=1&x=/../', '000413AABBCC.xml'],
  // Decoded once and no more.
  ['%252e%252e/x', '%2e%2e/x'],
  ['caf%C3%A9.cfg', 'café.cfg'],
])('%s names the file %s', (path, name) => {
  expect(readFilePath(path)).toBe(name);
});

test.each([
  '',
  '/',
  '//a.cfg',
  'a//b.cfg',
  'a/',
  '../a.cfg',
  'a/../b.cfg',
  'a/./b.cfg',
  '%2e%2e/a.cfg',
  '%2E%2E%2Fa.cfg',
  '..%5Ca.cfg',
  'a\\b.cfg',
  'a.cfg%00',
  'a%0d%0a.cfg',
  'a%7f.cfg',
  'a%c2%85.cfg',
  '%',
  '%zz.cfg',
  '%c0%ae%c0%ae/a.cfg',
  '%ff',
  '?a.cfg',
  `${'a'.repeat(256)}.cfg`,
])('the path %j is refused', (path) => {
  expect(readFilePath(path)).toBeUndefined();
});

test('no path makes it throw, and no match has a doubtful name', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      '..',
      '/',
      '%2e',
      '%2F',
      '%5c',
      '%00',
      '000413aabbcc',
      '.cfg',
      '.xml',
      'cfg',
      'snomD785',
      '-',
      'startup',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = pieces.join('');
      const name = readFilePath(path);
      const kinds = vendors.map((vendor) => matchFile(vendor, path).kind);
      if (name === undefined) expect(kinds.every((kind) => kind === 'unknown')).toBe(true);
      else expect(name).not.toMatch(/(^|\/)\.{1,2}(\/|$)|\\|[\u0000-\u001f]/);
    }),
    { numRuns: 2_000 },
  );
});

test('a group address in a file’s name is nobody’s file', () => {
  for (const vendor of vendors) {
    for (const digits of ['010000000001', '000000000000', 'ffffffffffff']) {
      for (const name of [`${digits}.cfg`, `${digits.toUpperCase()}.xml`, `cfg${digits}.xml`]) {
        expect(matchFile(vendor, name).kind, `${vendor.id} ${name}`).not.toBe('file');
      }
    }
  }
});
