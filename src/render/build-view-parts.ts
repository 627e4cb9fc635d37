import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import type { Codec, PhoneSettings, Transport } from '../core/settings.ts';
import type { Site } from '../core/site.ts';
import type { Model, Vendor } from '../vendors/vendor.ts';
import type { AccountView, CodecView, PhoneView } from './phone-view.ts';

/** RFC 3261 19.1.2: 5060, and 5061 for TLS. */
const DEFAULT_PORTS: Readonly<Record<Transport, number>> = { udp: 5060, tcp: 5060, tls: 5061 };

/** For `{{#if}}`: the empty text is false. */
export function flag(on: boolean): string {
  return on ? '1' : '';
}

/** For values: what most phones write for on and off. */
export function digit(on: boolean): string {
  return on ? '1' : '0';
}

/** Undefined where the vendor has no such word; an empty word is what the phone does by itself. */
export function wordFor<T>(words: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(words, name) ? words[name] : undefined;
}

/** In the vendor's order, for `{{#each}}`. */
export function listSettings(settings: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(settings).map(([key, value]) => ({ key, value }));
}

/** Every line of the model: the extensions first, then spare lines with empty texts. */
export function buildAccounts(
  vendor: Vendor,
  model: Model,
  settings: PhoneSettings,
  extensions: readonly Extension[],
): readonly AccountView[] {
  return Array.from({ length: model.lines }, (_, index) => {
    const extension = extensions[index];
    return {
      line: String(index + 1),
      index: String(index),
      active: digit(extension !== undefined),
      number: extension?.number ?? '',
      // Blanks around a name mean nothing, and line formats lose them.
      displayName: extension?.displayName.trim() ?? '',
      authName: extension?.authName ?? '',
      password: extension?.password.reveal() ?? '',
      voicemail: extension === undefined ? '' : extension.voicemail || settings.voicemailNumber,
      keys: vendor.accountKeys(index + 1),
    };
  });
}

export function buildSip(vendor: Vendor, settings: PhoneSettings, ownHost: string): PhoneView['sip'] {
  const { spellings } = vendor;
  const server = settings.sipServer || ownHost;
  const defaultPort = DEFAULT_PORTS[settings.sipTransport];
  const port = String(settings.sipPort || defaultPort);
  const proxy = splitHostAndPort(settings.outboundProxy, defaultPort);
  return {
    server,
    port,
    serverAndPort: `${server}:${port}`,
    transport: spellings.transport[settings.sipTransport],
    transportName: settings.sipTransport,
    isTls: flag(settings.sipTransport === 'tls'),
    outboundHost: proxy.host,
    outboundPort: proxy.port,
    outboundHostAndPort: proxy.host === '' ? '' : `${proxy.host}:${proxy.port}`,
    expirySeconds: String(settings.registrationExpirySeconds),
    expiryMinutes: String(Math.ceil(settings.registrationExpirySeconds / 60)),
    srtp: spellings.srtp[settings.srtp],
    srtpIsOn: flag(settings.srtp !== 'off'),
    dtmf: spellings.dtmfMethod[settings.dtmfMethod],
    dtmfIsInband: flag(settings.dtmfMethod === 'inband'),
    dtmfInband: digit(settings.dtmfMethod === 'inband'),
    dtmfRfc2833: digit(settings.dtmfMethod === 'rfc2833'),
    dtmfSipInfo: digit(settings.dtmfMethod === 'sip-info'),
  };
}

/** `host`, `host:port` or `[v6]:port`; both parts empty for the empty text. */
export function splitHostAndPort(text: string, defaultPort: number): { readonly host: string; readonly port: string } {
  if (text === '') return { host: '', port: '' };
  const match = /^(.+):(\d+)$/.exec(text);
  const host = match?.[1];
  // An IPv6 address without brackets ends like a port and has none.
  if (host === undefined || (host.includes(':') && !host.endsWith(']')))
    return { host: text, port: String(defaultPort) };
  return { host, port: match?.[2] ?? '' };
}

/** The chosen codecs best first, then all others that the vendor can name, switched off. */
export function spellCodecs(
  vendor: Vendor,
  wanted: readonly Codec[],
): {
  readonly chosen: readonly CodecView[];
  readonly others: readonly CodecView[];
  readonly unknown: readonly Codec[];
} {
  const names = new Map(Object.entries(vendor.spellings.codec));
  const known = [...new Set(wanted)].filter((codec) => names.has(codec));
  return {
    chosen: known.map((codec, index) => ({ name: names.get(codec) ?? '', priority: String(index + 1), enabled: '1' })),
    others: [...names].flatMap(([codec, name]) =>
      known.some((chosen) => chosen === codec) ? [] : [{ name, priority: '0', enabled: '0' }],
    ),
    unknown: [...new Set(wanted)].filter((codec) => !names.has(codec)),
  };
}

/** Undefined: the site's policy asks for a password that is not there. */
export function chooseConsolePasswords(
  site: Pick<Site, 'consolePasswordPolicy' | 'consolePassword'>,
  lineOne: Extension | undefined,
  drawn: Device['consolePasswords'],
): { readonly admin: string; readonly user: string } | undefined {
  const policy = site.consolePasswordPolicy;
  switch (policy) {
    case 'same':
      return both(lineOne?.password.reveal());
    case 'one':
      return both(site.consolePassword?.reveal());
    case 'random':
      return drawn === null ? undefined : { admin: drawn.admin.reveal(), user: drawn.user.reveal() };
    default:
      return policy satisfies never;
  }
}

function both(password: string | undefined): { readonly admin: string; readonly user: string } | undefined {
  return password === undefined ? undefined : { admin: password, user: password };
}
