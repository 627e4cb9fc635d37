import { expect, test } from 'vitest';
import { yealink } from '../../src/vendors/yealink.ts';
import { macOf, readVendorPage, renderTemplate, sampleView, words } from './sample-view.ts';

const MAC = macOf('001565aabbcc');

/** Verbatim User-Agents (docs/vendors/yealink.md): model, firmware, MAC. */
const USER_AGENTS: readonly (readonly [string, string, string, string | null])[] = [
  ['Yealink SIP-T46G 28.72.0.1 00:15:65:4a:a9:37', 'T46G', '28.72.0.1', '0015654aa937'],
  ['yealink SIP-T18 18.0.0.80 00:15:65:27:3e:05', 'T18', '18.0.0.80', '001565273e05'],
  ['Yealink SIP-T38G  38.70.0.125 00:15:65:2f:c3:5e', 'T38G', '38.70.0.125', '0015652fc35e'],
  ['Yealink SIP VP-T49G 51.80.0.10 00:15:65:9b:5a:44', 'T49G', '51.80.0.10', '0015659b5a44'],
  ['Yealink CP860 37.72.0.5 00:15:65:8a:37:86', 'CP860', '37.72.0.5', '0015658a3786'],
  ['W52P 25.30.0.2 00:15:65:44:b3:7c', 'W52P', '25.30.0.2', '00156544b37c'],
  ['VP530P 23.70.0.40 00:15:65:31:4b:c0', 'VP530', '23.70.0.40', '001565314bc0'],
  ['Yealink W90DM 130.87.0.10 80:5e:c0:d9:c7:44', 'W90DM', '130.87.0.10', '805ec0d9c744'],
  ['Yealink SIP-T77U 185.87.0.10 44:db:d2:bd:b5:69', 'T77U', '185.87.0.10', '44dbd2bdb569'],
  ['Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0', 'T46G', '28.71.0.81', null],
  ['Yealink SIP-T56A  58.80.0.25 001565f429a4', 'T56A', '58.80.0.25', '001565f429a4'],
  ['Yealink SIP-T21P_E2 52.80.0.3 00:15:65:4c:4c:26', 'T21P_E2', '52.80.0.3', '0015654c4c26'],
  ['Yealink SIP-W52P 25.73.0.20 00:15:65:40:ae:35', 'W52P', '25.73.0.20', '00156540ae35'],
  // Of SUBSCRIBEs:
  ['Yealink W52P 25.81.0.10', 'W52P', '25.81.0.10', null],
  ['Yealink SIP-T21P 34.72.14.6', 'T21P', '34.72.14.6', null],
  ['Yealink SIP-T46S 66.86.0.15', 'T46S', '66.86.0.15', null],
];

test.each(USER_AGENTS)('the User-Agent "%s" is read', (userAgent, model, firmware, mac) => {
  expect(yealink.readUserAgent(userAgent)).toEqual({ model, firmware, mac });
  expect(yealink.recogniseWords(words({ userAgent }))).toBe(true);
});

test.each([
  'Mozilla/4.0 (compatible; snom710-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413741767)',
  'Aastra6731i MAC:00-08-5D-23-74-29 V:3.2.0.70-SIP',
  'Grandstream Model HW GXP1405 SW 1.0.4.23 DevId 000b8240d55c',
  'Htek UC903 2.0.4.2 00:1f:c1:1c:22:a9',
  'Fanvil X4 2.10.2.6887 0c383e07e16c',
  'NotYealink SIP-T46S 66.86.0.15',
  'Wget/1.21 W52P 25.30.0.2',
  '',
])('the User-Agent "%s" is not ours', (userAgent) => {
  expect(yealink.readUserAgent(userAgent)).toBeUndefined();
});

test('a User-Agent that only names the make is ours, and says nothing more', () => {
  expect(yealink.readUserAgent('Yealink')).toEqual({ model: null, firmware: null, mac: null });
});

test.each(['yealink', 'Yealink'])(
  'the Event header\'s vendor "%s" is enough where there is no User-Agent',
  (vendor) => {
    expect(yealink.recogniseWords(words({ vendor }))).toBe(true);
  },
);

test('the User-Agent has the last word about the make', () => {
  expect(yealink.recogniseWords(words({ vendor: 'yealink', userAgent: 'Fanvil X4 2.10' }))).toBe(false);
});

test.each([
  ['the User-Agent before the Event header', { userAgent: 'Yealink SIP-T21P 34.72.14.6', model: 'T21D' }, 'T21P'],
  ['the Event header alone', { model: 'W52P' }, 'W52P'],
  ['a model with its SIP-', { model: 'SIP-T46S' }, 'T46S'],
  ['lower case', { model: 'sip-t54w' }, 'T54W'],
  ['a variant of a listed model', { model: 'T33G' }, 'T33'],
  ['another variant', { model: 'T58V' }, 'T58'],
  ['a variant that is listed itself', { model: 'T58W' }, 'T58W'],
  ['a model that is not listed', { model: 'T99X' }, 'T99X'],
  ['nothing', {}, null],
  ['nonsense', { model: '../../etc' }, null],
  ['a very long claim', { model: 'T'.repeat(1_000) }, null],
] as const)('the model is read from %s', (_name, said, model) => {
  expect(yealink.modelOf(words(said))).toBe(model);
});

test.each([
  ['001565aabbcc.cfg', 'phone.cfg'],
  ['001565AABBCC.cfg', 'phone.cfg'],
  ['y000000000066.cfg', 'common.cfg'],
  ['y000000000108.cfg', 'common.cfg'],
  ['y000000000000.cfg', 'common.cfg'],
])('%s is the file %s', (path, name) => {
  const matching = yealink.files.filter(({ pattern }) => pattern.test(path));
  expect(matching.map((file) => file.name)).toEqual([name]);
  expect(yealink.absentFiles.some(({ pattern }) => pattern.test(path))).toBe(false);
});

test("the phone's own file tells its MAC in either case", () => {
  const { pattern } = yealink.files[0];
  expect(pattern.exec('001565aabbcc.cfg')?.groups?.mac).toBe('001565aabbcc');
  expect(pattern.exec('001565AABBCC.CFG')?.groups?.mac).toBe('001565AABBCC');
});

test.each([
  '001565aabbcc.boot',
  '001565AABBCC.boot',
  'y000000000000.boot',
  '001565aabbcc-local.cfg',
  '001565AABBCC-local.cfg',
])('%s is absent on purpose', (path) => {
  expect(yealink.absentFiles.filter(({ pattern }) => pattern.test(path))).toHaveLength(1);
  expect(yealink.files.some(({ pattern }) => pattern.test(path))).toBe(false);
});

test.each([
  'y0000000000.cfg',
  'y0000000000660.cfg',
  'y100000000066.cfg',
  '001565aabbc.cfg',
  '001565aabbcg.cfg',
  'x/001565aabbcc.cfg',
  '001565aabbcc.cfg.bak',
  'T46S.rom',
])('%s is unknown', (path) => {
  const all = [...yealink.files, ...yealink.absentFiles];
  expect(all.some(({ pattern }) => pattern.test(path))).toBe(false);
});

test.each([
  ['T28P', 'y000000000000.cfg'],
  ['T46S', 'y000000000066.cfg'],
  ['T46U', 'y000000000108.cfg'],
  ['W52P', 'y000000000025.cfg'],
  ['not listed', 'y000000000000.cfg'],
])('a %s asks for the common file %s', (model, path) => {
  expect(yealink.files[1].pathFor(MAC, model)).toBe(path);
});

test('the NOTIFY carries the folder with its slash', () => {
  expect(yealink.profileUrl('http://192.0.2.1:8060/p/token/')).toBe('http://192.0.2.1:8060/p/token/');
});

test('the simulated phone asks as firmware 81 and later does', () => {
  const { simulated } = yealink;
  expect(simulated.requests('http://192.0.2.1/p/t/', MAC, 'T46S')).toEqual([
    'http://192.0.2.1/p/t/001565aabbcc.boot',
    'http://192.0.2.1/p/t/y000000000000.boot',
    'http://192.0.2.1/p/t/y000000000066.cfg',
    'http://192.0.2.1/p/t/001565aabbcc.cfg',
  ]);
  // A direct file is taken as it is.
  const direct = 'http://192.0.2.1/y000000000000.cfg';
  expect(simulated.requests(direct, MAC, 'T46S')).toEqual([direct]);
});

test('the simulated phone speaks as the captured ones', () => {
  const { simulated } = yealink;
  expect(simulated.sipUserAgent('W52P', '25.81.0.10')).toBe('Yealink W52P 25.81.0.10');
  expect(simulated.sipUserAgent('T21P', '34.72.14.6')).toBe('Yealink SIP-T21P 34.72.14.6');
  expect(simulated.eventWords('W52P')).toEqual({ vendor: 'yealink', model: 'W52P' });
  expect(simulated.subscribeUser(macOf('001565f4f9e1'))).toBe('MAC001565f4f9e1');
  const { model, firmware } = simulated;
  expect(yealink.readUserAgent(simulated.httpUserAgent(MAC, model, firmware))).toEqual({ model, firmware, mac: MAC });
});

/** An independent reader of the format: the first line, then `key = value` to the end of the line. */
function readLines(text: string): {
  readonly first: string;
  readonly settings: readonly (readonly [string, string])[];
} {
  const [first = '', ...rest] = text.split('\n');
  const lines = rest.filter((line) => line !== '' && !line.startsWith('#'));
  const settings = lines.map((line) => {
    const at = line.indexOf('=');
    if (at < 0) throw new Error(`no setting: ${line}`);
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
  });
  return { first, settings };
}

function renderPhone(changes: Parameters<typeof sampleView>[2] = {}): ReadonlyMap<string, string> {
  return new Map(readLines(renderTemplate(yealink, 'phone.cfg', sampleView(yealink, 'T23', changes))).settings);
}

test.each(['phone.cfg', 'common.cfg'])('%s begins with the version line and ends with a newline', (file) => {
  const text = renderTemplate(yealink, file, sampleView(yealink, 'T46S'));
  expect(readLines(text).first).toBe('#!version:1.0.0.1');
  expect(text.endsWith('\n')).toBe(true);
  expect(text).not.toContain('\r');
});

test.each(['phone.cfg', 'common.cfg'])('%s sets no key to nothing, and none twice but the passwords', (file) => {
  const { settings } = readLines(renderTemplate(yealink, file, sampleView(yealink, 'T46S')));
  expect(settings.filter(([, value]) => value === '')).toEqual([]);
  const keys = settings.map(([key]) => key);
  const twice = new Set(keys.filter((key, index) => keys.indexOf(key) !== index));
  expect([...twice]).toEqual(file === 'phone.cfg' ? ['static.security.user_password', 'security.user_password'] : []);
});

test('the common file holds no secret and no address of one phone', () => {
  const view = sampleView(yealink, 'T46S');
  const text = renderTemplate(yealink, 'common.cfg', view);
  for (const secret of ['sip-secret', 'console-admin', 'console-user', 'auth101', 'token', view.mac]) {
    expect(text).not.toContain(secret);
  }
});

test('the account stands on line 1, and spare lines are emptied', () => {
  const settings = renderPhone();
  expect(settings.get('account.1.enable')).toBe('1');
  expect(settings.get('account.1.user_name')).toBe('101');
  expect(settings.get('account.1.auth_name')).toBe('auth101');
  expect(settings.get('account.1.password')).toBe('sip-secret');
  expect(settings.get('account.1.display_name')).toBe('Anna Berg');
  expect(settings.get('account.1.label')).toBe('Anna Berg');
  expect(settings.get('account.1.sip_server.1.address')).toBe('pbx.example');
  expect(settings.get('account.1.sip_server.1.expires')).toBe('3600');
  expect(settings.get('account.1.sip_server_host')).toBe('pbx.example');
  expect(settings.get('voice_mail.number.1')).toBe('*97');
  for (const line of ['2', '3']) {
    expect(settings.get(`account.${line}.enable`)).toBe('0');
    expect(settings.get(`account.${line}.password`)).toBe('%NULL%');
  }
  expect(settings.has('account.4.enable')).toBe(false);
});

test('chosen codecs have their priority, all others are off', () => {
  const settings = renderPhone();
  expect(settings.get('account.1.codec.g722.priority')).toBe('1');
  expect(settings.get('account.1.codec.pcmu.enable')).toBe('1');
  expect(settings.get('account.1.codec.opus.enable')).toBe('0');
});

test('both passwords of the console carry their user', () => {
  const text = renderTemplate(yealink, 'phone.cfg', sampleView(yealink, 'T23'));
  expect(text).toContain('\nstatic.security.user_password = admin:console-admin\n');
  expect(text).toContain('\nstatic.security.user_password = user:console-user\n');
});

test('SRTP brings the two suites that every phone can do', () => {
  const { sip } = sampleView(yealink, 'T23');
  const suites = 'account.1.srtp.cipher_list';
  expect(renderPhone().has(suites)).toBe(false);
  const settings = renderPhone({ sip: { ...sip, srtp: '2', srtpIsOn: '1' } });
  expect(settings.get('account.1.srtp_encryption')).toBe('2');
  expect(settings.get(suites)).toBe('AES_CM_128_HMAC_SHA1_80,AES_CM_128_HMAC_SHA1_32');
});

test('an outbound proxy is switched on with its port, and off without', () => {
  const { sip } = sampleView(yealink, 'T23');
  expect(renderPhone().get('account.1.outbound_proxy_enable')).toBe('0');
  const settings = renderPhone({ sip: { ...sip, outboundHost: 'edge.example', outboundPort: '5080' } });
  expect(settings.get('account.1.outbound_proxy_enable')).toBe('1');
  expect(settings.get('account.1.outbound_proxy.1.address')).toBe('edge.example');
  expect(settings.get('account.1.outbound_port')).toBe('5080');
});

test('VLAN, syslog and resync are said on or off, under their old and new names', () => {
  const { provisioning } = sampleView(yealink, 'T23');
  const off = renderPhone({ provisioning: { ...provisioning, resyncIsOn: '' } });
  const on = renderPhone({
    vlan: { isOn: '1', id: '20', priority: '5', pcIsOn: '1', pcId: '30' },
    syslog: { isOn: '1', server: 'log.example', level: '6' },
  });
  const switches = ['network.vlan.internet_port_enable', 'network.vlan.pc_port_enable', 'auto_provision.repeat.enable'];
  for (const key of switches.flatMap((name) => [name, `static.${name}`])) {
    expect([key, off.get(key), on.get(key)]).toEqual([key, '0', '1']);
  }
  expect(on.get('static.network.vlan.internet_port_vid')).toBe('20');
  expect(on.get('static.auto_provision.repeat.minutes')).toBe('1440');
  expect([off.get('static.syslog.enable'), on.get('static.syslog.server')]).toEqual(['0', 'log.example']);
});

test('a language or tone that the vendor does not have is left to the phone', () => {
  const settings = renderPhone({ language: '', tone: '' });
  for (const key of ['lang.gui', 'lang.wui', 'voice.tone.country']) expect(settings.has(key)).toBe(false);
});

test("every key of the templates is in the vendor's page", () => {
  const page = readVendorPage(yealink);
  const { sip } = sampleView(yealink, 'T23');
  const view = sampleView(yealink, 'T23', {
    sip: { ...sip, srtpIsOn: '1', outboundHost: 'edge.example', outboundPort: '5060' },
    vlan: { isOn: '1', id: '20', priority: '5', pcIsOn: '1', pcId: '30' },
    syslog: { isOn: '1', server: 'log.example', level: '6' },
  });
  for (const file of ['phone.cfg', 'common.cfg']) {
    for (const [key] of readLines(renderTemplate(yealink, file, view)).settings) {
      if (key === 'zone-key') continue;
      const name = key
        .replace(/^(?:static\.)?account\.\d+\./, 'account.N.')
        .replace(/^voice_mail\.number\.\d+$/, 'voice_mail.number.N')
        .replace(/\.codec\.[a-z0-9]+\./, '.codec.C.')
        .replace(/^static\./, '');
      expect(page).toContain(`\`${name}\``);
    }
  }
});
