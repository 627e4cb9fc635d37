import type { ResolvedSettings, SettingName, SettingsPatch } from '../core/settings.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';
import { SETTING_GROUPS, type SettingField, spellSetting } from './setting-fields.ts';

/** A setting of one layer as a form shows it. */
export interface SettingFieldView {
  readonly name: SettingName;
  readonly label: string;
  readonly input: SettingField['input'];
  readonly value: string;
  /** Id of the list of suggestions; empty: none. */
  readonly list: string;
  /** What the layers below say, and which of them. */
  readonly inherited: string;
  readonly inheritedFrom: string;
  readonly choices: readonly { readonly value: string; readonly text: string; readonly isChosen: boolean }[];
  /** Empty means something of its own: no server, no number. */
  readonly canBeEmpty: boolean;
  readonly emptyText: string;
  readonly isOwnEmpty: boolean;
  readonly error: string;
}

export interface SettingGroupView {
  readonly id: string;
  readonly title: string;
  readonly fields: readonly SettingFieldView[];
}

const LISTS: Partial<Record<SettingName, string>> = {
  timeZone: 'zones',
  language: 'languages',
  toneCountry: 'countries',
};
/** Empty means: this appliance, by its address on the phone's LAN. */
const OWN_ADDRESS: ReadonlySet<string> = new Set(['sipServer', 'ntpServer']);
const NEVER_EMPTY: ReadonlySet<string> = new Set(['codecs', 'language', 'toneCountry']);

/** `own`: what the layer says; `below`: what phones have without it; `form`: what was typed, where something was. */
export function buildSettingGroups(
  own: SettingsPatch,
  below: ResolvedSettings,
  { t, has }: Texts,
  { form, faults }: { readonly form?: Form | undefined; readonly faults: Readonly<Record<string, string>> },
): readonly SettingGroupView[] {
  const say = (name: SettingName, value: string) => {
    if (value === 'true' || value === 'false') return t(value === 'true' ? 'settings.yes' : 'settings.no');
    return has(`choice.${name}.${value}`) ? t(`choice.${name}.${value}`) : value;
  };
  return SETTING_GROUPS.map(({ id, fields }) => ({
    id,
    title: t(`settings.${id}`),
    fields: fields.map(({ name, input, choices }) => {
      const set = own[name];
      const value = form?.get(name) ?? (set === undefined ? '' : spellSetting(set));
      return {
        name,
        label: t(`setting.${name}`),
        input,
        value,
        list: LISTS[name] ?? '',
        inherited:
          say(name, spellSetting(below.values[name])) ||
          t(OWN_ADDRESS.has(name) ? 'site.own-address' : 'settings.none'),
        inheritedFrom: t(`layer.${below.from[name]}`),
        choices: choices.map((choice) => ({ value: choice, text: say(name, choice), isChosen: choice === value })),
        // Where nothing is inherited, leaving it empty says the same.
        canBeEmpty: input === 'text' && !NEVER_EMPTY.has(name) && (below.values[name] !== '' || set === ''),
        emptyText: t(OWN_ADDRESS.has(name) ? 'site.own-empty-address' : 'site.own-empty'),
        isOwnEmpty: form === undefined ? set === '' : form.has(`own.${name}`) && value === '',
        error: faults[name] ?? '',
      };
    }),
  }));
}
