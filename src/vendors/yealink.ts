import { formatMacAddress, parseMacAddress } from '../core/mac-address.ts';
import { note } from '../core/note.ts';
import type { PhoneWords } from '../core/sighting.ts';
import { findListedName } from './models/find-listed-name.ts';
import { formatCommonFileName, yealinkModels } from './models/yealink.ts';
import { spellYealinkTimeZone } from './time-zone/yealink.ts';
import type { UserAgentFacts, Vendor } from './vendor.ts';

const CONTENT_TYPE = 'text/plain; charset=utf-8';

// `Yealink SIP-T46S 66.86.0.15 00:15:65:…`, `Yealink SIP VP-T49G …`, `Yealink-T46G …`, `Yealink W90DM …`, `W52P …`:
// docs/vendors/yealink.md, "User-Agents". Only DECT bases and video phones leave out the make.
const WORDS =
  /^(?:yealink[ -]|(?=(?:W|VP)\d))(?:SIP[ -])?(?:VP-)?([A-Z]{1,3}\d{2,3}[A-Z]{0,2}(?:_E\d)?)\s+(\d{1,3}(?:\.\d{1,3}){3})(?:\s+(\S{1,20}))?(?:\s|$)/i;
const MAKE = /^yealink\b/i;
// Anything else in that place is the hardware's version.
const MAC = /^[0-9a-f]{2}(?::?[0-9a-f]{2}){5}$/i;
const PREFIX_OF_CLAIM = /^(?:SIP[ -])?(?:VP-)?/i;

/** Desk phones say SIP- before their model, all others do not. */
function sayModel(model: string): string {
  return model.startsWith('T') ? `SIP-${model}` : model;
}

function readUserAgent(userAgent: string): UserAgentFacts | undefined {
  const said = WORDS.exec(userAgent);
  if (said === null) return MAKE.test(userAgent) ? { model: null, firmware: null, mac: null } : undefined;
  const mac = said[3] ?? '';
  return {
    model: findListedName(yealinkModels, said[1] ?? ''),
    firmware: said[2] ?? null,
    mac: MAC.test(mac) ? (parseMacAddress(mac) ?? null) : null,
  };
}

function recogniseWords(words: PhoneWords): boolean {
  if (words.userAgent !== '') return readUserAgent(words.userAgent) !== undefined;
  return /^yealink$/i.test(words.vendor);
}

const NO_BOOT_FILE = note(
  'absent.boot-file',
  'a phone that is given a boot file asks for nothing else but what it names; without one it asks for both of its files',
);

export const yealink = {
  id: 'yealink',
  name: 'Yealink',
  // biome-ignore format: a list of prefixes
  macPrefixes: [
    '001565', '249ad8', '3497d7', '44dbd2', '644f56', '805e0c', '805ec0', 'b061a9', 'c4fc22', 'e434d7', 'ec1da9', 'f01653',
  ],
  recogniseWords,
  readUserAgent,
  models: yealinkModels,
  // Accounts that a phone does not have are ignored by it; six is what most desk phones have at least.
  unknownModel: { name: 'Yealink', lines: 6, keys: 0 },
  // The User-Agent first: a T21P calls itself T21D in the Event header.
  modelOf: (words) =>
    readUserAgent(words.userAgent)?.model ??
    findListedName(yealinkModels, words.model.trim().replace(PREFIX_OF_CLAIM, '')),
  files: [
    {
      name: 'phone.cfg',
      pattern: /^(?<mac>[0-9a-f]{12})\.cfg$/i,
      pathFor: (mac) => `${mac}.cfg`,
      contentType: CONTENT_TYPE,
      format: 'key-value',
      holdsSecrets: true,
    },
    {
      name: 'common.cfg',
      pattern: /^y0{9}\d{3}\.cfg$/i,
      pathFor: (_mac, model) => formatCommonFileName(model),
      contentType: CONTENT_TYPE,
      format: 'key-value',
      holdsSecrets: false,
    },
  ],
  absentFiles: [
    {
      pattern: /^(?<mac>[0-9a-f]{12})\.boot$/i,
      pathFor: (mac) => `${mac}.boot`,
      why: NO_BOOT_FILE,
    },
    {
      pattern: /^y0{12}\.boot$/i,
      pathFor: () => 'y000000000000.boot',
      why: NO_BOOT_FILE,
    },
    {
      pattern: /^(?<mac>[0-9a-f]{12})-local\.cfg$/i,
      pathFor: (mac) => `${mac}-local.cfg`,
      why: note('absent.user-changes', 'changes that a user made on the phone are not kept here'),
    },
  ],
  // A folder: the phone appends the names of its files.
  profileUrl: (base) => base,
  spellings: {
    transport: { udp: '0', tcp: '1', tls: '2' },
    srtp: { off: '0', optional: '1', required: '2' },
    dtmfMethod: { inband: '0', rfc2833: '1', 'sip-info': '2' },
    timeFormat: { '12h': '0', '24h': '1' },
    // 4 is MM/DD/YY, 5 DD MMM YYYY: the nearest there are.
    dateFormat: { 'yyyy-mm-dd': '2', 'dd/mm/yyyy': '3', 'mm/dd/yyyy': '4', 'dd mmm': '5', 'weekday dd mmm': '6' },
    // 0-6, as the severities of RFC 5424 6.2.1 but without debug.
    syslogLevel: { error: '3', warning: '4', info: '6', debug: '6' },
    codec: { g722: 'g722', pcma: 'pcma', pcmu: 'pcmu', g729: 'g729', opus: 'opus' },
    // biome-ignore format: reads as a table
    language: {
      da: 'Danish', de: 'German', en: 'English', es: 'Spanish', fr: 'French', it: 'Italian', nl: 'Dutch', pl: 'Polish',
      pt: 'Portuguese', ru: 'Russian', tr: 'Turkish', zh: 'Chinese_S',
    },
    // biome-ignore format: reads as a table
    tone: {
      AT: 'Austria', AU: 'Australia', BE: 'Belgium', BR: 'Brazil', CA: 'USA', CH: 'Switzerland', CL: 'Chile', CN: 'China',
      CZ: 'Czech', DE: 'Germany', DK: 'Denmark', ES: 'Spain', FI: 'Finland', FR: 'France', GB: 'Great Britain', GR: 'Greece',
      HU: 'Hungary', IN: 'India', IT: 'Italy', JP: 'Japan', LT: 'Lithuania', MX: 'Mexico', NL: 'Netherlands', NO: 'Norway',
      NZ: 'New Zealand', PT: 'Portugal', RU: 'Russia', SE: 'Sweden', US: 'USA',
    },
  },
  spellTimeZone: spellYealinkTimeZone,
  accountKeys: () => ({}),
  logIns: ['basic', 'digest'],
  checkSync: { resync: 'check-sync;reboot=false', reboot: 'check-sync;reboot=true' },
  webConsole: (address) => `http://${address}/`,
  simulated: {
    model: 'T46S',
    firmware: '66.86.0.15',
    subscribeUser: (mac) => `MAC${mac}`,
    loginKeys: ['static.auto_provision.server.username', 'static.auto_provision.server.password'],
    subscribeHost: '224.0.1.75',
    sipUserAgent: (model, firmware) => `Yealink ${sayModel(model)} ${firmware}`,
    eventWords: (model) => ({ vendor: model.startsWith('T') ? 'Yealink' : 'yealink', model }),
    viaBranch: true,
    viaRport: false,
    httpUserAgent: (mac, model, firmware) => `Yealink ${sayModel(model)} ${firmware} ${formatMacAddress(mac)}`,
    requests: (url, mac, model) =>
      url.endsWith('/')
        ? [`${mac}.boot`, 'y000000000000.boot', formatCommonFileName(model), `${mac}.cfg`].map(
            (name) => `${url}${name}`,
          )
        : [url],
  },
} satisfies Vendor;
