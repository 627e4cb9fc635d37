import { expect, test } from 'vitest';
import type { Extension } from '../../src/core/extension.ts';
import { resolvePhoneSettings } from '../../src/core/resolve-phone-settings.ts';
import { Secret } from '../../src/core/secret.ts';

const site = {
  settings: { language: 'en' },
  vendorSettings: { acme: { language: 'es' } },
  modelSettings: { 'acme/T1': { language: 'it' } },
};
const speaking = (language: string): Extension => ({
  number: '101',
  displayName: '',
  authName: '101',
  password: new Secret(''),
  voicemail: '',
  language,
});

test('who sits at the phone is nearer than its make and model, and the phone itself is nearest', () => {
  const language = (lineOne: Extension | undefined, device = {}) => {
    const { values, from } = resolvePhoneSettings({ site, vendorId: 'acme', model: 'T1', lineOne, device });
    return [values.language, from.language];
  };
  expect(language(speaking('fr'))).toEqual(['fr', 'extension']);
  expect(language(speaking('fr'), { language: 'de' })).toEqual(['de', 'device']);
  expect(language(speaking(''))).toEqual(['it', 'model']);
  expect(language(undefined)).toEqual(['it', 'model']);
});

test('of a phone whose make and model nobody knows, the site decides', () => {
  const { values, from } = resolvePhoneSettings({
    site,
    vendorId: null,
    model: null,
    lineOne: undefined,
    device: {},
  });
  expect([values.language, from.language]).toEqual(['en', 'site']);
});
