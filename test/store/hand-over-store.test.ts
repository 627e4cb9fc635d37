import { expect, test } from 'vitest';
import { approvedDevice, macOf, makeFolder, openForTest, openFresh } from './samples.ts';

const OPEN = { until: 9_000, address: null };
const BOUND = { until: 9_000, address: '192.0.2.7' };

test('a hand-over is kept with the sighting that bound it', async () => {
  const folder = await makeFolder();
  const store = await openForTest(folder);
  await store.devices.save(approvedDevice(1, { handOver: OPEN }));
  await store.devices.recordSightings([approvedDevice(1, { handOver: BOUND, lastSeenAt: 3_000 })]);
  expect((await store.devices.get(macOf(1)))?.handOver).toEqual(BOUND);
  await store.close();
  const again = await openForTest(folder);
  expect((await again.devices.get(macOf(1)))?.handOver).toEqual(BOUND);
});

test('who decides something else does not forget that the phone was handed its files', async () => {
  const store = await openFresh();
  await store.devices.save(approvedDevice(1, { handOver: BOUND }));
  await store.devices.save(approvedDevice(1, { handOver: null, settings: { language: 'fr' }, revision: 2 }));
  expect((await store.devices.get(macOf(1)))?.handOver).toEqual(BOUND);
  await store.devices.save(approvedDevice(1, { handOver: null, token: 'another', revision: 3 }));
  expect((await store.devices.get(macOf(1)))?.handOver).toBeNull();
});

test('a sighting from before a new approval does not close its hand-over', async () => {
  const store = await openFresh();
  await store.devices.save(approvedDevice(1, { handOver: OPEN, token: 'another', revision: 2 }));
  await store.devices.recordSightings([approvedDevice(1, { handOver: BOUND, revision: 1, lastSeenAt: 5_000 })]);
  expect((await store.devices.get(macOf(1)))?.handOver).toEqual(OPEN);
});
