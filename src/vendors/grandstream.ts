import { parseMacAddress } from '../core/mac-address.ts';
import { note } from '../core/note.ts';
import type { PhoneWords } from '../core/sighting.ts';
import { fitGrandstreamSettings } from './fit-settings.ts';
import { findListedName } from './models/find-listed-name.ts';
import { grandstreamModels } from './models/grandstream.ts';
import { grandstreamAccountKeys } from './models/grandstream-accounts.ts';
import { grandstreamTones } from './models/grandstream-tones.ts';
import { spellGrandstreamTimeZone } from './time-zone/grandstream.ts';
import type { UserAgentFacts, Vendor } from './vendor.ts';

// `Grandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55c`, and GXP2000's older form with its file names in brackets:
// docs/vendors/grandstream.md, "User-Agents".
const HTTP_WORDS =
  /^Grandstream (?:Model HW )?(\w{2,20})\s.{0,60}?(?:SW |\.bin:)(\d[\d.]{0,30}).{0,60} DevId ([0-9a-f]{12})(?:\s|$)/i;
const SIP_WORDS = /^Grandstream (\w{2,20}) (\d[\d.]{0,30})/i;
const MAKE = /^Grandstream\b/i;

function readUserAgent(userAgent: string): UserAgentFacts | undefined {
  const http = HTTP_WORDS.exec(userAgent);
  const said = http ?? SIP_WORDS.exec(userAgent);
  if (said === null) return MAKE.test(userAgent) ? { model: null, firmware: null, mac: null } : undefined;
  return {
    model: findListedName(grandstreamModels, said[1] ?? ''),
    firmware: said[2] ?? null,
    mac: http === null ? null : (parseMacAddress(http[3] ?? '') ?? null),
  };
}

function recogniseWords(words: PhoneWords): boolean {
  if (words.userAgent !== '') return readUserAgent(words.userAgent) !== undefined;
  return /^grandstream$/i.test(words.vendor);
}

const NOT_BINARY = note('absent.binary', 'the binary form is not made: the phone goes on to its XML file');
const ONE_FILE = note(
  'absent.for-many',
  "all settings are in the phone's own file; a file for many would end its search with half a configuration",
);

export const grandstream = {
  id: 'grandstream',
  name: 'Grandstream',
  macPrefixes: ['000b82', '144cff', 'c074ad', 'ec74d7'],
  recogniseWords,
  readUserAgent,
  models: grandstreamModels,
  // What is not listed are mostly adapters and Android phones, which share no more than account 1 with the others.
  unknownModel: { name: 'Grandstream', lines: 1, keys: 0 },
  modelOf: (words) => readUserAgent(words.userAgent)?.model ?? findListedName(grandstreamModels, words.model.trim()),
  files: [
    {
      name: 'phone.xml',
      pattern: /^cfg(?<mac>[0-9a-f]{12})\.xml$/i,
      pathFor: (mac) => `cfg${mac}.xml`,
      contentType: 'text/xml; charset=utf-8',
      format: 'xml',
      holdsSecrets: true,
    },
  ],
  absentFiles: [
    { pattern: /^cfg(?<mac>[0-9a-f]{12})\.bin$/i, pathFor: (mac) => `cfg${mac}.bin`, why: NOT_BINARY },
    { pattern: /^cfg(?<mac>[0-9a-f]{12})$/i, pathFor: (mac) => `cfg${mac}`, why: NOT_BINARY },
    { pattern: /^(?<mac>[0-9a-f]{12})$/i, pathFor: (mac) => mac, why: NOT_BINARY },
    { pattern: /^dev(?<mac>[0-9a-f]{12})\.cfg$/i, pathFor: (mac) => `dev${mac}.cfg`, why: ONE_FILE },
    {
      pattern: /^cfg(?<model>[a-z]{2,3}\d{3,4}[a-z]{0,2})\.xml$/i,
      pathFor: (_mac, model) => `cfg${model.toLowerCase()}.xml`,
      why: ONE_FILE,
    },
    { pattern: /^cfg\.xml$/i, pathFor: () => 'cfg.xml', why: ONE_FILE },
  ],
  // A folder with its slash: any other form is ignored without a word.
  profileUrl: (base) => base,
  spellings: {
    transport: { udp: '0', tcp: '1', tls: '2' },
    srtp: { off: '0', optional: '1', required: '2' },
    // One switch per method: the template takes those.
    dtmfMethod: { inband: 'inband', rfc2833: 'rfc2833', 'sip-info': 'sip-info' },
    timeFormat: { '12h': '0', '24h': '1' },
    dateFormat: { 'yyyy-mm-dd': '0', 'dd/mm/yyyy': '2', 'mm/dd/yyyy': '1', 'dd mmm': '4', 'weekday dd mmm': '3' },
    syslogLevel: { error: '4', warning: '3', info: '2', debug: '1' },
    // RTP payload types (RFC 3551 6); Opus has the number that the phones give it.
    codec: { g722: '9', pcma: '8', pcmu: '0', g729: '18', opus: '123' },
    // Czech is cs on some phones and cz on others.
    // biome-ignore format: reads as a table
    language: {
      ar: 'ar', de: 'de', en: 'en', es: 'es', fr: 'fr', he: 'he', hr: 'hr', hu: 'hu', it: 'it', ja: 'ja', ko: 'ko', lv: 'lv',
      nl: 'nl', pl: 'pl', pt: 'pt', ru: 'ru', sl: 'sl', sv: 'se', tr: 'tr', zh: 'zh',
    },
    tone: {},
    toneSettings: grandstreamTones,
  },
  fitSettings: fitGrandstreamSettings,
  spellTimeZone: spellGrandstreamTimeZone,
  accountKeys: grandstreamAccountKeys,
  logIns: ['basic', 'digest'],
  checkSync: { resync: 'resync', reboot: 'check-sync;reboot=true' },
  webConsole: (address) => `http://${address}/`,
  simulated: {
    model: 'GRP2612W',
    firmware: '1.0.5.67',
    subscribeUser: (mac) => `MAC%3A${mac.toUpperCase()}`,
    loginKeys: ['P1360', 'P1361'],
    subscribeHost: '224.0.1.75',
    sipUserAgent: (model, firmware) => `Grandstream ${model} ${firmware}`,
    eventWords: (model) => ({ vendor: 'Grandstream', model }),
    viaBranch: true,
    viaRport: true,
    httpUserAgent: (mac, model, firmware) => `Grandstream Model HW ${model} SW ${firmware} DevId ${mac}`,
    // The first file that is there ends the search.
    requests: (url, mac) => (url.endsWith('/') ? [`${url}cfg${mac}.bin`, `${url}cfg${mac}.xml`] : []),
  },
} satisfies Vendor;
