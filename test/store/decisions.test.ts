import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { approvedDevice, extensionOf, macOf, makeFolder, opened, openForTest, openFresh } from './samples.ts';

const entry = (subject: string) => ({ at: 1, actor: 'test', action: 'test.done', subject, detail: {} });

test('a decision is stored as a whole', async () => {
  const store = await openFresh();
  await store.decisions.commit({ devices: [approvedDevice(1)], extensions: [extensionOf(1)], audit: [entry('a')] });
  await store.decisions.commit({
    devices: [approvedDevice(2)],
    removedDevices: [macOf(1)],
    extensions: [extensionOf(2)],
    removedExtensions: ['101'],
    site: { ...DEFAULT_SITE, name: 'New', revision: 1 },
    audit: [entry('b'), entry('c')],
  });
  expect((await store.devices.all()).map(({ mac }) => mac)).toEqual([macOf(2)]);
  expect((await store.extensions.all()).map(({ number }) => number)).toEqual(['102']);
  expect((await store.site.get()).name).toBe('New');
  expect((await store.audit.list({ limit: 9 })).items.map(({ subject }) => subject)).toEqual(['c', 'b', 'a']);
});

test('of a decision that was overtaken, nothing is stored', async () => {
  const dataDir = await makeFolder();
  const [server, commandLine] = [await openForTest(dataDir), await openForTest(dataDir)];
  await server.decisions.commit({ devices: [approvedDevice(1)] });
  await commandLine.decisions.commit({ devices: [approvedDevice(1, { state: 'blocked', token: null, revision: 2 })] });
  const late = {
    devices: [approvedDevice(3), approvedDevice(1, { extensions: ['105'], revision: 2 })],
    extensions: [extensionOf(5)],
    audit: [entry('late')],
  };
  await expect(server.decisions.commit(late)).rejects.toMatchObject({ kind: 'changed-meanwhile' });
  expect((await server.devices.all()).map(({ mac, state }) => [mac, state])).toEqual([[macOf(1), 'blocked']]);
  expect(await server.extensions.all()).toEqual([]);
  expect((await server.audit.list({ limit: 9 })).items).toEqual([]);
});

test('a change of the site that was overtaken is refused', async () => {
  const store = await openFresh();
  await store.site.put({ ...DEFAULT_SITE, name: 'First', revision: 1 });
  const late = store.decisions.commit({
    site: { ...DEFAULT_SITE, name: 'Second', revision: 1 },
    audit: [entry('late')],
  });
  await expect(late).rejects.toMatchObject({ kind: 'changed-meanwhile' });
  expect((await store.site.get()).name).toBe('First');
  expect((await store.audit.list({ limit: 9 })).items).toEqual([]);
});

test('the same decision may be stored twice', async () => {
  const store = await openFresh();
  await store.decisions.commit({ devices: [approvedDevice(1)] });
  await store.decisions.commit({ devices: [approvedDevice(1)] });
  expect(opened(await store.devices.get(macOf(1)))).toEqual(opened(approvedDevice(1)));
});

test('a decision keeps the newer of two sightings', async () => {
  const store = await openFresh();
  await store.devices.recordSightings([{ ...approvedDevice(1), address: '192.0.2.9', lastSeenAt: 9_000, revision: 0 }]);
  await store.decisions.commit({ devices: [approvedDevice(1, { address: '192.0.2.7', lastSeenAt: 8_000 })] });
  expect(await store.devices.get(macOf(1))).toMatchObject({
    state: 'approved',
    address: '192.0.2.9',
    lastSeenAt: 9_000,
    revision: 1,
  });
});

test('two processes that commit at once both get through', async () => {
  const dataDir = await makeFolder();
  const [a, b] = [await openForTest(dataDir), await openForTest(dataDir)];
  const commits = Array.from({ length: 40 }, (_, index) =>
    (index % 2 === 0 ? a : b).decisions.commit({
      devices: [approvedDevice(index)],
      extensions: [extensionOf(index, { password: new Secret(`p${index}`) })],
    }),
  );
  await Promise.all(commits);
  expect(await a.devices.all()).toHaveLength(40);
  expect(await b.extensions.all()).toHaveLength(40);
});

test('an import of thousands is one transaction', async () => {
  const store = await openFresh();
  const numbers = Array.from({ length: 2_000 }, (_, index) => index);
  const wrong = approvedDevice(1_999, { extensions: ['999'] });
  await store.devices.save(approvedDevice(1_999, { revision: 5 }));
  const devices = numbers.map((number) => approvedDevice(number));
  await expect(
    store.decisions.commit({
      devices: [...devices.slice(0, -1), wrong],
      extensions: numbers.map((n) => extensionOf(n)),
    }),
  ).rejects.toMatchObject({ kind: 'changed-meanwhile' });
  expect(await store.devices.all()).toHaveLength(1);
  expect(await store.extensions.all()).toHaveLength(0);
  const told: number[] = [];
  await store.decisions.commit(
    { devices: devices.slice(0, -1), extensions: numbers.map((n) => extensionOf(n)) },
    ({ done, total }) => told.push(done / total),
  );
  expect(await store.devices.all()).toHaveLength(2_000);
  expect(told.length).toBeGreaterThan(10);
  expect(told).toEqual([...told].sort((a, b) => a - b));
  expect(told.at(-1)).toBe(1);
});

test('of two processes that give one extension to two phones, the second is refused', async () => {
  const dataDir = await makeFolder();
  const [server, commandLine] = [await openForTest(dataDir), await openForTest(dataDir)];
  await server.decisions.commit({ devices: [approvedDevice(1, { extensions: ['1_1', '105'] })] });
  const second = approvedDevice(2, { extensions: ['200', '105'] });
  await expect(
    commandLine.decisions.commit({ devices: [second], extensions: [extensionOf(9)], audit: [entry('late')] }),
  ).rejects.toMatchObject({ kind: 'changed-meanwhile', message: expect.stringContaining('105') });
  expect((await server.devices.all()).map(({ mac }) => mac)).toEqual([macOf(1)]);
  expect(await server.extensions.all()).toEqual([]);
  // `_` is any character to LIKE, and nothing but itself here.
  await commandLine.decisions.commit({ devices: [approvedDevice(3, { extensions: ['1x1'] })] });
  await commandLine.decisions.commit({ devices: [second], sharedExtensions: ['105'] });
  expect(await server.devices.all()).toHaveLength(3);
});

test('what a phone has already it keeps, and what another gives up may be given in the same decision', async () => {
  const store = await openFresh();
  const both = { sharedExtensions: ['105'] };
  await store.decisions.commit({
    devices: [1, 2].map((number) => approvedDevice(number, { extensions: ['105'] })),
    ...both,
  });
  // Settings of a phone that shares its number on purpose.
  await store.decisions.commit({ devices: [approvedDevice(1, { extensions: ['105'], settings: {}, revision: 2 })] });
  await store.decisions.commit({
    devices: [
      approvedDevice(3, { extensions: ['105'] }),
      ...[1, 2].map((number) => approvedDevice(number, { extensions: [String(110 + number)], revision: 3 })),
    ],
  });
  await store.decisions.commit({ removedDevices: [macOf(3)], devices: [approvedDevice(4, { extensions: ['105'] })] });
  // Blocked phones have no number.
  await store.decisions.commit({ devices: [approvedDevice(4, { state: 'blocked', extensions: [], revision: 2 })] });
  await store.decisions.commit({ devices: [approvedDevice(5, { extensions: ['105'] })] });
  expect((await store.devices.all()).filter(({ extensions }) => extensions.includes('105'))).toHaveLength(1);
});

test('a list of hundreds that gives a number twice is refused as well', async () => {
  const store = await openFresh();
  await store.decisions.commit({ devices: [approvedDevice(1)] });
  const devices = Array.from({ length: 300 }, (_, index) => approvedDevice(index + 2));
  const clash = approvedDevice(999, { extensions: ['101'] });
  await expect(store.decisions.commit({ devices: [...devices, clash] })).rejects.toMatchObject({
    kind: 'changed-meanwhile',
  });
  await store.decisions.commit({ devices });
  expect(await store.devices.all()).toHaveLength(301);
});
