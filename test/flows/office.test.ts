import { expect, test } from 'vitest';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const TOKEN = 'a'.repeat(32);

test('a decision that could not be stored changes nothing', async () => {
  const { office, settings } = openDoors({ devices: [device('001565aabbcc')] });
  settings.commitFails = true;
  const decided = device('001565aabbcc', { state: 'blocked' });
  await expect(office.commit({ devices: [decided], extensions: [extension('101')] })).rejects.toThrow('disk full');
  expect(office.findDevice(mac('001565aabbcc'))?.state).toBe('pending');
  expect(office.findExtension('101')).toBeUndefined();
});

test('a token finds its device until another one replaces it', async () => {
  const approved = device('001565aabbcc', { state: 'approved', token: TOKEN, extensions: ['101'] });
  const { office } = openDoors({ devices: [approved], extensions: [extension('101')] });
  expect(office.findDeviceByToken(TOKEN)?.mac).toBe('001565aabbcc');
  const next = 'b'.repeat(32);
  await office.commit({ devices: [{ ...approved, token: next }] });
  expect(office.findDeviceByToken(TOKEN)).toBeUndefined();
  expect(office.findDeviceByToken(next)?.mac).toBe('001565aabbcc');
  await office.commit({ removedDevices: [approved.mac] });
  expect(office.findDeviceByToken(next)).toBeUndefined();
  expect(office.holdersOf('101')).toEqual([]);
});

test('holders of an extension follow the devices', async () => {
  const { office } = openDoors({
    devices: [device('001565aabbcc', { state: 'approved', extensions: ['101', '102'] })],
  });
  expect(office.holdersOf('102').map((holder) => holder.mac)).toEqual(['001565aabbcc']);
  await office.commit({ devices: [device('001565aabbcc', { state: 'approved', extensions: ['103'] })] });
  expect(office.holdersOf('102')).toEqual([]);
  expect(office.holdersOf('103')).toHaveLength(1);
});

test('a phone that shows itself while a decision is stored keeps its newer address', async () => {
  const before = device('001565aabbcc', { address: '192.168.10.5', lastSeenAt: 10 });
  const { office } = openDoors({ devices: [before] });
  office.see({ ...before, address: '192.168.10.99', lastSeenAt: 20 });
  await office.commit({ devices: [{ ...before, state: 'blocked' }] });
  expect(office.findDevice(before.mac)).toMatchObject({ state: 'blocked', address: '192.168.10.99', lastSeenAt: 20 });
});

test('decisions run one after another, and a failed one does not stop the next', async () => {
  const { office } = openDoors();
  const order: string[] = [];
  const slow = office.exclusively(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push('first');
    throw new Error('refused');
  });
  const quick = office.exclusively(async () => order.push('second'));
  await expect(slow).rejects.toThrow('refused');
  await quick;
  expect(order).toEqual(['first', 'second']);
});

test('what another process decided is heard as of one of our own, and kept by it alone', async () => {
  const before = device('001565aabbcc', { state: 'approved', token: TOKEN, extensions: ['101'] });
  const { office, journey, commits } = openDoors({ devices: [before] });
  const heard: string[] = [];
  office.onJourney(({ mac: who, step, detail }) => heard.push(`${who} ${step} ${detail.extensions ?? ''}`.trim()));
  office.onDevice(({ after }) => heard.push(`${after?.mac} is ${after?.state}`));
  office.onSite(({ name }) => heard.push(`site ${name}`));
  office.adopt({ devices: [{ ...before, token: 'b'.repeat(32), extensions: ['102'] }] });
  // Its settings alone are no new approval.
  office.adopt({ devices: [{ ...before, token: 'b'.repeat(32), extensions: ['102'], settings: { vlanId: 7 } }] });
  office.adopt({ devices: [{ ...before, state: 'blocked', token: null, extensions: [] }] });
  office.adopt({ site: { ...office.site(), name: 'Other' } });
  expect(heard).toEqual([
    '001565aabbcc approved 102',
    '001565aabbcc is approved',
    '001565aabbcc is approved',
    '001565aabbcc blocked',
    '001565aabbcc is blocked',
    'site Other',
  ]);
  expect([journey, commits]).toEqual([[], []]);
});
