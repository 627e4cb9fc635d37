import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { originNow, withOrigin } from '../../src/core/audit-origin.ts';
import type { AutoApproveRule } from '../../src/core/site.ts';
import { startAutoApproval } from '../../src/flows/auto-approve.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const RULE: AutoApproveRule = {
  vendorId: 'yealink',
  macPrefix: null,
  firstExtension: '200',
  lastExtension: '202',
  createExtensions: false,
};

function phone(last: number) {
  return device(`0015650000${last.toString(16).padStart(2, '0')}`, { vendorId: 'yealink' });
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await setImmediate();
}

test('nothing is approved without a rule', async () => {
  const { doors, office } = openDoors({ extensions: [extension('200')] });
  startAutoApproval(doors);
  office.see(phone(1));
  await settle();
  expect(office.findDevice(phone(1).mac)?.state).toBe('pending');
});

test('phones that come at the same time get the next free extensions, one each', async () => {
  const numbers = ['200', '201', '202'];
  const { doors, office } = openDoors({
    site: { autoApprove: [RULE] },
    extensions: numbers.map((number) => extension(number)),
    devices: [device('001565aaaaaa', { state: 'approved', extensions: ['201'] })],
  });
  startAutoApproval(doors);
  for (const last of [1, 2, 3]) office.see(phone(last));
  await settle();
  const given = [1, 2, 3].map((last) => office.findDevice(phone(last).mac)?.extensions[0]);
  expect(given.filter((number) => number !== undefined).sort()).toEqual(['200', '202']);
  expect(numbers.map((number) => office.holdersOf(number).length)).toEqual([1, 1, 1]);
});

test('a used-up range is said in the journey, and the phone stays pending', async () => {
  const { doors, office, journey } = openDoors({ site: { autoApprove: [RULE] } });
  startAutoApproval(doors);
  office.see(phone(1));
  await settle();
  expect(journey).toMatchObject([{ step: 'refused', reason: expect.stringContaining('between 200 and 202') }]);
  expect(office.findDevice(phone(1).mac)?.state).toBe('pending');
});

test('a rule may make the extensions it gives', async () => {
  const rule = { ...RULE, createExtensions: true, firstExtension: '0010', lastExtension: '0019' };
  const { doors, office } = openDoors({ site: { autoApprove: [rule] } });
  startAutoApproval(doors);
  office.see(phone(1));
  await settle();
  expect(office.findExtension('0010')?.password.reveal()).toMatch(/^\w{16}$/);
});

test.each([
  ['another vendor', { ...RULE, vendorId: 'snom' }],
  ['another MAC prefix', { ...RULE, vendorId: null, macPrefix: '805ec0' }],
])('a rule for %s does not fit', async (_case, rule) => {
  const { doors, office, journey } = openDoors({ site: { autoApprove: [rule] }, extensions: [extension('200')] });
  startAutoApproval(doors);
  office.see(phone(1));
  await settle();
  expect([office.findDevice(phone(1).mac)?.state, journey]).toEqual(['pending', []]);
});

test('a phone of an unknown maker is never approved by a rule', async () => {
  const { doors, office } = openDoors({
    site: { autoApprove: [{ ...RULE, vendorId: null }] },
    extensions: [extension('200')],
  });
  startAutoApproval(doors);
  office.see(device('00304fa99948'));
  await settle();
  expect(office.findDevice(mac('00304fa99948'))?.state).toBe('pending');
});

test('a stopped watch approves no more', async () => {
  const { doors, office } = openDoors({ site: { autoApprove: [RULE] }, extensions: [extension('200')] });
  const stop = startAutoApproval(doors);
  stop();
  office.see(phone(1));
  await settle();
  expect(office.findDevice(phone(1).mac)?.state).toBe('pending');
});

test('a rule decides in its own name, also where a person made the phone pending', async () => {
  const { doors, office } = openDoors({ site: { autoApprove: [RULE] }, extensions: [extension('200')] });
  startAutoApproval(doors);
  const origins: string[] = [];
  office.onDevice(({ kind }) => kind === 'decided' && origins.push(originNow()));
  withOrigin('192.0.2.5', () => office.see(phone(1)));
  await settle();
  expect(origins).toEqual(['auto-approve rule']);
});

test('a rule that comes later approves the phones that wait already, the first one first', async () => {
  const waiting = [3, 1, 2].map((last) => ({ ...phone(last), firstSeenAt: last }));
  const { doors, office } = openDoors({ devices: [...waiting, device('001565aaaaaa', { state: 'blocked' })] });
  const end = startAutoApproval(doors);
  const rule = { ...RULE, createExtensions: true };
  await office.commit({ site: { ...office.site(), autoApprove: [rule], revision: 1 } });
  await settle();
  expect([1, 2, 3].map((last) => office.findDevice(phone(last).mac)?.extensions[0])).toEqual(['200', '201', '202']);
  expect(office.findDevice(mac('001565aaaaaa'))?.state).toBe('blocked');
  // Another change of the site is no new rule: nobody is asked again.
  office.see(phone(4));
  await settle();
  const told = journeyCount(office);
  await office.commit({ site: { ...office.site(), name: 'Other', revision: 2 } });
  await settle();
  expect(journeyCount(office)).toBe(told);
  end();
});

function journeyCount(office: ReturnType<typeof openDoors>['office']): number {
  return [...office.devices()].reduce((sum, { revision }) => sum + revision, 0);
}
