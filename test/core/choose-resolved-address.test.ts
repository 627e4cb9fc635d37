import { expect, test } from 'vitest';
import { chooseResolvedAddress } from '../../src/core/choose-resolved-address.ts';

test.each<[string, string | null, string[], string | undefined]>([
  ['the only one', null, ['128.66.0.5'], '128.66.0.5'],
  ['the smallest by number', null, ['128.66.0.10', '128.66.0.9'], '128.66.0.9'],
  ['the current one while it is among them', '128.66.0.10', ['128.66.0.9', '128.66.0.10'], '128.66.0.10'],
  ['another when the current one is gone', '128.66.0.7', ['128.66.0.9', '128.66.0.10'], '128.66.0.9'],
  ['a public one before a smaller private one', null, ['10.0.0.1', '128.66.0.9'], '128.66.0.9'],
  ['a public one even where the current one is private', '10.0.0.1', ['10.0.0.1', '128.66.0.9'], '128.66.0.9'],
  ['a private one where there is no other', null, ['192.168.1.1', '10.0.0.1'], '10.0.0.1'],
  ['none', '128.66.0.7', [], undefined],
  ['none of what is no address', null, ['office.example', '::1'], undefined],
])('%s', (_name, current, addresses, chosen) => {
  expect(chooseResolvedAddress(current, addresses)).toBe(chosen);
});
