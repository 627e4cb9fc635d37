import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
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

const LOGIN = { password: new Secret('wq3mLw8RtZkVn5Xy'), drawnAt: 500, givenAt: null, provedAt: null };
const PROVED = { ...LOGIN, givenAt: 2_500, provedAt: 3_000 };

test('what a phone did with its login password is kept with its sighting, and the password is sealed', async () => {
  const folder = await makeFolder();
  const store = await openForTest(folder);
  await store.devices.save(approvedDevice(1, { login: LOGIN }));
  await store.devices.recordSightings([approvedDevice(1, { login: PROVED, lastSeenAt: 3_000 })]);
  const row = await store.database.read.selectFrom('devices').selectAll().executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(LOGIN.password.reveal());
  await store.close();
  const again = await openForTest(folder);
  const login = (await again.devices.get(macOf(1)))?.login;
  expect(login).toEqual(PROVED);
  expect(login?.password.reveal()).toBe(LOGIN.password.reveal());
});

test('who decides something else does not forget that the phone logged in, and a new password begins anew', async () => {
  const store = await openFresh();
  await store.devices.save(approvedDevice(1, { login: PROVED }));
  await store.devices.save(approvedDevice(1, { login: LOGIN, settings: { language: 'fr' }, revision: 2 }));
  expect((await store.devices.get(macOf(1)))?.login).toEqual(PROVED);
  const drawn = { ...LOGIN, password: new Secret('another'), drawnAt: 600 };
  await store.devices.save(approvedDevice(1, { login: drawn, revision: 3 }));
  await store.devices.recordSightings([approvedDevice(1, { login: PROVED, revision: 2, lastSeenAt: 5_000 })]);
  expect((await store.devices.get(macOf(1)))?.login).toEqual(drawn);
});
