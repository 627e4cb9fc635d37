import { VOICEMAIL_NUMBER } from './extension.ts';
import { findNear } from './find-near.ts';
import { LANGUAGE_TAG } from './read-language.ts';
import type { PhoneSettings, SettingName } from './settings.ts';
import { listTimeZones } from './time-zones.ts';

/** Answers the value, or undefined where it is not what `want` says. */
export interface SettingKind<T> {
  readonly want: string;
  readonly read: (raw: unknown) => T | undefined;
  /** Values that may have been meant. */
  readonly near?: (raw: unknown) => readonly string[];
}

function integer(min: number, max: number, meaning = ''): SettingKind<number> {
  return {
    want: `a whole number ${min}-${max}${meaning}`,
    read(raw) {
      const number = typeof raw === 'string' && /^\d{1,9}$/.test(raw) ? Number(raw) : raw;
      return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
        ? number
        : undefined;
    },
  };
}

function oneOf<T extends string>(...words: readonly T[]): SettingKind<T> {
  return {
    want: `one of ${words.join(', ')}`,
    read: (raw) => (typeof raw === 'string' ? words.find((word) => word === raw.toLowerCase()) : undefined),
  };
}

function text(pattern: RegExp, want: string, spell: (value: string) => string = (value) => value): SettingKind<string> {
  return { want, read: (raw) => (typeof raw === 'string' && pattern.test(raw) ? spell(raw) : undefined) };
}

const YES_OR_NO: SettingKind<boolean> = {
  want: 'true or false',
  read(raw) {
    if (typeof raw === 'boolean') return raw;
    if (typeof raw !== 'string') return undefined;
    if (/^(?:true|yes|on|1)$/i.test(raw)) return true;
    return /^(?:false|no|off|0)$/i.test(raw) ? false : undefined;
  },
};

const CODEC = oneOf('g722', 'pcma', 'pcmu', 'g729', 'opus');
const CODECS: SettingKind<PhoneSettings['codecs']> = {
  want: `a list of codecs, best first, each ${CODEC.want} and none twice`,
  read(raw) {
    const list: unknown = typeof raw === 'string' ? raw.split(',').map((word) => word.trim()) : raw;
    if (!Array.isArray(list) || list.length === 0 || new Set(list).size !== list.length) return undefined;
    const codecs = list.flatMap((word) => CODEC.read(word) ?? []);
    return codecs.length === list.length && new Set(codecs).size === codecs.length ? codecs : undefined;
  },
};

/** RFC 1123 2.1 names (with the underscore that offices use), IPv4, and IPv6 in brackets. */
const HOST = '(?:[0-9A-Za-z_](?:[0-9A-Za-z_.-]{0,251}[0-9A-Za-z_])?|\\[[0-9A-Fa-f:.]{2,45}\\])';
const HOST_OR_NONE = text(new RegExp(`^(?:${HOST})?$`), 'a host name or address without blanks, or nothing');
const PROXY: SettingKind<string> = {
  want: 'host or host:port (1-65535), or nothing',
  read(raw) {
    if (typeof raw !== 'string' || !new RegExp(`^(?:${HOST}(?::\\d{1,5})?)?$`).test(raw)) return undefined;
    const port = Number(/:(\d+)$/.exec(raw)?.[1] ?? 5060);
    return port >= 1 && port <= 65_535 ? raw : undefined;
  },
};
const TIME_ZONE: SettingKind<string> = {
  want: 'an IANA time zone such as Europe/Berlin',
  read: (raw) => (typeof raw === 'string' && timeZones().has(raw) ? raw : undefined),
  near: (raw) => (typeof raw === 'string' ? findNear([...timeZones()], raw) : []),
};

let zones: ReadonlySet<string> | undefined;
function timeZones(): ReadonlySet<string> {
  zones ??= new Set(listTimeZones());
  return zones;
}

/** Type and range of every setting. */
export const SETTING_KINDS: { readonly [K in SettingName]: SettingKind<PhoneSettings[K]> } = {
  sipServer: HOST_OR_NONE,
  sipPort: integer(0, 65_535, ", 0 for the transport's own"),
  sipTransport: oneOf('udp', 'tcp', 'tls'),
  outboundProxy: PROXY,
  // A minute keeps a registrar busy for nothing; a day is what phones take at most.
  registrationExpirySeconds: integer(60, 86_400, ' (seconds)'),
  voicemailNumber: text(VOICEMAIL_NUMBER, 'a number of up to 32 characters 0-9 A-Z a-z . _ + * # -, or nothing'),
  dtmfMethod: oneOf('rfc2833', 'inband', 'sip-info'),
  codecs: CODECS,
  srtp: oneOf('off', 'optional', 'required'),
  timeZone: TIME_ZONE,
  timeFormat: oneOf('12h', '24h'),
  dateFormat: oneOf('yyyy-mm-dd', 'dd/mm/yyyy', 'mm/dd/yyyy', 'dd mmm', 'weekday dd mmm'),
  language: text(LANGUAGE_TAG, 'a language as en, de, fr (BCP 47 primary tag)', (value) => value.toLowerCase()),
  toneCountry: text(/^[A-Za-z]{2}$/, 'a country as DE, US (ISO 3166)', (value) => value.toUpperCase()),
  ntpServer: HOST_OR_NONE,
  // A month: what is looked after less often is not looked after.
  resyncMinutes: integer(0, 43_200, ' (minutes), 0 for never'),
  pnpEnabled: YES_OR_NO,
  vlanId: integer(0, 4094, ', 0 for untagged'),
  vlanPriority: integer(0, 7),
  pcVlanId: integer(0, 4094, ', 0 for untagged'),
  dscpSip: integer(0, 63),
  dscpRtp: integer(0, 63),
  syslogServer: HOST_OR_NONE,
  syslogLevel: oneOf('error', 'warning', 'info', 'debug'),
};
