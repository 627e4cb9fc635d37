import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readHexAddress } from '../../src/lan/read-hex-address.ts';

test('an address of the kernel is read in the byte order of its machine', () => {
  expect(readHexAddress('0100A8C0', 'LE')).toBe('192.168.0.1');
  expect(readHexAddress('c0a80001', 'BE')).toBe('192.168.0.1');
  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
  fc.assert(
    fc.property(octets, (parts) => {
      expect(readHexAddress(Buffer.from(parts).toString('hex'), 'BE')).toBe(parts.join('.'));
      expect(readHexAddress(Buffer.from(parts.toReversed()).toString('hex'), 'LE')).toBe(parts.join('.'));
    }),
  );
});

test.each(['', '0100A8C', '0100A8C00', '0100A8CG', '192.168.0.1', '0'.repeat(32)])('%j is none', (text) => {
  expect(readHexAddress(text, 'LE')).toBeUndefined();
});
