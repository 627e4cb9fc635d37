import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extensionSortKey, findPage } from '../../src/http/find-devices.ts';
import { formatCursor, readCursor } from '../../src/http/read-cursor.ts';

test('pages joined are the sorted list, whatever the size of a page', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 12 }), (keys, limit) => {
      const joined: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = findPage(keys, (key) => key, limit, after);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        joined.push(...page.items);
        if (page.next === null) break;
        after = page.next;
      }
      // An empty cursor is the list's beginning: a key is never empty.
      expect(joined).toEqual([...keys].sort((a, b) => (a < b ? -1 : 1)));
    }),
  );
});

test('a cursor survives its spelling, and what is none is refused', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (key) => {
      expect(readCursor(formatCursor(key))).toEqual({ ok: true, value: key });
    }),
  );
  for (const text of ['', '!', 'YQ==', 'YR']) expect(readCursor(text).ok).toBe(false);
});

test('numbers are in the order of their value, names come after them', () => {
  const order = ['7', '20', '0099', '99', '100', '1000', '*97', 'lobby'];
  const sorted = [...order].reverse().sort((a, b) => (extensionSortKey(a) < extensionSortKey(b) ? -1 : 1));
  expect(sorted).toEqual(order);
});
