import { expect, test } from 'vitest';
import { createAskedNames } from '../../src/flows/asked-names.ts';
import { device, mac, openDoors } from '../peers/office-doors.ts';

function dialogFrom(sourceAddress: string) {
  return { sourceAddress, sourcePort: 5060, contactUri: '', callId: 'c', from: 'f', to: 't' };
}

test('the last SUBSCRIBE from an address says who asked there, for as long as a boot takes', () => {
  const { office } = openDoors();
  const names = createAskedNames(office);
  const first = device('001565000001', { dialog: dialogFrom('192.168.10.31'), lastSeenAt: 1_000 });
  office.see(first);
  expect(names.find('192.168.10.31', 2_000)).toBe(first.mac);
  expect(names.find('192.168.10.32', 2_000)).toBeUndefined();
  office.see(device('001565000002', { dialog: dialogFrom('192.168.10.31'), lastSeenAt: 3_000 }));
  expect(names.find('192.168.10.31', 4_000)).toBe(mac('001565000002'));
  // A request of the first one is no SUBSCRIBE.
  office.see({ ...first, lastSeenAt: 5_000 });
  expect(names.find('192.168.10.31', 6_000)).toBe(mac('001565000002'));
  expect(names.find('192.168.10.31', 3_000 + 46_000)).toBeUndefined();
});
