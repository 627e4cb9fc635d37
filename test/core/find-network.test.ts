import { expect, test } from 'vitest';
import { findNetwork } from '../../src/core/find-network.ts';

test('the first network that holds the address is told as the site spells it, each time', () => {
  const networks = ['no network', '10.9.1.7/24', '10.9.0.0/16'];
  const addresses = ['10.9.1.200', '10.9.2.1', '10.10.0.1', 'no address', ''];
  for (let time = 0; time < 2; time++) {
    expect(addresses.map((address) => findNetwork(networks, address))).toEqual([
      '10.9.1.7/24',
      '10.9.0.0/16',
      undefined,
      undefined,
      undefined,
    ]);
  }
  expect(findNetwork(['10.10.0.0/16'], '10.10.0.1')).toBe('10.10.0.0/16');
  expect(findNetwork([], '10.10.0.1')).toBeUndefined();
});
