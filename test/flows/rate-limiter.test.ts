import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimiter } from '../../src/flows/rate-limiter.ts';

const FREE = { everyMs: 0, burst: 1 };

function countTaken(limiter: ReturnType<typeof createRateLimiter>, source: string, attempts: number, now: number) {
  return Array.from({ length: attempts }, () => limiter.take(source, now)).filter((answer) => answer === 'yes').length;
}

test('a burst is allowed, then so many in a time, and a pause brings the burst back', () => {
  const limiter = createRateLimiter({ perSource: { everyMs: 10, burst: 5 }, total: FREE });
  expect(countTaken(limiter, 'a', 20, 1_000)).toBe(5);
  expect(countTaken(limiter, 'a', 20, 1_009)).toBe(0);
  expect(countTaken(limiter, 'a', 20, 1_010)).toBe(1);
  expect(countTaken(limiter, 'a', 20, 1_030)).toBe(2);
  expect(countTaken(limiter, 'a', 20, 9_000)).toBe(5);
});

test('one source does not use up what another may', () => {
  const limiter = createRateLimiter({ perSource: { everyMs: 10, burst: 5 }, total: { everyMs: 1, burst: 12 } });
  expect(countTaken(limiter, 'a', 1_000, 0)).toBe(5);
  expect(countTaken(limiter, 'b', 1_000, 0)).toBe(5);
  expect([limiter.take('c', 0), limiter.take('c', 0), limiter.take('c', 0)]).toEqual(['yes', 'yes', 'total']);
  expect(limiter.take('a', 0)).toBe('source');
});

test('over any time nobody gets more than his burst and his rate', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 40 })), { maxLength: 300 });
  fc.assert(
    fc.property(steps, (taken) => {
      const limiter = createRateLimiter({ perSource: { everyMs: 10, burst: 4 }, total: { everyMs: 3, burst: 6 } });
      const counts = new Map<string, number>();
      let now = 0;
      for (const [source, wait] of taken) {
        now += wait;
        if (limiter.take(source, now) === 'yes') counts.set(source, (counts.get(source) ?? 0) + 1);
      }
      for (const count of counts.values()) expect(count).toBeLessThanOrEqual(4 + now / 10);
      expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(6 + now / 3);
    }),
  );
});

test('sources without end fill no memory, and the total holds all the same', () => {
  const limiter = createRateLimiter({
    perSource: { everyMs: 1_000, burst: 1 },
    total: { everyMs: 1, burst: 100_000 },
  });
  let taken = 0;
  for (let index = 0; index < 200_000; index++) if (limiter.take(`source ${index}`, 0) === 'yes') taken += 1;
  expect(taken).toBe(100_000);
});
