import { expect, test, vi } from 'vitest';
import type { QuarantineEntry } from '../../src/core/quarantine.ts';
import { macOf, makeFolder, openForTest } from './samples.ts';

const entry = (address: string, more: Partial<QuarantineEntry> = {}): QuarantineEntry => ({
  address,
  mac: null,
  reason: 'bad-token',
  since: 1_000,
  until: 61_000,
  times: 1,
  ...more,
});

test('an entry is there again after a restart, whole', async () => {
  const dataDir = await makeFolder();
  const first = await openForTest(dataDir);
  const one = entry('192.168.10.7', { mac: macOf(7), times: 3, until: 1_801_000 });
  await first.quarantine.put(entry('192.168.10.8'), 0);
  await first.quarantine.put(one, 0);
  await first.close();
  const second = await openForTest(dataDir);
  expect(await second.quarantine.list()).toEqual([one, entry('192.168.10.8')]);
});

test('a later entry takes the place of the one that the address had', async () => {
  const store = await openForTest(await makeFolder());
  await store.quarantine.put(entry('192.168.10.7'), 0);
  await store.quarantine.put(entry('192.168.10.7', { reason: 'contradiction', mac: macOf(1), until: 99_000 }), 0);
  expect(await store.quarantine.list()).toEqual([
    entry('192.168.10.7', { reason: 'contradiction', mac: macOf(1), until: 99_000 }),
  ]);
});

test('what ended long ago goes with the next entry', async () => {
  const store = await openForTest(await makeFolder());
  await store.quarantine.put(entry('192.168.10.7', { until: 10 }), 0);
  await store.quarantine.put(entry('192.168.10.8', { until: 20 }), 15);
  expect((await store.quarantine.list()).map(({ address }) => address)).toEqual(['192.168.10.8']);
});

test('a release is a decision: with its audit, and heard by a process beside', async () => {
  const dataDir = await makeFolder();
  const [server, commandLine] = [await openForTest(dataDir), await openForTest(dataDir)];
  await server.quarantine.put(entry('192.168.10.7'), 0);
  await server.quarantine.put(entry('192.168.10.8'), 0);
  const released: string[] = [];
  const stop = new AbortController();
  const since = await server.changeSeq();
  await server.watch({
    since,
    signal: stop.signal,
    onChange: ({ releasedAddresses = [] }) => released.push(...releasedAddresses),
  });
  const audit = [
    { at: 2_000, actor: 'command line', action: 'quarantine.released', subject: '192.168.10.7', detail: {} },
  ];
  await commandLine.decisions.commit({ releasedAddresses: ['192.168.10.7'], audit });
  await vi.waitFor(() => expect(released).toEqual(['192.168.10.7']), { timeout: 5_000 });
  stop.abort();
  expect((await server.quarantine.list()).map(({ address }) => address)).toEqual(['192.168.10.8']);
  expect((await server.audit.listRecent({ limit: 5 })).items).toMatchObject(audit);
});
