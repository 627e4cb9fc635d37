import { expect, test } from 'vitest';
import { readInPortions } from '../../src/store/portions.ts';

/** A table of so many rows; what it was asked for is kept. */
function openTable(size: number) {
  const keys = Array.from({ length: size }, (_, index) => String(index).padStart(6, '0'));
  const asked: number[] = [];
  const readAfter = async (after: string, limit: number) => {
    const from = keys.findIndex((key) => key > after);
    const rows = from < 0 ? [] : keys.slice(from, from + limit);
    asked.push(rows.length);
    return rows;
  };
  return { keys, asked, readAfter };
}

test.each([0, 1, 499, 500, 501, 1_000, 1_750])(
  'all of %i rows come once, in the order of the key, never many at once',
  async (size) => {
    const { keys, asked, readAfter } = openTable(size);
    const items = await readInPortions(
      readAfter,
      (key) => key,
      (key) => `item ${key}`,
    );
    expect(items).toEqual(keys.map((key) => `item ${key}`));
    expect(Math.max(...asked)).toBeLessThanOrEqual(500);
  },
);

test('a row that cannot be read is an error, and nothing is left out in silence', async () => {
  const { readAfter } = openTable(600);
  const reading = readInPortions(
    readAfter,
    (key) => key,
    (key) => {
      if (key === '000555') throw new Error('sealed with another key');
      return key;
    },
  );
  await expect(reading).rejects.toThrow('sealed with another key');
});
