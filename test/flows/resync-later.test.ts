import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Device } from '../../src/core/device.ts';
import { openResyncs, type ResyncPlan } from '../../src/flows/resync-later.ts';
import { device, mac, openDoors } from '../peers/office-doors.ts';

const DIALOG = {
  sourceAddress: '192.168.10.41',
  sourcePort: 5060,
  contactUri: 'sip:x@192.168.10.41',
  callId: 'c',
  from: '<sip:a>;tag=1',
  to: '<sip:b>',
};

const phones = (count: number, more: Partial<Device> = {}) =>
  Array.from({ length: count }, (_, index) =>
    device((0x001565000000 + index).toString(16).padStart(12, '0'), { state: 'approved', dialog: DIALOG, ...more }),
  );

async function open(devices: Device[], planned: ResyncPlan | null = null) {
  const world = openDoors({ devices, site: { settings: { timeZone: 'Europe/Berlin' } } });
  world.settings.now = Date.parse('2027-01-10T12:00:00Z');
  const delivered: string[] = [];
  const kept = { plan: planned };
  const deliveries = {
    deliver: (phone: Device) => void delivered.push(phone.mac),
    fetched: () => undefined,
    stop: () => undefined,
  };
  const resyncs = await openResyncs({
    ...world.doors,
    deliveries,
    plans: {
      read: async () => kept.plan,
      async write(plan) {
        kept.plan = plan;
      },
    },
    pauseMs: 30,
    lookEveryMs: 5,
    lastWaitMs: 60,
  });
  onTestFinished(() => resyncs.stop());
  const tell = (text: string, step: 'fetched' | 'stalled', status = 200) =>
    world.office.record({ mac: mac(text), at: 1, step, reason: '', detail: { status } });
  return { ...world, delivered, kept, resyncs, tell };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo() && tries < 400; tries++) await sleep(5);
  expect(isSo()).toBe(true);
}

test('phones are asked a few at a time, and counted by what they do', async () => {
  const { resyncs, delivered, tell, office, commits } = await open([...phones(25), device('000413000001')]);
  const macs = [...office.devices()].map((phone) => phone.mac);
  const run = await resyncs.start(macs, 'anna');
  expect(run).toMatchObject({ phones: 26, asked: 10, fetched: 0, endedAt: null, by: 'anna' });
  expect(delivered).toHaveLength(10);
  tell(macs[0] ?? '', 'fetched', 404);
  tell(macs[0] ?? '', 'fetched');
  tell(macs[0] ?? '', 'fetched');
  tell(macs[1] ?? '', 'stalled');
  // Not asked yet: it came by itself.
  tell(macs[24] ?? '', 'fetched');
  expect(resyncs.run()).toMatchObject({ fetched: 1, stuck: 1 });
  await until(() => resyncs.run()?.asked === 25);
  expect(delivered).toHaveLength(25);
  await until(() => resyncs.run()?.endedAt !== null);
  // The pending one cannot be asked; those that stay silent are stuck.
  expect(resyncs.run()).toMatchObject({ phones: 26, asked: 25, fetched: 1, stuck: 24, skipped: 1 });
  expect(commits.flatMap(({ audit }) => audit ?? [])).toMatchObject([
    { actor: 'anna', action: 'phones.resynced', detail: { phones: 26, planned: false } },
  ]);
});

test('a second order joins the first, and asks nobody twice', async () => {
  const { resyncs, office, delivered } = await open(phones(20));
  const macs = [...office.devices()].map((phone) => phone.mac);
  await resyncs.start(macs.slice(0, 15), 'anna');
  await resyncs.start(macs, 'ben');
  expect(resyncs.run()).toMatchObject({ phones: 20, by: 'ben' });
  await until(() => delivered.length === 20);
  expect(new Set(delivered).size).toBe(20);
});

test('at night it runs by itself, whatever was planned in between', async () => {
  const { resyncs, settings, delivered, kept, office } = await open(phones(3));
  const macs = [...office.devices()].map((phone) => phone.mac);
  const plan = await resyncs.planTonight(macs.slice(0, 2), 'anna');
  expect(new Date(plan.at).toISOString()).toBe('2027-01-11T02:00:00.000Z');
  await resyncs.planTonight(macs.slice(1), 'ben');
  expect(kept.plan).toMatchObject({ macs, by: 'ben' });
  settings.now = plan.at - 1;
  await sleep(25);
  expect(delivered).toEqual([]);
  settings.now = plan.at;
  await until(() => delivered.length === 3);
  expect([kept.plan, resyncs.plan()]).toEqual([null, null]);
});

test('a plan outlives a restart; a night that was missed is made up for in the next', async () => {
  const missed = { at: Date.parse('2027-01-10T02:00:00Z'), macs: [mac('001565000000')], by: 'anna' };
  const { resyncs, delivered } = await open(phones(1), missed);
  await until(() => resyncs.plan()?.at === Date.parse('2027-01-11T02:00:00Z'));
  expect(delivered).toEqual([]);
  const justNow = await open(phones(1), { ...missed, at: Date.parse('2027-01-10T11:00:00Z') });
  await until(() => justNow.delivered.length === 1);
});

test('what is planned or not asked yet can be taken back', async () => {
  const { resyncs, kept, office, delivered } = await open(phones(15));
  const macs = [...office.devices()].map((phone) => phone.mac);
  expect(await resyncs.cancel('anna')).toBe(false);
  await resyncs.planTonight(macs, 'anna');
  await resyncs.start(macs, 'anna');
  expect(await resyncs.cancel('anna')).toBe(true);
  expect([kept.plan, resyncs.plan()]).toEqual([null, null]);
  await until(() => resyncs.run()?.endedAt !== null);
  expect([delivered.length, resyncs.run()?.phones]).toEqual([10, 10]);
});

test('a plan that cannot be stored is no plan', async () => {
  const world = openDoors({ devices: phones(1) });
  const resyncs = await openResyncs({
    ...world.doors,
    deliveries: { deliver: () => undefined, fetched: () => undefined, stop: () => undefined },
    plans: { read: async () => null, write: () => Promise.reject(new Error('disk full')) },
  });
  onTestFinished(() => resyncs.stop());
  await expect(resyncs.planTonight([], 'anna')).rejects.toThrow('disk full');
  expect(resyncs.plan()).toBeNull();
});
