import { expect, test } from 'vitest';
import { drawPassword } from '../../src/core/draw-password.ts';

test('a drawn password has more than 90 bits, and no character that people confuse or a file must escape', () => {
  const drawn = Array.from({ length: 3_000 }, drawPassword);
  const signs = new Set(drawn.join(''));
  expect([...signs].filter((sign) => /[^A-Za-z0-9]|[0O1lI]/.test(sign))).toEqual([]);
  expect(new Set(drawn.map(({ length }) => length))).toEqual(new Set([16]));
  expect(16 * Math.log2(signs.size)).toBeGreaterThan(90);
  expect(new Set(drawn).size).toBe(3_000);
});

test('every character is drawn as often as another', () => {
  const counts = new Map<string, number>();
  const text = Array.from({ length: 7_000 }, drawPassword).join('');
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  const expected = text.length / counts.size;
  // 2,000 of each on average, with a deviation of 44: seven of those are not seen in a lifetime.
  for (const [sign, count] of counts) expect(Math.abs(count - expected), sign).toBeLessThan(320);
});
