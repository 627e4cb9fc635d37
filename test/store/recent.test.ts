import { expect, test } from 'vitest';
import type { JourneyEvent, JourneyStep } from '../../src/core/journey.ts';
import { giveReason } from '../../src/core/journey.ts';
import { note } from '../../src/core/note.ts';
import { macOf, openFresh } from './samples.ts';

const event = (number: number, at: number, step: JourneyStep = 'fetched'): JourneyEvent => ({
  mac: macOf(number),
  at,
  step,
  reason: `${step} ${at}`,
  detail: { bytes: at },
});
const entry = (at: number, actor: string, subject = String(at)) => ({
  at,
  actor,
  action: 'test.done',
  subject,
  detail: {},
});

test('the events of all phones are read newest first, by steps, phones and time', async () => {
  const { journeys } = await openFresh();
  const steps: JourneyStep[] = ['seen', 'refused', 'fetched', 'stalled'];
  const events = Array.from({ length: 40 }, (_, at) => event(at % 3, at, steps[at % 4] ?? 'seen'));
  await journeys.append(events);
  const timesOf = async (request: Partial<Parameters<typeof journeys.listRecent>[0]>) =>
    (await journeys.listRecent({ limit: 100, ...request })).items.map(({ at }) => at);
  const wanted = (fits: (event: JourneyEvent) => boolean) =>
    events
      .filter(fits)
      .map(({ at }) => at)
      .reverse();
  const isTrouble = ({ step }: JourneyEvent) => step === 'refused' || step === 'stalled';

  expect(await timesOf({})).toEqual(wanted(() => true));
  expect(await timesOf({ steps: ['refused', 'stalled'] })).toEqual(wanted(isTrouble));
  expect(await timesOf({ steps: [] })).toEqual([]);
  expect(await timesOf({ macs: [macOf(1), macOf(2)] })).toEqual(wanted(({ mac }) => mac !== macOf(0)));
  expect(await timesOf({ macs: [] })).toEqual([]);
  expect(await timesOf({ macs: [macOf(1)], steps: ['refused', 'stalled'] })).toEqual(
    wanted((happened) => isTrouble(happened) && happened.mac === macOf(1)),
  );
  expect(await timesOf({ from: 10, until: 12 })).toEqual([11, 10]);
});

test('pages of all phones follow one another without a gap or a copy, whatever happens meanwhile', async () => {
  const { journeys } = await openFresh();
  // Many of one millisecond, and a clock that was set back.
  const times = [5, 5, 5, 9, 5, 7, 7, 8, 3, 9];
  await journeys.append(times.map((at, index) => event(index % 2, at, index % 3 === 0 ? 'stalled' : 'refused')));
  const all = (await journeys.listRecent({ limit: 100, steps: ['refused', 'stalled'] })).items;
  expect(all.map(({ at }) => at)).toEqual([...times].sort((a, b) => b - a));
  const read: unknown[] = [];
  let before: number | undefined;
  for (;;) {
    const page = await journeys.listRecent({ limit: 3, steps: ['refused', 'stalled'], before });
    read.push(...page.items);
    await journeys.append([event(0, 100, 'stalled')]);
    if (page.next === null) break;
    before = page.next;
  }
  expect(read).toEqual(all);
});

test('a page whose last item was pruned is followed by what is left', async () => {
  const { journeys } = await openFresh();
  await journeys.append([3, 9, 4].map((at) => event(1, at)));
  const { next } = await journeys.listRecent({ limit: 2 });
  expect((await journeys.listRecent({ limit: 2, before: next ?? undefined })).items).toMatchObject([{ at: 3 }]);
  await journeys.prune(5);
  expect((await journeys.listRecent({ limit: 2, before: next ?? undefined })).items).toEqual([]);
});

test('decisions are found by a part of the name, by subject and by time', async () => {
  const { audit } = await openFresh();
  await audit.append([
    entry(1, 'Anna', '101'),
    entry(2, 'auto-approve rule', '102'),
    entry(3, 'ann%a', '101'),
    entry(4, 'anna', 'site'),
  ]);
  const timesOf = async (request: object) =>
    (await audit.listRecent({ limit: 10, ...request })).items.map(({ at }) => at);
  expect(await timesOf({ actor: 'ANNA' })).toEqual([4, 1]);
  expect(await timesOf({ actor: '%' })).toEqual([3]);
  expect(await timesOf({ actor: '_' })).toEqual([]);
  expect(await timesOf({ subjects: ['101', 'site'] })).toEqual([4, 3, 1]);
  expect(await timesOf({ subjects: [] })).toEqual([]);
  expect(await timesOf({ from: 2, until: 4 })).toEqual([3, 2]);
  const first = await audit.listRecent({ limit: 3 });
  expect(first.next).toBe(first.items.at(-1)?.id);
  expect(await timesOf({ before: first.next })).toEqual([1]);
});

test('samples are kept for a while, and the later one of a moment holds', async () => {
  const { samples } = await openFresh();
  const sample = (at: number, filesServed = 0) => ({
    at,
    span: 300_000,
    pending: 1,
    approved: 2,
    blocked: 3,
    exchanges: 4,
    filesServed,
    refusals: 6,
  });
  await samples.append(sample(1), 0);
  await samples.append(sample(2), 0);
  await samples.append(sample(3, 7), 2);
  await samples.append(sample(3, 8), 2);
  expect(await samples.list(0)).toEqual([sample(2), sample(3, 8)]);
  expect(await samples.list(3)).toEqual([sample(3, 8)]);
});

test('why something happened is kept to be said in other languages, apart from the facts', async () => {
  const store = await openFresh();
  const inner = note('clock.late', '{span} late', { span: { seconds: 60 } });
  const because = note('note.time-zone', 'time zone {zone}: {why}', { zone: 'Etc/UTC', why: [inner] });
  const bare = { mac: macOf(1), at: 2, step: 'refused', ...giveReason(null), detail: { status: 500 } } as const;
  const told = { ...bare, at: 1, ...giveReason(because) };
  await store.journeys.append([told, bare]);
  const { items } = await store.journeys.list(macOf(1), { limit: 9 });
  expect(items).toEqual([bare, told]);
  expect(told.because).toBe(because);
});
