import { expect, test } from 'vitest';
import { type AttemptKey, createAttemptLimiter } from '../../src/flows/attempt-limiter.ts';

function createWorld() {
  const time = { now: 0 };
  const limiter = createAttemptLimiter(() => time.now);
  /** ms to wait; 0: it went on, and failed. */
  const fail = (...keys: AttemptKey[]) => {
    const begun = limiter.begin(keys);
    return begun.ok ? 0 : begun.problem.retryAfterMs;
  };
  return { time, limiter, fail };
}

const ANNA: AttemptKey = { kind: 'name', value: 'anna' };
const HERE: AttemptKey = { kind: 'address', value: '192.0.2.7' };

test('the wait of a name grows with each failure, up to a minute', () => {
  const { time, fail } = createWorld();
  const waits: number[] = [];
  for (let count = 0; count < 5; count += 1) expect(fail(ANNA)).toBe(0);
  for (let count = 0; count < 8; count += 1) {
    waits.push(fail(ANNA));
    time.now += waits.at(-1) ?? 0;
    expect(fail(ANNA)).toBe(0);
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test('an address waits up to a quarter of an hour, whatever names it tries', () => {
  const { time, fail } = createWorld();
  let longest = 0;
  for (let count = 0; count < 40; count += 1) {
    const wait = fail({ kind: 'name', value: `n${count}` }, HERE);
    longest = Math.max(longest, wait);
    time.now += wait;
  }
  expect(longest).toBe(900_000);
});

test('a hundred attempts at once are a hundred', () => {
  const { fail } = createWorld();
  const gone = Array.from({ length: 100 }, () => fail(ANNA, HERE)).filter((wait) => wait === 0);
  expect(gone).toHaveLength(5);
});

test('what has to wait is not counted: knocking does not make it longer', () => {
  const { time, fail } = createWorld();
  for (let count = 0; count < 5; count += 1) fail(ANNA);
  for (let count = 0; count < 50; count += 1) expect(fail(ANNA)).toBe(1_000);
  time.now += 1_000;
  expect(fail(ANNA)).toBe(0);
});

test('a success forgives the name, and not what the address guessed at others', () => {
  const { limiter, fail, time } = createWorld();
  for (let count = 0; count < 4; count += 1) fail(ANNA);
  const begun = limiter.begin([ANNA]);
  if (begun.ok) begun.value.succeed();
  for (let count = 0; count < 5; count += 1) expect(fail(ANNA)).toBe(0);

  const own: AttemptKey = { kind: 'name', value: 'own' };
  for (let guess = 0; guess < 9; guess += 1) {
    expect(fail({ kind: 'name', value: `victim${guess}` }, HERE)).toBe(0);
    const success = limiter.begin([own, HERE]);
    if (success.ok) success.value.succeed();
  }
  expect(fail({ kind: 'name', value: 'v10' }, HERE)).toBe(0);
  expect(fail({ kind: 'name', value: 'v11' }, HERE)).toBe(1_000);
  time.now += 3_600_000;
  for (let count = 0; count < 10; count += 1) expect(fail(HERE)).toBe(0);
});

test('one name does not hold up another, nor one address', () => {
  const { fail } = createWorld();
  for (let count = 0; count < 5; count += 1) fail(ANNA, HERE);
  expect(fail(ANNA, HERE)).toBe(1_000);
  expect(fail({ kind: 'name', value: 'bert' }, HERE)).toBe(0);
  expect(fail({ kind: 'name', value: 'bert' }, { kind: 'address', value: '192.0.2.8' })).toBe(0);
});
