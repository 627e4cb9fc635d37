import { EXTENSION_NUMBER } from '../core/extension.ts';
import { LANGUAGE_TAG } from '../core/read-language.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { ExtensionPatch } from '../flows/change-extension.ts';
import { PLAIN_TEXT } from '../http/schemas/common.ts';
import { LONGEST_NAME } from '../http/schemas/extension.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';

/** By field: what is wrong, in a sentence. */
export type ExtensionFaults = Partial<
  Record<'number' | 'displayName' | 'authName' | 'password' | 'voicemail' | 'language', string>
>;

const PLAIN = new RegExp(PLAIN_TEXT, 'u');

/** The form of one extension, as strict as the API. An empty name or auth name is the number, an empty password is left as it is. */
export function readExtensionForm(
  form: Form,
  { t }: Texts,
): Result<{ readonly number: string; readonly patch: ExtensionPatch }, ExtensionFaults> {
  const number = form.get('number');
  const password = form.raw('password');
  const values = {
    displayName: form.get('displayName') || number,
    authName: form.get('authName') || number,
    voicemail: form.get('voicemail'),
    language: form.get('language'),
  };
  const faults: ExtensionFaults = {};
  if (!EXTENSION_NUMBER.test(number)) {
    faults.number = number === '' ? t('extension.no-number') : t('extension.bad-number', { saw: number.slice(0, 40) });
  }
  for (const [name, value] of Object.entries({ ...values, password })) {
    if (value.length > LONGEST_NAME)
      faults[name as keyof ExtensionFaults] = t('extension.too-long', { most: LONGEST_NAME });
    else if (!PLAIN.test(value)) faults[name as keyof ExtensionFaults] = t('extension.not-plain');
  }
  if (values.language !== '' && !LANGUAGE_TAG.test(values.language)) faults.language = t('want.language');
  if (Object.keys(faults).length > 0) return err(faults);
  return ok({ number, patch: { ...values, password: password === '' ? undefined : password } });
}
