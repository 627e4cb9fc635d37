import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginFollowing, CONFIRM_AFTER_MS, followAddress } from '../../src/core/follow-address.ts';

type Look = readonly [seen: string | null, at: number];

const A = '128.66.0.1';
const B = '128.66.0.2';

/** The addresses that were announced, and what is known in the end. */
function follow(known: string | null, looks: readonly Look[]) {
  let state = beginFollowing(known);
  const announced: (string | null)[] = [];
  for (const [seen, at] of looks) {
    const { after, isNew } = followAddress(state, seen, at);
    state = after;
    if (isNew) announced.push(after.address);
  }
  return { announced, state };
}

test.each<[string, string | null, Look[], string[], string | null]>([
  [
    'a first address is in force when it was seen twice',
    null,
    [
      [A, 0],
      [A, 2_000],
    ],
    [A],
    A,
  ],
  ['one look is not enough', A, [[B, 0]], [], A],
  [
    'two looks at once are not enough',
    A,
    [
      [B, 0],
      [B, 1_800],
    ],
    [],
    A,
  ],
  [
    'looks at once do not push the second one away',
    A,
    [
      [B, 0],
      [B, 1_800],
      [B, 2_000],
    ],
    [B],
    B,
  ],
  [
    'the same address is no news',
    A,
    [
      [A, 0],
      [A, 60_000],
    ],
    [],
    A,
  ],
  [
    'back and forth announces nothing',
    A,
    [
      [B, 0],
      [A, 60_000],
      [B, 120_000],
      [A, 180_000],
    ],
    [],
    A,
  ],
  [
    'two others in turns announce nothing',
    A,
    [
      [B, 0],
      ['128.66.0.3', 60_000],
      [B, 120_000],
    ],
    [],
    A,
  ],
  [
    'a failure keeps the last',
    A,
    [
      [A, 0],
      [null, 60_000],
    ],
    [],
    A,
  ],
  [
    'a failure between two looks is no answer',
    A,
    [
      [B, 0],
      [null, 60_000],
      [B, 120_000],
    ],
    [B],
    B,
  ],
  [
    'failures alone announce nothing',
    null,
    [
      [null, 0],
      [null, 60_000],
    ],
    [],
    null,
  ],
  [
    'the address before comes back',
    A,
    [
      [null, 0],
      [A, 60_000],
    ],
    [],
    A,
  ],
  [
    'a clock that was set back counts anew',
    A,
    [
      [B, 60_000],
      [B, 0],
      [B, 1_000],
    ],
    [],
    A,
  ],
])('%s', (_name, known, looks, announced, address) => {
  const result = follow(known, looks);
  expect(result.announced).toEqual(announced);
  expect(result.state).toMatchObject({ address });
});

test('what is announced was looked at twice, far enough apart, with nothing else in between', () => {
  const look = fc.tuple(fc.constantFrom(A, B, '128.66.0.3', null), fc.integer({ min: 1, max: 4_000 }));
  fc.assert(
    fc.property(fc.constantFrom(null, A), fc.array(look, { maxLength: 40 }), (known, steps) => {
      let state = beginFollowing(known);
      let at = 0;
      const past: { seen: string; at: number }[] = [];
      for (const [seen, wait] of steps) {
        at += wait;
        const before = state;
        const { after, isNew } = followAddress(before, seen, at);
        state = after;
        if (seen !== null) past.push({ seen, at });
        expect(after.address === before.address).toBe(!isNew);
        if (!isNew) continue;
        expect(after.address).toBe(seen);
        const run: number[] = [];
        for (const entry of past.toReversed()) {
          if (entry.seen !== seen) break;
          run.push(entry.at);
        }
        expect(run.length).toBeGreaterThanOrEqual(2);
        expect((run[0] ?? 0) - (run.at(-1) ?? 0)).toBeGreaterThanOrEqual(CONFIRM_AFTER_MS - 100);
      }
    }),
  );
});
