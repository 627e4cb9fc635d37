import { expect, test } from 'vitest';
import { originNow, withOrigin } from '../../src/core/audit-origin.ts';
import { approveDevice } from '../../src/flows/approve-device.ts';
import { createHeldApprovals } from '../../src/flows/held-approvals.ts';
import { device, mac, openDoors } from '../peers/office-doors.ts';

const PHONE = '001565aabbcc';
const OTHER = '001565aabbdd';

function open(holdMs = 60_000) {
  const world = openDoors({ devices: [device(PHONE), device(OTHER)] });
  return { ...world, held: createHeldApprovals({ ...world.doors, holdMs }) };
}

function request(extension = '101', address = PHONE) {
  return { mac: mac(address), extensions: [extension], actor: 'tester' };
}

test('until it is due nothing is decided: no commit, no extension, no journey', () => {
  const { held, commits, journey, office } = open();
  expect(held.hold(request()).ok).toBe(true);
  expect([commits, journey, [...office.extensions()]]).toEqual([[], [], []]);
  expect(held.find(mac(PHONE))?.request.extensions).toEqual(['101']);
  expect(held.undo(mac(PHONE))).toBe(true);
  expect(held.undo(mac(PHONE))).toBe(false);
});

test('when it is due the phone is approved, whoever looks', async () => {
  const { held, office } = open(5);
  held.hold(request());
  await expect.poll(() => office.findDevice(mac(PHONE))?.extensions).toEqual(['101']);
  expect(held.find(mac(PHONE))).toBeUndefined();
});

test('an extension that is promised is refused to others', () => {
  const { held } = open();
  held.hold(request());
  expect(held.hold(request('101', OTHER))).toMatchObject({
    ok: false,
    problem: { kind: 'extension-taken', by: PHONE },
  });
  expect(held.hold({ ...request('101', OTHER), share: true }).ok).toBe(true);
  expect(held.promised()).toEqual(new Set(['101']));
});

test('what cannot be approved is refused at once, with the reason', () => {
  const { held } = open();
  expect(held.hold(request('1 01'))).toMatchObject({ ok: false, problem: { kind: 'bad-extension' } });
});

test('holding again replaces what was held', async () => {
  const { held, office } = open();
  held.hold(request('101'));
  held.hold(request('102'));
  await held.finish();
  expect(office.findDevice(mac(PHONE))?.extensions).toEqual(['102']);
});

test('when another decision came first, the journey says why it was not carried out', async () => {
  const { held, office, journey } = open();
  held.hold(request('101'));
  await approveDevice(office, request('101', OTHER), 5);
  await held.finish();
  expect(office.findDevice(mac(PHONE))?.state).toBe('pending');
  expect(journey.filter(({ mac }) => mac === PHONE)).toMatchObject([
    { step: 'refused', reason: expect.stringContaining('101') },
  ]);
});

test('a disk that fails is told in the journey, and the program goes on', async () => {
  const { held, settings, journey } = open();
  held.hold(request());
  settings.commitFails = true;
  await held.finish();
  expect(journey).toMatchObject([{ step: 'refused', reason: expect.stringContaining('could not be stored') }]);
});

test('what is carried out because the program ends still comes from where it was asked for', async () => {
  const { held, office } = open();
  withOrigin('192.0.2.5', () => held.hold(request()));
  const origins: string[] = [];
  office.onDevice(() => origins.push(originNow()));
  await held.finish();
  expect(origins).toEqual(['192.0.2.5']);
});
