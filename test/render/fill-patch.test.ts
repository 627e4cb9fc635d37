import { expect, test } from 'vitest';
import { fillPatch, isAddressInOverrides, isAddressInTemplate } from '../../src/render/fill-patch.ts';
import { NO_OVERRIDES } from '../../src/render/parse-overrides.ts';

const PATCH = {
  set: { 'sip nat ip': '{{externalAddress}}', other: 'plain {{model}}' },
  add: { uri: 'sip:{{ externalAddress }}:5060', same: '1' },
};

test('the address is written where it is asked for, and nothing else is touched', () => {
  expect(fillPatch(PATCH, '128.66.0.5')).toEqual({
    patch: {
      set: { 'sip nat ip': '128.66.0.5', other: 'plain {{model}}' },
      add: { uri: 'sip:128.66.0.5:5060', same: '1' },
    },
    leftOut: [],
  });
});

test('without an address, what asks for it is left out', () => {
  expect(fillPatch(PATCH, '')).toEqual({
    patch: { set: { other: 'plain {{model}}' }, add: { same: '1' } },
    leftOut: ['sip nat ip', 'uri'],
  });
});

test.each<[string, boolean]>([
  ['nat = {{externalAddress}}', true],
  ['{{#if externalAddress}}nat = 1{{/if}}', true],
  ['{{#each accounts}}{{@root.externalAddress}}{{/each}}', true],
  ['{{#each this}}{{@key}} = {{this}}{{/each}}', true],
  ['{{#each accounts}}{{#each ..}}{{@key}}{{/each}}{{/each}}', true],
  ['{{#each @root as |value|}}{{value}}{{/each}}', true],
  ['{{#each @root.codecs}}{{name}}{{/each}}', false],
  ['{{#each accounts}}{{#each ../allCodecs}}{{name}}{{/each}}{{/each}}', false],
  ['server = {{sip.server}}', false],
])('%s', (template, is) => {
  expect(isAddressInTemplate(template)).toBe(is);
});

test('an override of one phone is enough', () => {
  const patch = { set: {}, add: { key: '{{externalAddress}}' } };
  expect(isAddressInOverrides(NO_OVERRIDES)).toBe(false);
  expect(isAddressInOverrides({ ...NO_OVERRIDES, models: new Map([['T46S', patch]]) })).toBe(true);
  expect(isAddressInOverrides({ ...NO_OVERRIDES, base: { set: { key: 'externalAddress' }, add: {} } })).toBe(false);
});
