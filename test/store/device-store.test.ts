import { expect, test } from 'vitest';
import { newDevice } from '../../src/core/new-device.ts';
import { approvedDevice, extensionOf, macOf, opened, openFresh } from './samples.ts';

test('a phone that was never seen becomes a pending device', async () => {
  const store = await openFresh();
  await store.devices.recordSightings([{ ...approvedDevice(1), revision: 0 }]);
  const pending = { ...approvedDevice(1), state: 'pending', extensions: [], token: null, settings: {} };
  expect(await store.devices.get(macOf(1))).toEqual({ ...pending, consolePasswords: null, revision: 0 });
});

test('a sighting never overwrites a decision', async () => {
  const store = await openFresh();
  await store.devices.save(approvedDevice(1));
  const words = { userAgent: 'Acme T2 9', vendor: 'Acme', model: 'T2', firmware: '9' };
  // As somebody saw it who did not know of the decision yet.
  const seen = {
    ...newDevice(macOf(1), 500),
    vendorId: 'other',
    model: 'T2',
    firmware: '9',
    address: '192.0.2.8',
    words,
  };
  await store.devices.recordSightings([{ ...seen, lastSeenAt: 3_000 }]);
  expect(opened(await store.devices.get(macOf(1)))).toEqual(
    opened(approvedDevice(1, { firmware: '9', address: '192.0.2.8', words, lastSeenAt: 3_000 })),
  );
});

test('a sighting made with the decision may correct make and model, and unsays nothing', async () => {
  const store = await openFresh();
  await store.devices.save(approvedDevice(1));
  const seen = approvedDevice(1, { model: 'T2', vendorId: null, firmware: null, dialog: null, lastSeenAt: 3_000 });
  await store.devices.recordSightings([seen]);
  expect(await store.devices.get(macOf(1))).toMatchObject({
    model: 'T2',
    vendorId: 'acme',
    firmware: '1.2.3',
    dialog: { callId: 'call-1' },
  });
});

test('an older sighting that is written later changes nothing', async () => {
  const store = await openFresh();
  await store.devices.save(approvedDevice(1, { lastSeenAt: 5_000 }));
  await store.devices.recordSightings([approvedDevice(1, { address: '192.0.2.99', lastSeenAt: 4_000 })]);
  expect(await store.devices.get(macOf(1))).toMatchObject({ address: '192.0.2.7', lastSeenAt: 5_000 });
});

test('a sighting from before the removal does not bring a device back; one from after it does', async () => {
  let now = 10_000;
  const store = await openFresh(() => now);
  await store.devices.save(approvedDevice(1));
  expect(await store.devices.remove(macOf(1))).toBe(true);
  expect(await store.devices.remove(macOf(1))).toBe(false);
  await store.devices.recordSightings([approvedDevice(1, { lastSeenAt: 9_999 })]);
  expect(await store.devices.get(macOf(1))).toBeUndefined();
  now = 11_000;
  await store.devices.recordSightings([approvedDevice(1, { lastSeenAt: 10_500 })]);
  expect(await store.devices.get(macOf(1))).toMatchObject({ state: 'pending', token: null, extensions: [] });
});

test('many devices are saved in one go, and each can be read alone', async () => {
  const store = await openFresh();
  await store.devices.saveMany(Array.from({ length: 120 }, (_, index) => approvedDevice(index)));
  expect(opened(await store.devices.get(macOf(77)))).toEqual(opened(approvedDevice(77)));
});

test('extensions are put, replaced and removed', async () => {
  const store = await openFresh();
  await store.extensions.putMany([extensionOf(1), extensionOf(2)]);
  await store.extensions.put(extensionOf(1, { displayName: 'Renamed' }));
  expect(await store.extensions.get('101')).toMatchObject({ displayName: 'Renamed' });
  expect(await store.extensions.remove('102')).toBe(true);
  expect(await store.extensions.remove('102')).toBe(false);
  expect((await store.extensions.all()).map(({ number }) => number)).toEqual(['101']);
});
