import { expect, test } from 'vitest';
import { checkAccess } from '../../src/core/check-access.ts';

const SOUND = { handOverMinutes: 0, routedNetworks: [], phoneLogin: 'none' } as const;
const wheres = (settings: Partial<Parameters<typeof checkAccess>[0]>) =>
  checkAccess({ ...SOUND, ...settings }).map(({ where }) => where);

test('what is sound has no fault', () => {
  expect(wheres({})).toEqual([]);
  expect(wheres({ handOverMinutes: 10_080, routedNetworks: ['10.9.0.0/16', '192.168.77.4'] })).toEqual([]);
});

test('minutes are whole, not negative, and a week at most', () => {
  for (const handOverMinutes of [-1, 0.5, 10_081, Number.NaN]) {
    expect(wheres({ handOverMinutes })).toEqual(['handOverMinutes']);
  }
});

test('every network that is none is named, and too many are too many', () => {
  expect(wheres({ routedNetworks: ['10.9.0.0/16', '10.9.0.1/16', 'fe80::/64', ''] })).toEqual([
    'routedNetworks.1',
    'routedNetworks.2',
    'routedNetworks.3',
  ]);
  expect(wheres({ routedNetworks: Array.from({ length: 51 }, (_, i) => `10.${i}.0.0/16`) })).toEqual([
    'routedNetworks',
  ]);
});

test('how phones log in is one of three words', () => {
  expect(wheres({ phoneLogin: 'basic' })).toEqual([]);
  expect(wheres({ phoneLogin: 'digest' })).toEqual([]);
  expect(wheres({ phoneLogin: 'ntlm' as 'basic' })).toEqual(['phoneLogin']);
});
