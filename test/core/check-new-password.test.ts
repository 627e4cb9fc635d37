import { expect, test } from 'vitest';
import { checkNewPassword, describePasswordFault, LONGEST_PASSWORD } from '../../src/core/check-new-password.ts';

test.each([
  ['tR7#kq9!', 'anna', 'password-too-short'],
  ['x'.repeat(LONGEST_PASSWORD + 1), 'anna', 'password-too-long'],
  ['aaaaaaaaaaaa', 'anna', 'password-too-simple'],
  ['abcabcabcabc', 'anna', 'password-too-simple'],
  ['Password123', 'anna', 'password-too-simple'],
  ['1234567890', 'anna', 'password-too-simple'],
  ['plugtone!2', 'anna', 'password-too-simple'],
  ['annaanna1!', 'Anna', 'password-holds-name'],
  ['thomas.meier1', 'thomas.meier', 'password-holds-name'],
])('%s is refused for %s: %s', (password, name, fault) => {
  const found = checkNewPassword(password, name);
  expect(found).toBe(fault);
  if (found !== undefined) expect(describePasswordFault(found)).not.toContain(password);
});

test.each([
  'correct horse battery',
  'drei Äpfel im Korb',
  'tR7#kq9!zz',
  'my password is longer than yours',
  '𝓤𝓷𝓲𝓬𝓸𝓭𝓮 𝓲𝓼 𝓯𝓲𝓷𝓮',
])('%s will do', (password) => expect(checkNewPassword(password, 'anna')).toBeUndefined());
