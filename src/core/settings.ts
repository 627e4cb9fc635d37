/** Neutral phone settings: what a site decides, before a vendor spells it. One flat object, so that layers merge by key. */

export type Transport = 'udp' | 'tcp' | 'tls';
export type Srtp = 'off' | 'optional' | 'required';
export type DtmfMethod = 'rfc2833' | 'inband' | 'sip-info';
export type Codec = 'g722' | 'pcma' | 'pcmu' | 'g729' | 'opus';
export type TimeFormat = '12h' | '24h';
/** Named by the order that people see; each vendor has a nearest number of its own. */
export type DateFormat = 'yyyy-mm-dd' | 'dd/mm/yyyy' | 'mm/dd/yyyy' | 'dd mmm' | 'weekday dd mmm';
export type SyslogLevel = 'error' | 'warning' | 'info' | 'debug';

export interface PhoneSettings {
  /** Registrar: host name or address. Empty: this appliance's own address on the phone's LAN (a PBX on the same host). */
  readonly sipServer: string;
  /** 0: the transport's default, 5060 or 5061 for TLS (RFC 3261 19.1.2). */
  readonly sipPort: number;
  readonly sipTransport: Transport;
  /** `host` or `host:port`; empty: none. */
  readonly outboundProxy: string;
  readonly registrationExpirySeconds: number;
  /** The number that opens the mailbox, where the extension has none of its own; empty: none. */
  readonly voicemailNumber: string;
  readonly dtmfMethod: DtmfMethod;
  /** Preferred first. */
  readonly codecs: readonly Codec[];
  readonly srtp: Srtp;
  /** IANA name. */
  readonly timeZone: string;
  readonly timeFormat: TimeFormat;
  readonly dateFormat: DateFormat;
  /** BCP 47 primary tag: en, de, fr … */
  readonly language: string;
  /** ISO 3166 country whose call-progress tones are played: DE, US … */
  readonly toneCountry: string;
  /** Host name or address; empty: this appliance's own address on the phone's LAN. */
  readonly ntpServer: string;
  /** How often a running phone asks for its file again, in minutes; 0: never. */
  readonly resyncMinutes: number;
  readonly pnpEnabled: boolean;
  /** 802.1Q id 1-4094; 0: untagged. */
  readonly vlanId: number;
  /** 802.1p 0-7. */
  readonly vlanPriority: number;
  /** VLAN of the PC port; 0: untagged. */
  readonly pcVlanId: number;
  /** DSCP 0-63 of signalling (26 = AF31 by the phones' own defaults). */
  readonly dscpSip: number;
  /** DSCP 0-63 of speech (46 = EF). */
  readonly dscpRtp: number;
  /** Host name or address; empty: none. */
  readonly syslogServer: string;
  readonly syslogLevel: SyslogLevel;
}

export type SettingName = keyof PhoneSettings;
export type SettingsPatch = { readonly [K in SettingName]?: PhoneSettings[K] };

export const DEFAULT_SETTINGS: PhoneSettings = {
  sipServer: '',
  sipPort: 0,
  sipTransport: 'udp',
  outboundProxy: '',
  registrationExpirySeconds: 3600,
  voicemailNumber: '',
  dtmfMethod: 'rfc2833',
  codecs: ['g722', 'pcma', 'pcmu'],
  srtp: 'off',
  timeZone: 'Etc/UTC',
  timeFormat: '24h',
  dateFormat: 'yyyy-mm-dd',
  language: 'en',
  toneCountry: 'US',
  ntpServer: 'pool.ntp.org',
  resyncMinutes: 1440,
  pnpEnabled: true,
  vlanId: 0,
  vlanPriority: 0,
  pcVlanId: 0,
  dscpSip: 26,
  dscpRtp: 46,
  syslogServer: '',
  syslogLevel: 'info',
};

/** Where a value came from, weakest first. */
export type SettingsLayer = 'default' | 'site' | 'vendor' | 'model' | 'extension' | 'device';

export interface ResolvedSettings {
  readonly values: PhoneSettings;
  readonly from: Readonly<Record<SettingName, SettingsLayer>>;
}

/** Lays the patches over the defaults; the later one wins. */
export function resolveSettings(
  layers: readonly { readonly layer: SettingsLayer; readonly patch: SettingsPatch | undefined }[],
): ResolvedSettings {
  const values: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  const from: Record<string, SettingsLayer> = {};
  for (const name of Object.keys(DEFAULT_SETTINGS)) from[name] = 'default';
  for (const { layer, patch } of layers) {
    for (const [name, value] of Object.entries(patch ?? {})) {
      if (!(name in DEFAULT_SETTINGS) || value === undefined) continue;
      values[name] = value;
      from[name] = layer;
    }
  }
  return { values: values as unknown as PhoneSettings, from: from as Record<SettingName, SettingsLayer> };
}
