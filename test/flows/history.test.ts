import { expect, test, vi } from 'vitest';
import type { Sample } from '../../src/core/sample.ts';
import { HISTORY_MS, startHistory } from '../../src/flows/history.ts';
import { device, openDoors } from '../peers/office-doors.ts';

function open(stored: Sample[] = []) {
  const controller = new AbortController();
  const { doors } = openDoors({
    devices: [device('00156500000a'), device('00156500000b', { state: 'approved' }), device('00156500000c')],
  });
  const warned: string[] = [];
  const state = { now: 10 * HISTORY_MS, fails: false };
  const kept: Sample[] = [...stored];
  const start = (everyMs = 3_600_000) =>
    startHistory(
      {
        office: doors.office,
        counters: doors.counters,
        samples: {
          async append(sample, keepFrom) {
            if (state.fails) throw new Error('disk full');
            kept.push(sample);
            expect(keepFrom).toBe(sample.at - HISTORY_MS);
          },
          list: async (from) => kept.filter(({ at }) => at >= from),
        },
        log: { ...doors.log, warn: (_facts, message) => void warned.push(message) },
        signal: controller.signal,
        clock: () => state.now,
      },
      everyMs,
    );
  return { start, kept, state, warned, counters: doors.counters, stop: () => controller.abort() };
}

test('a span has the phones at its end and what was counted in it', async () => {
  const { start, kept, state, counters } = open();
  counters.count('filesServed');
  const history = await start();
  counters.count('filesServed');
  counters.count('repliesSent');
  counters.count('requestsRefused');
  counters.count('notifiesRejected');
  state.now += 1_000;
  const running = {
    at: state.now,
    span: 1_000,
    pending: 2,
    approved: 1,
    blocked: 0,
    exchanges: 1,
    filesServed: 1,
    refusals: 2,
  };
  expect(history.read()).toEqual([running]);
  await history.stop();
  expect(kept).toEqual([running]);
});

test('samples are taken by themselves, each with its own counts, and end with the signal', async () => {
  const { start, kept, state, counters, stop } = open();
  await start(5);
  counters.count('filesServed');
  await vi.waitFor(() => expect(kept.length).toBeGreaterThan(2));
  expect(kept.map(({ filesServed }) => filesServed).slice(0, 3)).toEqual([1, 0, 0]);
  state.now += 1;
  stop();
  const { length } = kept;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(kept).toHaveLength(length);
});

test('what was stored before the start is read, as far as a day goes back', async () => {
  const old = { span: 1, pending: 0, approved: 0, blocked: 0, exchanges: 0, filesServed: 7, refusals: 0 };
  const { start, state } = open([
    { ...old, at: 9 * HISTORY_MS - 1 },
    { ...old, at: 9 * HISTORY_MS + 1 },
  ]);
  const history = await start();
  expect(history.read().map(({ at }) => at)).toEqual([9 * HISTORY_MS + 1, state.now]);
  state.now += 2;
  expect(history.read().map(({ at }) => at)).toEqual([state.now]);
});

test('a full disk is said once and costs no sample of today', async () => {
  const { start, state, warned } = open();
  state.fails = true;
  const history = await start(5);
  await vi.waitFor(() => {
    state.now += 1;
    expect(history.read().length).toBeGreaterThan(3);
  });
  expect(warned).toEqual(['the counts could not be stored']);
  await history.stop();
});
