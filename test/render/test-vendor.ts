import type { Device } from '../../src/core/device.ts';
import type { Extension } from '../../src/core/extension.ts';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import { note } from '../../src/core/note.ts';
import { Secret } from '../../src/core/secret.ts';
import type { SettingsPatch } from '../../src/core/settings.ts';
import { DEFAULT_SITE, type Site } from '../../src/core/site.ts';
import { readTimeZone } from '../../src/core/time-zones.ts';
import type { RenderInput } from '../../src/render/render-file.ts';
import type { TemplateSet } from '../../src/render/template-set.ts';
import { createZoneRules } from '../../src/render/zone-rules.ts';
import type { FileFormat, Vendor, VendorFile } from '../../src/vendors/vendor.ts';

/** 2026-11-21 12:00 UTC: rules are read as of then, so that no test changes with the day. */
export const NOW = Date.UTC(2026, 10, 21, 12);

export function mac(text: string): MacAddress {
  const read = parseMacAddress(text);
  if (read === undefined) throw new Error(`${text} is no MAC address`);
  return read;
}

export function zone(name: string) {
  const rule = readTimeZone(name, NOW);
  if (!rule.ok) throw new Error(`${name} is no time zone`);
  return rule.value;
}

function file(name: string, format: FileFormat, holdsSecrets: boolean): VendorFile {
  const pattern = new RegExp(`^${name}$`);
  return { name, format, holdsSecrets, pattern, pathFor: () => name, contentType: 'text/plain; charset=utf-8' };
}

/** A make of our own with a file in each format: the engine is tested without knowing a real one. */
export const testVendor: Vendor = {
  id: 'testphone',
  name: 'Testphone',
  macPrefixes: ['020000'],
  recogniseWords: () => false,
  readUserAgent: () => undefined,
  models: [
    { name: 'One', lines: 1, keys: 0 },
    { name: 'Three', lines: 3, keys: 0 },
  ],
  unknownModel: { name: 'Testphone', lines: 2, keys: 0 },
  modelOf: () => null,
  files: [
    file('lines.cfg', 'key-value', true),
    file('phone.xml', 'xml', true),
    file('colons.cfg', 'colon-value', true),
  ],
  absentFiles: [],
  profileUrl: (base, address) => `${base}${address}.cfg`,
  spellings: {
    transport: { udp: '0', tcp: '1', tls: '2' },
    srtp: { off: '0', optional: '1', required: '2' },
    dtmfMethod: { rfc2833: 'events', inband: 'tones', 'sip-info': 'info' },
    timeFormat: { '12h': '0', '24h': '1' },
    dateFormat: { 'yyyy-mm-dd': '2', 'dd/mm/yyyy': '3', 'mm/dd/yyyy': '4', 'dd mmm': '5', 'weekday dd mmm': '6' },
    syslogLevel: { error: '3', warning: '4', info: '6', debug: '7' },
    codec: { g722: 'G722', pcma: 'PCMA', pcmu: 'PCMU' },
    language: { en: 'English', de: 'German' },
    tone: { US: 'USA', DE: 'Germany' },
  },
  spellTimeZone: (rule) => ({
    settings: { 'zone.offset': String(rule.offsetSeconds / 60), 'zone.name': rule.zone },
    exact: rule.zone !== 'Antarctica/Troll',
    note: rule.zone === 'Antarctica/Troll' ? note('test.troll', 'two hours of summer time are too many') : null,
  }),
  accountKeys: (line) => ({ active: `P${270 + line}` }),
  logIns: ['basic'],
  checkSync: null,
  webConsole: (address) => `http://${address}/`,
  simulated: {
    model: 'Three',
    firmware: '1.0',
    subscribeUser: (address) => `MAC${address}`,
    loginKeys: ['user', 'password'],
    subscribeHost: '224.0.1.75',
    sipUserAgent: null,
    eventWords: (model) => ({ vendor: 'Testphone', model }),
    viaBranch: true,
    viaRport: true,
    httpUserAgent: () => 'Testphone',
    requests: (url) => [url],
  },
};

export const TEST_TEMPLATES: Readonly<Record<string, string>> = {
  'lines.cfg': `#!version:1.0.0.1
# {{siteName}}
{{#each accounts}}
account.{{line}}.enable = {{active}}
account.{{line}}.user_name = {{number}}
account.{{line}}.display_name = {{displayName}}
account.{{line}}.auth_name = {{authName}}
account.{{line}}.password = {{password}}
account.{{line}}.voicemail = {{voicemail}}
{{/each}}
login = admin:{{adminPassword}}
login = user:{{userPassword}}
server = {{sip.serverAndPort}}
url = {{provisioning.url}}
{{#each time.zoneSettings}}
{{key}} = {{value}}
{{/each}}
`,
  'phone.xml': `<?xml version="1.0" encoding="UTF-8" ?>
<settings>
  <mac>{{mac}}</mac>
  <!-- <user_pass idx="1">not this one</user_pass> -->
  <phone-settings e="2">
{{#each accounts}}
    <{{keys.active}} perm="RW">{{active}}</{{keys.active}}>
    <user_name idx="{{line}}" perm="RW">{{number}}</user_name>
    <user_realname idx="{{line}}" perm="RW">{{displayName}}</user_realname>
    <user_pass idx="{{line}}" perm="RW">{{password}}</user_pass>
{{/each}}
    <empty perm="RW"/>
    <server perm="RW">{{sip.server}}</server>
  </phone-settings>
  <functionKeys e="2">
    <fkey idx="0" perm="RW">line</fkey>
  </functionKeys>
</settings>
`,
  'colons.cfg': `# comment: not a key
{{#each activeAccounts}}
sip line{{line}} user name: {{number}}
sip line{{line}} password: {{password}}
sip line{{line}} display name: {{displayName}}
{{/each}}
!admin password: {{adminPassword}}
dst [start|end] relative date: 1
time server1: {{time.ntpServer}}
`,
};

export function extension(number: string, fields: Partial<Extension> = {}): Extension {
  return {
    number,
    displayName: `Phone ${number}`,
    authName: number,
    password: new Secret(`pw-${number}`),
    voicemail: '',
    language: '',
    ...fields,
  };
}

export function device(fields: Partial<Device> = {}): Device {
  return {
    mac: mac('020000000001'),
    state: 'approved',
    vendorId: testVendor.id,
    model: 'Three',
    firmware: null,
    address: '192.0.2.50',
    words: { userAgent: '', vendor: '', model: '', firmware: '' },
    dialog: null,
    extensions: ['101'],
    token: 'tokentokentokentoken',
    settings: {},
    consolePasswords: null,
    handOver: null,
    login: null,
    revision: 1,
    firstSeenAt: 0,
    lastSeenAt: null,
    ...fields,
  };
}

export interface InputFields {
  readonly vendor?: Vendor;
  readonly file?: string;
  readonly device?: Partial<Device>;
  readonly site?: Partial<Site>;
  readonly settings?: SettingsPatch;
  readonly extensions?: readonly Extension[];
  readonly server?: Partial<RenderInput['server']>;
  readonly externalAddress?: string;
}

export function renderInput(templates: TemplateSet, fields: InputFields = {}): RenderInput {
  const extensions = fields.extensions ?? [extension('101')];
  return {
    vendor: fields.vendor ?? testVendor,
    file: fields.file ?? 'lines.cfg',
    device: device({ extensions: extensions.map(({ number }) => number), ...fields.device }),
    site: { ...DEFAULT_SITE, settings: fields.settings ?? {}, ...fields.site },
    findExtension: (number) => extensions.find((candidate) => candidate.number === number),
    server: { host: '192.0.2.1', port: 8060, ...fields.server },
    externalAddress: fields.externalAddress ?? '',
    templates,
    zoneRules: createZoneRules(() => NOW),
  };
}
