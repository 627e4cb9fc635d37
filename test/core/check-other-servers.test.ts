import { expect, test } from 'vitest';
import { checkOtherServers, isServerKey } from '../../src/core/check-other-servers.ts';

const whereOf = (minutes: number, knownServers: readonly string[] = []) =>
  checkOtherServers({ otherServerCheckMinutes: minutes, knownServers }).map(({ where }) => where);

test.each([0, 1, 10, 1_440])('%i minutes between two checks are sound', (minutes) => {
  expect(whereOf(minutes)).toEqual([]);
});

test.each([-1, 1.5, 1_441, Number.NaN])('%d minutes are refused', (minutes) => {
  expect(whereOf(minutes)).toEqual(['otherServerCheckMinutes']);
});

test('a known server is named by its MAC address as it is shown, or by its IPv4 address', () => {
  expect(whereOf(10, ['001565aabbcc', '192.168.10.9'])).toEqual([]);
  expect(whereOf(10, ['001565aabbcc', '00:15:65:AA:BB:CC', 'pbx.example', ''])).toEqual([
    'knownServers.1',
    'knownServers.2',
    'knownServers.3',
  ]);
  expect(isServerKey('010000000000')).toBe(false);
});

test('a list without end is refused', () => {
  expect(whereOf(10, new Array(51).fill('192.168.10.9'))).toEqual(['knownServers']);
});
