import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/core/parse-network.ts';

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));

test('a dotted IPv4 address is read, and nothing else is', () => {
  fc.assert(
    fc.property(octets, (parts) => {
      const [a, b, c, d] = parts;
      expect(parseAddress(parts.join('.'))).toBe(a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d);
    }),
  );
  for (const text of [
    '',
    '10.0.0',
    '10.0.0.0.1',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.1 ',
    '::1',
    '10.0.0.x',
    '1e1.0.0.1',
  ]) {
    expect(parseAddress(text), text).toBeUndefined();
  }
});
