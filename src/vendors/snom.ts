import { type MacAddress, parseMacAddress } from '../core/mac-address.ts';
import type { PhoneWords } from '../core/sighting.ts';
import { snomModels } from './models/snom.ts';
import { spellSnomTimeZone } from './time-zone/snom.ts';
import type { UserAgentFacts, Vendor } from './vendor.ts';

const CONTENT_TYPE = 'text/xml; charset=utf-8';

// `snomD785-SIP 10.1.169.16 …` over HTTP, `snomD120/10.1.39.11` in SIP.
const MODEL_AND_FIRMWARE = /\bsnom ?((?:[CDM]|SP|PA)?\d{1,4})(?:-SIP[ /]|\/)(\d[\d.]{0,30})/i;
// Firmware 6.5 says no more than this.
const LID = /\bsnom lid \d/i;
const UPPER_CASE_MAC = /\b[0-9A-F]{12}\b/;

/** Where the phone's own file lies under the base: Snom writes the MAC in upper case. */
function ownFile(mac: MacAddress): string {
  return `${mac.toUpperCase()}.xml`;
}

function spellModel(claim: string): string | null {
  const name = /^(?:snom[ -]?)?((?:[CDM]|SP|PA)?\d{1,4})$/i.exec(claim.trim())?.[1]?.toUpperCase();
  if (name === undefined) return null;
  // The D7xx began life as 7xx and some firmware still says so.
  const spellings = [name, `D${name}`, name.replace(/^D/, '')];
  return spellings.find((spelling) => snomModels.some((model) => model.name === spelling)) ?? name;
}

function readUserAgent(userAgent: string): UserAgentFacts | undefined {
  const said = MODEL_AND_FIRMWARE.exec(userAgent);
  if (said === null) return LID.test(userAgent) ? { model: null, firmware: null, mac: null } : undefined;
  const mac = UPPER_CASE_MAC.exec(userAgent)?.[0];
  return {
    model: spellModel(said[1] ?? ''),
    firmware: said[2] ?? null,
    mac: mac === undefined ? null : (parseMacAddress(mac) ?? null),
  };
}

function recogniseWords(words: PhoneWords): boolean {
  if (words.userAgent !== '') return readUserAgent(words.userAgent) !== undefined;
  if (words.vendor.toLowerCase() === 'snom' || /^snom/i.test(words.model)) return true;
  // Firmware 7 calls itself OEM/OEM and has no User-Agent; other stacks that say OEM have other versions.
  return words.vendor === 'OEM' && words.model === 'OEM' && words.firmware.startsWith('7.');
}

export const snom = {
  id: 'snom',
  name: 'Snom',
  macPrefixes: ['000413', '1c7126'],
  recogniseWords,
  readUserAgent,
  models: snomModels,
  // Settings of identities that a phone does not have are ignored by it.
  unknownModel: { name: 'Snom', lines: 12, keys: 0 },
  modelOf: (words) => readUserAgent(words.userAgent)?.model ?? spellModel(words.model),
  files: [
    {
      name: 'phone.xml',
      // The name in the NOTIFY's URL, and the second of the two that a phone makes of a folder's URL.
      pattern: /^(?:snom(?<model>[A-Za-z0-9]{2,8})-(?=[0-9A-Fa-f]{12}\.htm$))?(?<mac>[0-9A-Fa-f]{12})\.(?:xml|htm)$/,
      pathFor: ownFile,
      contentType: CONTENT_TYPE,
      format: 'xml',
      holdsSecrets: true,
    },
    {
      name: 'model.htm',
      pattern: /^snom(?<model>[A-Za-z0-9]{2,8})\.htm$/,
      pathFor: (_mac, model) => `snom${model}.htm`,
      contentType: CONTENT_TYPE,
      format: 'xml',
      holdsSecrets: false,
    },
  ],
  absentFiles: [],
  profileUrl: (base, mac) => `${base}${ownFile(mac)}`,
  spellings: {
    transport: { udp: 'udp', tcp: 'tcp', tls: 'tls' },
    srtp: { off: 'off', optional: 'optional', required: 'mandatory' },
    dtmfMethod: { rfc2833: 'off', inband: 'off', 'sip-info': 'sip_info_only' },
    timeFormat: { '12h': 'off', '24h': 'on' },
    // date_us_format: the phone knows month first or not, nothing more.
    dateFormat: {
      'yyyy-mm-dd': 'off',
      'dd/mm/yyyy': 'off',
      'mm/dd/yyyy': 'on',
      'dd mmm': 'off',
      'weekday dd mmm': 'off',
    },
    // 0-9, 9 says everything; the others by syslog's own numbers (RFC 5424 6.2.1).
    syslogLevel: { error: '3', warning: '4', info: '6', debug: '9' },
    codec: { g722: 'g722', pcma: 'pcma', pcmu: 'pcmu', g729: 'g729' },
    language: {
      cs: 'Čeština',
      da: 'Dansk',
      de: 'Deutsch',
      en: 'English',
      es: 'Español',
      fi: 'Suomi',
      fr: 'Français',
      hu: 'Magyar',
      it: 'Italiano',
      lt: 'Lietuvių',
      nb: 'Norsk',
      nl: 'Nederlands',
      no: 'Norsk',
      pl: 'Polski',
      pt: 'Português',
      ru: 'Русский',
      sl: 'Slovenščina',
      sv: 'Svenska',
      tr: 'Türkçe',
    },
    // biome-ignore format: one line per letter reads as a table
    tone: {
      AT: 'AUT', AU: 'AUS', CH: 'SWI', CN: 'CHN', DE: 'GER', DK: 'DNK', ES: 'ESP', FR: 'FRA', GB: 'GBR', GR: 'GRE', IN: 'IND',
      IT: 'ITA', JP: 'JPN', MX: 'MEX', NL: 'NLD', NO: 'NOR', NZ: 'NZL', SE: 'SWE', US: 'USA',
    },
  },
  spellTimeZone: spellSnomTimeZone,
  accountKeys: () => ({}),
  logIns: ['basic', 'digest'],
  checkSync: { resync: 'check-sync;reboot=false', reboot: 'check-sync;reboot=true' },
  webConsole: (address) => `http://${address}/`,
  simulated: {
    model: 'D785',
    firmware: '10.1.169.16',
    subscribeUser: (mac) => `MAC%3a${mac.toUpperCase()}`,
    loginKeys: ['http_client_user', 'http_client_pass'],
    // The DHCP domain; RFC 2606 name.
    subscribeHost: 'office.example',
    sipUserAgent: (model, firmware) => `snom${model}/${firmware}`,
    eventWords: (model) => ({ vendor: 'snom', model: `snom${model}` }),
    viaBranch: false,
    viaRport: true,
    httpUserAgent: (mac, model, firmware) =>
      `Mozilla/4.0 (compatible; snom${model}-SIP ${firmware} 2010.12-00004-g9ba52f5 ${mac.toUpperCase()} SXM:0 UXM:0)`,
    requests: (url, mac, model) =>
      url.endsWith('/')
        ? [`${url}snom${model}.htm`, `${url}snom${model}-${mac.toUpperCase()}.htm`]
        : [url.replace('{mac}', mac.toUpperCase()).replace('{phone_type}', `snom${model}`)],
  },
} satisfies Vendor;
