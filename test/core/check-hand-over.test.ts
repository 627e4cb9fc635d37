import { expect, test } from 'vitest';
import { checkHandOver } from '../../src/core/check-hand-over.ts';
import { afterStart, isHandOverOpen, newerHandOver, openHandOver } from '../../src/core/hand-over.ts';

const TEN = { handOverMinutes: 10 };
const NOW = 1_000_000;
const MINUTE = 60_000;

function judge(...[handOver, trust, source, now]: Parameters<typeof checkHandOver>): unknown {
  const checked = checkHandOver(handOver, trust, source, now);
  return checked.ok ? checked.value : checked.problem.reason.key;
}

test('a site without windows serves at any time', () => {
  expect(openHandOver({ handOverMinutes: 0 }, NOW)).toBeNull();
  expect(judge(null, { handOverMinutes: 0 }, '10.0.0.1', NOW)).toBeNull();
});

test('the first fetch binds the window to its address, and a second address gets nothing', () => {
  const open = openHandOver(TEN, NOW);
  const bound = { until: NOW + 10 * MINUTE, address: '10.0.0.1' };
  expect(judge(open, TEN, '10.0.0.1', NOW)).toEqual(bound);
  expect(judge(bound, TEN, '10.0.0.1', NOW + MINUTE)).toEqual(bound);
  expect(judge(bound, TEN, '10.0.0.2', NOW + MINUTE)).toBe('reason.second-address');
});

test('before and after the window the files are sealed', () => {
  const open = openHandOver(TEN, NOW);
  expect(judge(null, TEN, '10.0.0.1', NOW)).toBe('reason.sealed');
  expect(judge(open, TEN, '10.0.0.1', NOW + 10 * MINUTE - 1)).not.toBe('reason.sealed');
  expect(judge(open, TEN, '10.0.0.1', NOW + 10 * MINUTE)).toBe('reason.sealed');
});

test('a clock that was set back, or a setting that was shortened, makes no window longer', () => {
  const open = openHandOver(TEN, NOW);
  expect(isHandOverOpen(open, TEN, NOW - MINUTE)).toBe(false);
  expect(isHandOverOpen(open, { handOverMinutes: 5 }, NOW)).toBe(false);
  expect(isHandOverOpen(open, { handOverMinutes: 5 }, NOW + 6 * MINUTE)).toBe(true);
});

test('of two windows the later one counts, and of one its binding', () => {
  const open = { until: 2, address: null };
  const bound = { until: 2, address: 'a' };
  const older = { until: 1, address: 'b' };
  for (const [one, other, newer] of [
    [open, bound, bound],
    [older, open, open],
    [null, older, older],
    [null, null, null],
  ] as const) {
    expect(newerHandOver(one, other)).toBe(newer);
    expect(newerHandOver(other, one)).toBe(newer);
  }
});

test('after a start only what is bound goes on', () => {
  expect(afterStart({ until: 2, address: null })).toBeNull();
  expect(afterStart({ until: 2, address: 'a' })).toEqual({ until: 2, address: 'a' });
});
