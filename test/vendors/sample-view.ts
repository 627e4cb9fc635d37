import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { MacAddress } from '../../src/core/mac-address.ts';
import { parseMacAddress } from '../../src/core/mac-address.ts';
import type { PhoneWords } from '../../src/core/sighting.ts';
import type { AccountView, PhoneView } from '../../src/render/phone-view.ts';
import type { Model, Vendor } from '../../src/vendors/vendor.ts';

/** What a template is given for a phone with one extension, the later lines of its model spare. Values as the vendor spells them. */
export function sampleView(vendor: Vendor, modelName: string, changes: Partial<PhoneView> = {}): PhoneView {
  const model: Model = vendor.models.find(({ name }) => name === modelName) ?? vendor.unknownModel;
  const { spellings } = vendor;
  const accounts = Array.from({ length: model.lines }, (_, index) => sampleAccount(vendor, index));
  const names = Object.values(spellings.codec).filter((name) => name !== undefined);
  const codecs = names.slice(0, 3).map((name, index) => ({ name, priority: String(index + 1), enabled: '1' }));
  return {
    mac: '001565aabbcc',
    macUpper: '001565AABBCC',
    macColons: '00:15:65:aa:bb:cc',
    model: model.name,
    siteName: 'Office',
    externalAddress: '',
    accounts,
    activeAccounts: accounts.slice(0, 1),
    adminPassword: 'console-admin',
    userPassword: 'console-user',
    sip: {
      server: 'pbx.example',
      port: '5060',
      serverAndPort: 'pbx.example:5060',
      transport: spellings.transport.udp,
      transportName: 'udp',
      isTls: '',
      outboundHost: '',
      outboundPort: '',
      outboundHostAndPort: '',
      expirySeconds: '3600',
      expiryMinutes: '60',
      srtp: spellings.srtp.off,
      srtpIsOn: '',
      dtmf: spellings.dtmfMethod.rfc2833,
      dtmfInband: '0',
      dtmfRfc2833: '1',
      dtmfSipInfo: '0',
      dtmfIsInband: '',
    },
    codecs,
    allCodecs: [...codecs, ...names.slice(3).map((name) => ({ name, priority: '0', enabled: '0' }))],
    time: {
      ntpServer: 'ntp.example',
      format: spellings.timeFormat['24h'],
      dateFormat: spellings.dateFormat['yyyy-mm-dd'],
      zone: 'Europe/Berlin',
      zoneSettings: [{ key: 'zone-key', value: 'zone-value' }],
    },
    language: spellings.language.de ?? '',
    languageIsKnown: '1',
    tone: spellings.tone.DE ?? '',
    toneSettings: Object.entries(spellings.toneSettings?.DE ?? {}).map(([key, value]) => ({ key, value })),
    provisioning: {
      url: 'http://192.0.2.1:8060/p/token/',
      baseUrl: 'http://192.0.2.1:8060/p/token/',
      host: '192.0.2.1',
      port: '8060',
      path: '/p/token/',
      barePath: 'p/token',
      isSecure: '',
      resyncIsOn: '1',
      resyncMinutes: '1440',
      resyncSeconds: '86400',
      resyncDays: '1',
      pnp: '1',
      pnpIsOn: '1',
      loginUser: '',
      loginPassword: '',
      caPemUrl: '',
      caDerUrl: '',
      caFile: '',
    },
    vlan: { isOn: '', id: '0', priority: '0', pcIsOn: '', pcId: '0' },
    qos: { sipDscp: '26', rtpDscp: '46', sipTos: '104', rtpTos: '184' },
    syslog: { isOn: '', server: '', level: spellings.syslogLevel.info },
    ...changes,
  };
}

function sampleAccount(vendor: Vendor, index: number): AccountView {
  const line = index + 1;
  const own = {
    number: '101',
    displayName: 'Anna Berg',
    authName: 'auth101',
    password: 'sip-secret',
    voicemail: '*97',
  };
  const spare = { number: '', displayName: '', authName: '', password: '', voicemail: '' };
  return {
    line: String(line),
    index: String(index),
    active: index === 0 ? '1' : '0',
    keys: vendor.accountKeys(line),
    ...(index === 0 ? own : spare),
  };
}

/** As the product compiles templates: strict, no helpers but Handlebars' own, nothing escaped. */
export function renderTemplate(vendor: Vendor, file: string, view: PhoneView): string {
  const path = new URL(`../../templates/${vendor.id}/${file}.hbs`, import.meta.url);
  const options = { strict: true, knownHelpersOnly: true, noEscape: true };
  return Handlebars.compile(readFileSync(path, 'utf8'), options)(view);
}

export function readVendorPage(vendor: Vendor): string {
  return readFileSync(new URL(`../../docs/vendors/${vendor.id}.md`, import.meta.url), 'utf8');
}

export function words(changes: Partial<PhoneWords>): PhoneWords {
  return { userAgent: '', vendor: '', model: '', firmware: '', ...changes };
}

export function macOf(text: string): MacAddress {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new Error(`${text} is no MAC address`);
  return mac;
}
