import { expect, test, vi } from 'vitest';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { watchChanges } from '../../src/store/changes-watch.ts';
import type { Decision } from '../../src/store/decisions.ts';
import type { Store } from '../../src/store/store.ts';
import { approvedDevice, extensionOf, macOf, makeFolder, opened, openForTest } from './samples.ts';

async function watch(store: Store, since?: number) {
  const changes: Decision[] = [];
  const stop = new AbortController();
  await watchChanges({
    database: store.database,
    since: since ?? (await store.changeSeq()),
    signal: stop.signal,
    onChange: (change) => changes.push(change),
    intervalMs: 5,
  });
  return { changes, stop };
}

async function openTwo(): Promise<[Store, Store]> {
  const dataDir = await makeFolder();
  return [await openForTest(dataDir), await openForTest(dataDir)];
}

test('what another process decides arrives in one piece', async () => {
  const [server, commandLine] = await openTwo();
  await server.decisions.commit({
    devices: [approvedDevice(1), approvedDevice(2)],
    extensions: [extensionOf(1), extensionOf(9)],
  });
  const { changes, stop } = await watch(server);
  await commandLine.decisions.commit({
    devices: [approvedDevice(3)],
    removedDevices: [macOf(1)],
    extensions: [extensionOf(3)],
    removedExtensions: ['109'],
    site: { ...DEFAULT_SITE, name: 'New', revision: 1 },
  });
  await vi.waitFor(() => expect(changes).toHaveLength(1));
  stop.abort();
  const [change] = changes;
  expect(change?.devices?.map(opened)).toEqual([opened(approvedDevice(3))]);
  expect(change?.extensions?.map(opened)).toEqual([opened(extensionOf(3))]);
  expect(change).toMatchObject({ removedDevices: [macOf(1)], removedExtensions: ['109'], site: { name: 'New' } });
});

test('own decisions and anybody’s sightings are no news', async () => {
  const [server, commandLine] = await openTwo();
  const { changes, stop } = await watch(server);
  await server.decisions.commit({
    devices: [approvedDevice(1)],
    extensions: [extensionOf(1)],
    removedDevices: [macOf(7)],
  });
  await commandLine.devices.recordSightings([approvedDevice(2)]);
  await commandLine.journeys.append([{ mac: macOf(1), at: 1, step: 'seen', reason: '', detail: {} }]);
  // The last of the foreign writes: when it has arrived, the others would have.
  await commandLine.extensions.put(extensionOf(5));
  await vi.waitFor(() => expect(changes).toHaveLength(1));
  stop.abort();
  expect(changes[0]).toMatchObject({ devices: [], removedDevices: [], removedExtensions: [] });
  expect(changes[0]?.extensions?.map(({ number }) => number)).toEqual(['105']);
  expect(changes[0]).not.toHaveProperty('site');
});

test('what came between loading and watching is not missed', async () => {
  const [server, commandLine] = await openTwo();
  const since = await server.changeSeq();
  expect(await server.devices.all()).toEqual([]);
  await commandLine.devices.save(approvedDevice(1));
  const { changes, stop } = await watch(server, since);
  stop.abort();
  expect(changes.flatMap(({ devices = [] }) => devices.map(({ mac }) => mac))).toEqual([macOf(1)]);
});

test('each change comes once, in order, and a device that comes back is not removed', async () => {
  const [server, commandLine] = await openTwo();
  const { changes, stop } = await watch(server);
  for (let revision = 1; revision <= 20; revision++) {
    await commandLine.devices.save(approvedDevice(1, { revision }));
    if (revision % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 12));
  }
  await commandLine.devices.remove(macOf(1));
  await commandLine.devices.save(approvedDevice(1, { revision: 21 }));
  const revisions = () => changes.flatMap(({ devices = [] }) => devices.map(({ revision }) => revision));
  await vi.waitFor(() => expect(revisions().at(-1)).toBe(21));
  stop.abort();
  expect(revisions()).toEqual([...new Set(revisions())].sort((a, b) => a - b));
  expect(changes.at(-1)?.removedDevices).toEqual([]);
});

test('after the signal nothing arrives any more', async () => {
  const [server, commandLine] = await openTwo();
  const { changes, stop } = await watch(server);
  stop.abort();
  await commandLine.devices.save(approvedDevice(1));
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(changes).toEqual([]);
});

test('a failing look is logged once, and the watch goes on', async () => {
  const [server, commandLine] = await openTwo();
  const events: unknown[] = [];
  const write = (facts: Readonly<Record<string, unknown>>) => void events.push(facts.event);
  const log = { debug: write, info: write, warn: write, error: write };
  let failures = 3;
  const stop = new AbortController();
  const onChange = vi.fn(() => {
    if (failures-- > 0) throw new Error('not now');
  });
  await watchChanges({ database: server.database, since: 0, signal: stop.signal, onChange, intervalMs: 2, log });
  await commandLine.devices.save(approvedDevice(1));
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(4));
  await vi.waitFor(() => expect(events).toEqual(['store.watch-failed', 'store.watch-recovered']));
  stop.abort();
});
