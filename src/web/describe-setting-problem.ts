import type { SettingProblem } from '../core/read-setting.ts';
import type { SettingName } from '../core/settings.ts';
import type { Texts } from './message-set.ts';
import { SETTING_GROUPS } from './setting-fields.ts';

const CHOICES = new Map(
  SETTING_GROUPS.flatMap(({ fields }) => fields.map(({ name, choices }) => [name, choices] as const)),
);

/** Texts with a shape of their own; all others are a number, or one of some words. */
const WANTS: Partial<Record<SettingName, string>> = {
  sipServer: 'want.host',
  ntpServer: 'want.host',
  syslogServer: 'want.host',
  outboundProxy: 'want.proxy',
  voicemailNumber: 'want.number-to-dial',
  codecs: 'want.codecs',
  timeZone: 'want.time-zone',
  language: 'want.language',
  toneCountry: 'want.country',
};

/** What is wrong with a setting's value, in the reader's language: what was seen, what was wanted, what may have been meant. */
export function describeSettingValue({ t }: Texts, problem: SettingProblem & { readonly kind: 'wrong-value' }): string {
  const { name, saw, near } = problem;
  const text = t('settings.wrong', { saw, want: wantOf(problem, t) });
  return near.length === 0 ? text : `${text} ${t('want.near', { near: near.join(', ') })}`;
  function wantOf({ want }: { readonly want: string }, translate: Texts['t']): string {
    const key = WANTS[name];
    if (key !== undefined) return translate(key);
    const range = /^a whole number (\d+)-(\d+)/.exec(want);
    if (range !== null) return translate('want.number', { least: range[1] ?? '', most: range[2] ?? '' });
    return translate('want.choice', { choices: (CHOICES.get(name) ?? []).join(', ') });
  }
}
