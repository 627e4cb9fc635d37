import { expect, test } from 'vitest';
import type { Device } from '../../src/core/device.ts';
import { DEFAULT_TRUST } from '../../src/core/trust.ts';
import { approveDevice } from '../../src/flows/approve-device.ts';
import { handOverDevice } from '../../src/flows/hand-over-device.ts';
import { createHandOvers } from '../../src/flows/hand-overs.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const PHONE = mac('001565f4f9e1');
const ADDRESS = '192.168.10.31';
const MINUTE = 60_000;
const BOUND = { until: 1, address: ADDRESS };

function setUp(more: Partial<Device> = {}, handOverMinutes = 10) {
  const dialog = { sourceAddress: ADDRESS, sourcePort: 5060, contactUri: '', callId: 'c', from: 'f', to: 't' };
  const phone = device(PHONE, {
    state: 'approved',
    vendorId: 'yealink',
    extensions: ['101'],
    token: 't',
    dialog,
    ...more,
  });
  const site = { trust: { ...DEFAULT_TRUST, handOverMinutes } };
  const opened = openDoors({ devices: [phone], extensions: [extension('101')], site });
  const handOvers = createHandOvers(opened.doors);
  const now = () => opened.office.findDevice(PHONE)?.handOver;
  const boot = async () => {
    const known = opened.office.findDevice(PHONE);
    if (known === undefined) throw new Error('not there');
    handOvers.openAtBoot(known);
    await handOvers.settled(PHONE);
  };
  return { ...opened, handOvers, now, boot };
}

test('an approval opens the window, durably and unbound', async () => {
  const { office, now, commits } = setUp();
  await approveDevice(office, { mac: PHONE, extensions: ['101'], actor: 'test' }, 1_000_000);
  expect(now()).toEqual({ until: 1_000_000 + 10 * MINUTE, address: null });
  expect(commits[0]?.devices?.[0]?.handOver).toEqual(now());
});

test('an approval that a slow disk keeps waiting does not undo a binding, and a new one does', async () => {
  const { office, now, settings } = setUp({ handOver: { until: 2_000_000, address: null } });
  settings.commitMs = 20;
  const known = office.findDevice(PHONE);
  if (known === undefined) throw new Error('not there');
  const change = office.commit({ devices: [{ ...known, settings: { language: 'de' }, revision: 1 }] });
  office.see({ ...known, handOver: { until: 2_000_000, address: ADDRESS }, lastSeenAt: 5 });
  await change;
  expect(now()?.address).toBe(ADDRESS);
  await approveDevice(office, { mac: PHONE, extensions: ['101'], actor: 'test' }, 1_000_000);
  expect(now()?.address).toBeNull();
});

test('the boot of a phone that the neighbour table proves opens the window', async () => {
  const { neighbours, now, boot } = setUp();
  neighbours.set(ADDRESS, PHONE);
  await boot();
  expect(now()).toEqual({ until: 1_000_000 + 10 * MINUTE, address: null });
});

test('a boot in its name from elsewhere opens nothing', async () => {
  const { neighbours, now, boot } = setUp();
  neighbours.set(ADDRESS, mac('001565000009'));
  await boot();
  expect(now()).toBeNull();
  neighbours.clear();
  await boot();
  expect(now()).toBeNull();
});

test('a phone that has fetched since its approval stays sealed when it boots, until a person or a resync opens', async () => {
  const { neighbours, now, boot, handOvers, office, settings } = setUp({ handOver: BOUND });
  neighbours.set(ADDRESS, PHONE);
  await boot();
  expect(now()).toEqual(BOUND);
  handOvers.open(PHONE);
  expect(now()).toEqual({ until: 1_000_000 + 10 * MINUTE, address: null });
  settings.now += 20 * MINUTE;
  const delivered: string[] = [];
  const deliveries = {
    deliver: (_: Device, cause: string) => void delivered.push(cause),
    fetched: () => undefined,
    stop: () => undefined,
  };
  const result = await handOverDevice(office, deliveries, PHONE, 'anna', settings.now);
  expect(result.ok && result.value.handOver).toEqual({ until: 1_000_000 + 30 * MINUTE, address: null });
  expect(delivered).toEqual(['resync']);
});

test('who hands over again stands in the audit and the journey', async () => {
  const { office, commits, journey } = setUp({ handOver: BOUND });
  const deliveries = { deliver: () => undefined, fetched: () => undefined, stop: () => undefined };
  await handOverDevice(office, deliveries, PHONE, 'anna', 1_000_000);
  expect(commits[0]?.audit).toMatchObject([{ action: 'device.handed-over', actor: 'anna', subject: PHONE }]);
  expect(journey).toMatchObject([{ step: 'resynced', reason: 'it may fetch its files for 10 minutes' }]);
  const unknown = await handOverDevice(office, deliveries, mac('001565000001'), 'anna', 1_000_000);
  expect(unknown).toMatchObject({ ok: false, problem: { kind: 'no-such-device' } });
});

test('a site without windows opens none', async () => {
  const { neighbours, now, boot, handOvers } = setUp({}, 0);
  neighbours.set(ADDRESS, PHONE);
  await boot();
  handOvers.open(PHONE);
  expect(now()).toBeNull();
});
