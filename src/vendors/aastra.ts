import { parseMacAddress } from '../core/mac-address.ts';
import { note } from '../core/note.ts';
import type { PhoneWords } from '../core/sighting.ts';
import { fitAastraSettings } from './fit-settings.ts';
import { aastraModels, SHORT_NAMES } from './models/aastra.ts';
import { spellAastraTimeZone } from './time-zone/aastra.ts';
import type { UserAgentFacts, Vendor } from './vendor.ts';

const CONTENT_TYPE = 'text/plain; charset=utf-8';

const HTTP_WORDS = /^(?:Aastra|Mitel)(\d{2,4}[a-z]{0,3}) MAC:([0-9A-Fa-f-]{17}) V:([\w.]{1,32})-SIP/;
// `Aastra 51i/2.5.1.41`, `Mitel-6920-SIP/6.4.0.140`. Mitel's exchanges name themselves in other ways.
const SIP_WORDS = /^(?:Aastra|Mitel)[ -](\d{2,4}[a-z]{0,3})(?:-SIP)?\/(\d[\d.]{0,30})/i;
/** 6869i, 6920w, 53i, 9143i: no name of a model has twelve characters, as a MAC has. */
const MODEL_NAME = '\\d{2,4}[A-Za-z]{0,3}';

const CLAIM = new RegExp(`^(?:(?:Aastra|Mitel)[ -]?)?(${MODEL_NAME})$`, 'i');

function spellModel(claim: string): string | null {
  const name = CLAIM.exec(claim.trim())?.[1]?.toLowerCase();
  return name === undefined ? null : (SHORT_NAMES[name] ?? name);
}

function readUserAgent(userAgent: string): UserAgentFacts | undefined {
  const http = HTTP_WORDS.exec(userAgent);
  if (http !== null) {
    const mac = parseMacAddress(http[2] ?? '') ?? null;
    return { model: spellModel(http[1] ?? ''), firmware: http[3] ?? null, mac };
  }
  const sip = SIP_WORDS.exec(userAgent);
  return sip === null ? undefined : { model: spellModel(sip[1] ?? ''), firmware: sip[2] ?? null, mac: null };
}

function recogniseWords(words: PhoneWords): boolean {
  if (words.userAgent !== '') return readUserAgent(words.userAgent) !== undefined;
  return /^(?:aastra|mitel)$/i.test(words.vendor);
}

export const aastra = {
  id: 'aastra',
  name: 'Aastra/Mitel',
  macPrefixes: ['00085d', '08000f', '1400e9', '0010bc'],
  recogniseWords,
  readUserAgent,
  models: aastraModels,
  // As the 675x; parameters of lines that a phone lacks are ignored by it.
  unknownModel: { name: 'Aastra/Mitel', lines: 9, keys: 0 },
  modelOf: (words) => readUserAgent(words.userAgent)?.model ?? spellModel(words.model),
  files: [
    {
      name: 'phone.cfg',
      pattern: /^(?<mac>[0-9A-Fa-f]{12})\.cfg$/,
      pathFor: (mac) => `${mac.toUpperCase()}.cfg`,
      contentType: CONTENT_TYPE,
      format: 'colon-value',
      holdsSecrets: true,
    },
    {
      name: 'startup.cfg',
      // The same file under its name before and since firmware 4: without it, or empty, the phone never asks for its own.
      pattern: /^(?:startup|aastra)\.cfg$/i,
      pathFor: (_mac, model) => (/^[59]|^67/.test(model) ? 'aastra.cfg' : 'startup.cfg'),
      contentType: CONTENT_TYPE,
      format: 'colon-value',
      holdsSecrets: false,
    },
    {
      name: 'model.cfg',
      pattern: new RegExp(`^(?<model>${MODEL_NAME})\\.cfg$`),
      pathFor: (_mac, model) => `${model}.cfg`,
      contentType: CONTENT_TYPE,
      format: 'colon-value',
      holdsSecrets: false,
    },
  ],
  absentFiles: [
    {
      pattern: /^[0-9A-Za-z_-]{1,40}\.tuz$/i,
      pathFor: () => 'security.tuz',
      why: note(
        'absent.encrypted',
        'encrypted files are not used; a phone that is given a security.tuz wants nothing else from then on',
      ),
    },
    {
      pattern: /^(?:startup|aastra|[0-9A-Fa-f]{12})\.lic$/i,
      pathFor: (mac) => `${mac.toUpperCase()}.lic`,
      why: note('absent.licence', 'the phone has no licence file here and needs none'),
    },
    {
      pattern: new RegExp(`^(?:firmware/)?${MODEL_NAME}\\.st$`),
      pathFor: (_mac, model) => `firmware/${model}.st`,
      why: note('absent.firmware', 'no firmware is offered; the phone keeps its own'),
    },
  ],
  // No phone of this make asks by multicast: this is the folder for DHCP option 66 and for the doorstep.
  profileUrl: (base) => base,
  spellings: {
    transport: { udp: '1', tcp: '2', tls: '4' },
    srtp: { off: '0', optional: '1', required: '2' },
    dtmfMethod: { rfc2833: '0', inband: '0', 'sip-info': '1' },
    timeFormat: { '12h': '0', '24h': '1' },
    dateFormat: { 'yyyy-mm-dd': '2', 'dd/mm/yyyy': '3', 'mm/dd/yyyy': '6', 'dd mmm': '1', 'weekday dd mmm': '0' },
    // A bit mask per module, filled from the left.
    syslogLevel: { error: '3', warning: '7', info: '39', debug: '65535' },
    // RTP payload types (RFC 3551 6).
    codec: { g722: '9', pcma: '8', pcmu: '0', g729: '18' },
    // The language pack; English is built in and has none.
    language: {
      de: 'lang_de.txt',
      en: '',
      es: 'lang_es.txt',
      fr: 'lang_fr.txt',
      it: 'lang_it.txt',
      nl: 'lang_nl_nl.txt',
    },
    // "Europe" is the phones' generic set.
    // biome-ignore format: one line per letter reads as a table
    tone: {
      AT: 'Europe', AU: 'Australia', BE: 'Europe', CA: 'US', CH: 'Europe', CZ: 'Europe', DE: 'Germany', DK: 'Europe', ES: 'Europe',
      FI: 'Europe', FR: 'France', GB: 'UK', GR: 'Europe', HU: 'Europe', IT: 'Italy', MX: 'Mexico', NL: 'Europe', NO: 'Europe',
      PL: 'Europe', PT: 'Europe', SE: 'Europe', US: 'US',
    },
  },
  fitSettings: fitAastraSettings,
  spellTimeZone: spellAastraTimeZone,
  accountKeys: () => ({}),
  logIns: ['digest'],
  // Both reboot: these phones know no other way to read their files again (docs/vendors/aastra.md, "Resync").
  checkSync: { resync: 'check-sync;reboot=true', reboot: 'check-sync;reboot=true' },
  webConsole: (address) => `http://${address}/`,
  simulated: {
    model: '6920',
    firmware: '6.4.0.140',
    subscribeUser: (mac) => `MAC%3A${mac.toUpperCase()}`,
    loginKeys: ['http digest username', 'http digest password'],
    subscribeHost: '224.0.1.75',
    sipUserAgent: (model, firmware) => `Mitel-${model}-SIP/${firmware}`,
    eventWords: (model) => ({ vendor: 'Mitel', model }),
    viaBranch: true,
    viaRport: true,
    httpUserAgent: (mac, model, firmware) =>
      `Mitel${model} MAC:${mac.toUpperCase().replace(/(..)(?=.)/g, '$1-')} V:${firmware}-SIP`,
    requests: (url, mac, model) => {
      const own = mac.toUpperCase();
      const names = ['security.tuz', 'startup.cfg', `${model}.cfg`, `${own}.cfg`, 'startup.lic', `${own}.lic`];
      return [...names, `firmware/${model}.st`].map((name) => `${url}${name}`);
    },
  },
} satisfies Vendor;
