import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test, vi } from 'vitest';
import type { JourneyEvent } from '../../src/core/journey.ts';
import { type BatchWriterOptions, createBatchWriter } from '../../src/store/batch-writer.ts';
import type { SightingRecord } from '../../src/store/device-rows.ts';
import { approvedDevice, macOf, openFresh } from './samples.ts';

const event = (number: number, at: number): JourneyEvent => ({
  mac: macOf(number),
  at,
  step: 'seen',
  reason: '',
  detail: {},
});

/** A store in memory that can be told to fail. */
function fakeStore() {
  const fake = { failures: 0, sightings: [] as SightingRecord[][], events: [] as JourneyEvent[][] };
  const write = async <T>(kept: T[][], items: readonly T[]) => {
    if (fake.failures-- > 0) throw new Error('disk full');
    kept.push([...items]);
  };
  const stores = {
    devices: { recordSightings: (items: readonly SightingRecord[]) => write(fake.sightings, items) },
    journeys: { append: (items: readonly JourneyEvent[]) => write(fake.events, items) },
  };
  return { fake, stores };
}

function start(stores: Pick<BatchWriterOptions, 'devices' | 'journeys'>, options: Partial<BatchWriterOptions> = {}) {
  const stop = new AbortController();
  const events: unknown[] = [];
  const write = (facts: Readonly<Record<string, unknown>>) => void events.push([facts.event, facts.count ?? 0]);
  const log = { debug: write, info: write, warn: write, error: write };
  const writer = createBatchWriter({ ...stores, signal: stop.signal, log, flushIntervalMs: 60_000, ...options });
  return { writer, stop, events };
}

test('what is recorded is on disk after a flush, at most 500 rows at a time', async () => {
  const { fake, stores } = fakeStore();
  const { writer } = start(stores);
  for (let index = 0; index < 1_201; index++) writer.recordJourney(event(1, index));
  for (let index = 0; index < 600; index++) writer.recordSighting(approvedDevice(index));
  expect(writer.queued()).toBe(1_801);
  await writer.flush();
  expect(fake.events.map(({ length }) => length)).toEqual([500, 500, 201]);
  expect(fake.sightings.map(({ length }) => length)).toEqual([500, 100]);
  expect(fake.events.flat().map(({ at }) => at)).toEqual(Array.from({ length: 1_201 }, (_, index) => index));
  expect(writer.queued()).toBe(0);
});

test('of many sightings of one device, the last is written', async () => {
  const { fake, stores } = fakeStore();
  const { writer } = start(stores);
  for (let at = 1; at <= 50; at++) writer.recordSighting(approvedDevice(1, { lastSeenAt: at }));
  await writer.flush();
  expect(fake.sightings.flat().map(({ lastSeenAt }) => lastSeenAt)).toEqual([50]);
});

test('it writes by itself, soon after the first record', async () => {
  const { fake, stores } = fakeStore();
  const { writer } = start(stores, { flushIntervalMs: 5 });
  writer.recordJourney(event(1, 1));
  await vi.waitFor(() => expect(fake.events.flat()).toHaveLength(1));
  writer.recordJourney(event(1, 2));
  await vi.waitFor(() => expect(fake.events.flat()).toHaveLength(2));
});

test('the signal flushes what is queued, and what still comes after it', async () => {
  const { fake, stores } = fakeStore();
  const { writer, stop } = start(stores);
  writer.recordJourney(event(1, 1));
  stop.abort();
  await vi.waitFor(() => expect(fake.events.flat()).toHaveLength(1));
  writer.recordJourney(event(1, 2));
  await vi.waitFor(() => expect(fake.events.flat()).toHaveLength(2));
});

test('a full queue drops the oldest, counts them and says so once per flush', async () => {
  const { fake, stores } = fakeStore();
  const { writer, events } = start(stores, { maxQueuedEvents: 100, maxQueuedSightings: 10 });
  for (let at = 0; at < 1_000; at++) writer.recordJourney(event(1, at));
  for (let index = 0; index < 15; index++) writer.recordSighting(approvedDevice(index));
  expect(writer.queued()).toBe(110);
  expect(writer.dropped()).toBe(905);
  await writer.flush();
  expect(fake.events.flat().map(({ at }) => at)).toEqual(Array.from({ length: 100 }, (_, index) => 900 + index));
  expect(fake.sightings.flat().map(({ mac }) => mac)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map(macOf));
  await writer.flush();
  expect(events).toEqual([['store.batch-dropped', 905]]);
});

test('what could not be written is tried again, in order and behind nothing newer', async () => {
  const { fake, stores } = fakeStore();
  const { writer, events } = start(stores);
  fake.failures = 2;
  writer.recordSighting(approvedDevice(1, { lastSeenAt: 1 }));
  writer.recordSighting(approvedDevice(2, { lastSeenAt: 1 }));
  writer.recordJourney(event(1, 1));
  const flushing = writer.flush();
  writer.recordJourney(event(1, 2));
  writer.recordSighting(approvedDevice(1, { lastSeenAt: 2 }));
  await flushing;
  expect(writer.queued()).toBe(4);
  await writer.flush();
  await writer.flush();
  expect(fake.events.flat().map(({ at }) => at)).toEqual([1, 2]);
  const seen = fake.sightings.flat().map(({ mac, lastSeenAt }) => [mac, lastSeenAt]);
  expect(seen.sort()).toEqual([
    [macOf(1), 2],
    [macOf(2), 1],
  ]);
  expect(events).toEqual([['store.batch-failed', 0]]);
});

test('5,000 events and sightings are written while the event loop keeps turning', async () => {
  const store = await openFresh();
  const { writer } = start(store);
  for (let index = 0; index < 5_000; index++) {
    writer.recordSighting(approvedDevice(index));
    writer.recordJourney(event(index, index));
  }
  let turns = 0;
  let flushed = false;
  const turn = () => {
    turns += 1;
    if (!flushed) setImmediate(turn);
  };
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  setImmediate(turn);
  await writer.flush();
  flushed = true;
  delay.disable();
  const took = performance.now() - began;
  expect(await store.devices.all()).toHaveLength(5_000);
  // 20 transactions at least: the loop turned between all of them, and was never held for most of the time.
  expect(turns).toBeGreaterThan(20);
  expect(delay.max / 1e6).toBeLessThan(took / 2);
});
