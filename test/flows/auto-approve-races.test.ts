import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { approveDevice } from '../../src/flows/approve-device.ts';
import { startAutoApproval } from '../../src/flows/auto-approve.ts';
import { blockDevice } from '../../src/flows/decide-device.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const RULE = {
  vendorId: 'yealink',
  macPrefix: null,
  firstExtension: '200',
  lastExtension: '209',
  createExtensions: true,
};
test('a person who blocks a phone while a rule is about to approve it has the last word', async () => {
  const { doors, office, settings } = openDoors({ site: { autoApprove: [RULE] } });
  settings.commitMs = 20;
  startAutoApproval(doors);
  const m = mac('001565000001');
  office.see(device('001565000001', { vendorId: 'yealink' }));
  const blocked = blockDevice(office, m, 'anna', 1);
  await blocked;
  await sleep(100);
  expect(office.findDevice(m)?.state).toBe('blocked');
});
test('a person who approves a phone while a rule is about to approve it has the last word', async () => {
  const { doors, office, settings } = openDoors({ site: { autoApprove: [RULE] }, extensions: [extension('101')] });
  settings.commitMs = 20;
  startAutoApproval(doors);
  const m = mac('001565000001');
  office.see(device('001565000001', { vendorId: 'yealink' }));
  await approveDevice(office, { mac: m, extensions: ['101'], actor: 'anna' }, 1);
  await sleep(100);
  expect(office.findDevice(m)?.extensions).toEqual(['101']);
});
