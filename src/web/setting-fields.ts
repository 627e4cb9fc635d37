import type { PhoneSettings, SettingName } from '../core/settings.ts';

/** How a setting is asked for. `choices` in their order; message keys `choice.<setting>.<choice>` say what they mean, where there are any. */
export interface SettingField {
  readonly name: SettingName;
  readonly input: 'text' | 'number' | 'choice' | 'switch' | 'zone';
  readonly choices: readonly string[];
}

export interface SettingGroup {
  readonly id: 'telephony' | 'sound' | 'clock' | 'upkeep' | 'network';
  readonly fields: readonly SettingField[];
}

const text = (name: SettingName): SettingField => ({ name, input: 'text', choices: [] });
const number = (name: SettingName): SettingField => ({ name, input: 'number', choices: [] });
const choice = (name: SettingName, ...choices: readonly string[]): SettingField => ({ name, input: 'choice', choices });

/** Every setting once, grouped as people look for them; labels are the messages `setting.<name>`. */
export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    id: 'telephony',
    fields: [
      text('sipServer'),
      number('sipPort'),
      choice('sipTransport', 'udp', 'tcp', 'tls'),
      text('outboundProxy'),
      number('registrationExpirySeconds'),
      text('voicemailNumber'),
      choice('srtp', 'off', 'optional', 'required'),
    ],
  },
  {
    id: 'sound',
    fields: [text('codecs'), choice('dtmfMethod', 'rfc2833', 'inband', 'sip-info'), text('toneCountry')],
  },
  {
    id: 'clock',
    fields: [
      { name: 'timeZone', input: 'zone', choices: [] },
      choice('timeFormat', '24h', '12h'),
      choice('dateFormat', 'yyyy-mm-dd', 'dd/mm/yyyy', 'mm/dd/yyyy', 'dd mmm', 'weekday dd mmm'),
      text('language'),
      text('ntpServer'),
    ],
  },
  {
    id: 'upkeep',
    fields: [
      number('resyncMinutes'),
      { name: 'pnpEnabled', input: 'switch', choices: ['true', 'false'] },
      text('syslogServer'),
      choice('syslogLevel', 'error', 'warning', 'info', 'debug'),
    ],
  },
  {
    id: 'network',
    fields: [number('vlanId'), number('vlanPriority'), number('pcVlanId'), number('dscpSip'), number('dscpRtp')],
  },
];

/** A setting's value as people type it: a list by commas, `true` and `false`. */
export function spellSetting(value: PhoneSettings[SettingName]): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
