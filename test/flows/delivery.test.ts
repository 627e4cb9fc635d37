import { afterEach, expect, test, vi } from 'vitest';
import { approveDevice } from '../../src/flows/approve-device.ts';
import { blockDevice, resyncDevice } from '../../src/flows/decide-device.ts';
import { createDeliveries } from '../../src/flows/delivery.ts';
import { importDevices } from '../../src/flows/import-devices.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const M = '001565000001';
const dialog = {
  sourceAddress: '192.168.10.31',
  sourcePort: 5060,
  contactUri: 'sip:192.168.10.31:5060',
  callId: 'c',
  from: '<sip:a@b>;tag=1',
  to: '<sip:a@b>',
};
afterEach(() => vi.useRealTimers());
test('a phone known by its HTTP request only: the journey tells to power-cycle after the approval', async () => {
  vi.useFakeTimers();
  const { doors, office, journey } = openDoors({
    devices: [device(M, { vendorId: 'yealink', address: '192.168.10.31', lastSeenAt: 5 })],
    extensions: [extension('101')],
  });
  createDeliveries(doors);
  await approveDevice(office, { mac: mac(M), extensions: ['101'], actor: 'anna' }, 1);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(journey.some(({ reason }) => /power-cycle/.test(reason))).toBe(true);
});
test('a blocked phone hears nothing more', async () => {
  const { doors, office, notifies } = openDoors({
    devices: [device(M, { vendorId: 'yealink', dialog, address: '192.168.10.31' })],
    extensions: [extension('101')],
  });
  const deliveries = createDeliveries(doors);
  await approveDevice(office, { mac: mac(M), extensions: ['101'], actor: 'anna' }, 1);
  deliveries.fetched(mac(M));
  await blockDevice(office, mac(M), 'anna', 2);
  expect(notifies[0]?.signal?.aborted).toBe(true);
});
test('two NOTIFYs of one dialog never share a CSeq', async () => {
  const { doors, office, notifies } = openDoors({
    devices: [device(M, { vendorId: 'yealink', dialog, address: '192.168.10.31' })],
    extensions: [extension('101'), extension('102')],
  });
  const deliveries = createDeliveries(doors);
  await approveDevice(office, { mac: mac(M), extensions: ['101'], actor: 'anna' }, 1);
  await approveDevice(office, { mac: mac(M), extensions: ['102'], actor: 'anna' }, 1);
  resyncDevice(office, deliveries, mac(M), 'resync');
  const numbers = notifies.map(({ cseq }) => cseq);
  expect(new Set(numbers).size).toBe(numbers.length);
});
test('a partial import gives no extension to two phones', async () => {
  const holder = device('001565000002', {
    state: 'approved',
    vendorId: 'yealink',
    model: 'T46S',
    extensions: ['101'],
    token: 'a',
  });
  const third = device('001565000003', {
    state: 'approved',
    vendorId: 'yealink',
    model: 'T46S',
    extensions: ['102'],
    token: 'b',
  });
  const { office } = openDoors({ devices: [holder, third], extensions: [extension('101'), extension('102')] });
  const rows = [
    { line: 2, mac: mac('001565000002'), extension: '102' }, // refused: 102 is on a phone that is not in the file
    { line: 3, mac: mac('001565000009'), extension: '101' },
  ];
  await importDevices(office, rows, { actor: 'x', partial: true, now: 1 });
  expect(office.holdersOf('101').length).toBe(1);
});
