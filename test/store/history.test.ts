import { expect, test } from 'vitest';
import type { JourneyEvent } from '../../src/core/journey.ts';
import { macOf, openFresh } from './samples.ts';

const event = (number: number, at: number): JourneyEvent => ({
  mac: macOf(number),
  at,
  step: 'fetched',
  reason: '',
  detail: { bytes: at },
});
const entry = (at: number) => ({ at, actor: 'test', action: 'test.done', subject: String(at), detail: {} });

test('a journey is read newest first, page by page, and new events move nothing', async () => {
  const { journeys } = await openFresh();
  await journeys.append([1, 2, 3, 4, 5].flatMap((at) => [event(1, at), event(2, at)]));
  const first = await journeys.list(macOf(1), { limit: 2 });
  expect(first.items.map(({ at }) => at)).toEqual([5, 4]);
  await journeys.append([event(1, 6)]);
  const second = await journeys.list(macOf(1), { limit: 2, before: first.next ?? undefined });
  expect(second.items.map(({ at }) => at)).toEqual([3, 2]);
  const third = await journeys.list(macOf(1), { limit: 2, before: second.next ?? undefined });
  expect(third).toEqual({ items: [event(1, 1)], next: null });
});

test('the last page that is just full has no next one', async () => {
  const { journeys } = await openFresh();
  await journeys.append([event(1, 1), event(1, 2)]);
  expect((await journeys.list(macOf(1), { limit: 2 })).next).toBeNull();
});

test('events of the same millisecond keep their order', async () => {
  const { journeys } = await openFresh();
  const events = Array.from({ length: 130 }, (_, index) => ({ ...event(1, 9), reason: String(index) }));
  await journeys.append(events);
  const { items } = await journeys.list(macOf(1), { limit: 200 });
  expect(items.map(({ reason }) => reason)).toEqual(events.map(({ reason }) => reason).reverse());
});

test('retention removes what is older, all of it and nothing else', async () => {
  const { journeys, audit } = await openFresh();
  await journeys.append(Array.from({ length: 1_200 }, (_, index) => event(index % 3, index)));
  await audit.append(Array.from({ length: 1_200 }, (_, index) => entry(index)));
  expect(await journeys.prune(1_100)).toBe(1_100);
  expect(await audit.prune(1_190)).toBe(1_190);
  const left = await Promise.all([0, 1, 2].map((number) => journeys.list(macOf(number), { limit: 500 })));
  expect(left.flatMap(({ items }) => items.map(({ at }) => at)).sort((a, b) => a - b)[0]).toBe(1_100);
  expect(left.flatMap(({ items }) => items)).toHaveLength(100);
  expect((await audit.list({ limit: 50 })).items.map(({ at }) => at)).toEqual([
    1199, 1198, 1197, 1196, 1195, 1194, 1193, 1192, 1191, 1190,
  ]);
  expect(await journeys.prune(0)).toBe(0);
});

test('a cursor stays true after everything was pruned', async () => {
  const { audit } = await openFresh();
  await audit.append([entry(1), entry(2), entry(3)]);
  const { next } = await audit.list({ limit: 1 });
  await audit.prune(10);
  await audit.append([entry(11)]);
  expect((await audit.list({ limit: 9, before: next ?? undefined })).items).toEqual([]);
  expect((await audit.list({ limit: 9 })).items).toMatchObject([entry(11)]);
});
