import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffLines, shortenDiff } from '../../src/core/diff-lines.ts';

const show = (before: string, after: string) =>
  diffLines(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`);

test('a changed line is taken out and put in', () => {
  expect(show('a\nb\nc\n', 'a\nB\nc\n')).toEqual([' a', '-b', '+B', ' c']);
  expect(show('a\n', 'a\nb\n')).toEqual([' a', '+b']);
  expect(show('a\nb\n', '')).toEqual(['-a', '-b']);
  expect(show('x\na\nb\nx\n', 'x\nb\na\nx\n')).toEqual([' x', '-a', ' b', '+a', ' x']);
});

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''));

test('a diff holds both texts, whatever they are', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const lines = diffLines(before, after);
      const join = (left: string) =>
        lines
          .filter(({ kind }) => kind !== left)
          .map((line) => `${line.text}\n`)
          .join('');
      expect([join('added'), join('removed')]).toEqual([before, after]);
      if (before === after) expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
    }),
  );
});

test('a short diff leaves out what is far from any change', () => {
  const many = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const changed = many.with(10, 'other');
  const short = shortenDiff(diffLines(many.join('\n'), changed.join('\n')), 1);
  expect(short.map((line) => line?.text ?? '…')).toEqual(['…', 'line 9', 'line 10', 'other', 'line 11', '…']);
  expect(shortenDiff(diffLines('a\nb', 'a\nb'), 1)).toEqual([]);
});

test('two long files without a common line cost no quadratic time', () => {
  const a = Array.from({ length: 5_000 }, (_, index) => `a${index}`).join('\n');
  const b = Array.from({ length: 5_000 }, (_, index) => `b${index}`).join('\n');
  expect(diffLines(a, b)).toHaveLength(10_000);
});
