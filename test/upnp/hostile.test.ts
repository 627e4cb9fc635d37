import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Gateway, GatewaySearch, MappingRequest } from '../../src/upnp/gateway.ts';
import { searchIgds } from '../../src/upnp/igd-search.ts';
import { type Canary, openCanary } from '../peers/canary.ts';
import { type FakeGateway, type FakeGatewayOptions, type Mischief, openFakeGateway } from '../peers/fake-gateway.ts';
import { soapEnvelope } from '../peers/fake-igd-xml.ts';
import {
  cutOff,
  dripBody,
  dripHead,
  endlessBody,
  endlessChunkExtension,
  endlessChunks,
  endlessHead,
  endlessInterim,
  endlessTrailers,
  gzipBomb,
  hangUp,
  redirectTo,
  sendBody,
  sendLong,
  sendRaw,
  stayDumb,
  stopMidway,
} from '../peers/mischief.ts';

/**
 * A host of the LAN that poses as a router, or a router that is broken: whatever it sends, nothing crashes, hangs or grows, nobody else is asked,
 * and nothing is believed that is not what it should be. It stands at 127.0.0.2; the canary is another service of our own host.
 */
const LOCAL = '127.0.0.1';
const HOSTILE = '127.0.0.2';
const IGD = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1';
const MIB = 1_048_576;

/** 64 KiB, and what the kernel takes in the meantime: the largest receive and send buffers of Linux by default. */
const MOST_SENT = 65_536 + 10 * MIB;

/** Above what these tests take for themselves (some 100 MiB), far below what an unlimited reader takes in seconds (2 GiB). */
const MOST_GROWTH = 400 * MIB;

const SIP: MappingRequest = {
  protocol: 'UDP',
  externalPort: 5060,
  internalClient: LOCAL,
  internalPort: 5060,
  description: 'SIP',
  leaseSeconds: 3_600,
};

let canary: Canary;
let memory: NodeJS.Timeout;
let lowest = Number.POSITIVE_INFINITY;
let highest = 0;
const opened: FakeGateway[] = [];

beforeAll(async () => {
  canary = await openCanary(LOCAL);
  memory = setInterval(() => {
    const { rss } = process.memoryUsage();
    lowest = Math.min(lowest, rss);
    highest = Math.max(highest, rss);
  }, 20);
});

afterEach(async () => {
  const fakes = opened.splice(0);
  try {
    expect(canary.heard).toEqual([]);
    for (const fake of fakes) {
      await vi.waitFor(() => expect(fake.openConnections()).toBe(0), { timeout: 5_000, interval: 5 });
      expect(Math.max(0, ...fake.bytesSent())).toBeLessThanOrEqual(MOST_SENT);
    }
  } finally {
    await Promise.all(fakes.map((fake) => fake.close()));
  }
});

afterAll(async () => {
  clearInterval(memory);
  await canary.close();
  expect(highest - lowest).toBeLessThan(MOST_GROWTH);
});

async function openHostile(options: FakeGatewayOptions = {}): Promise<FakeGateway> {
  const fake = await openFakeGateway({ address: HOSTILE, ...options });
  opened.push(fake);
  return fake;
}

const options = { localAddress: LOCAL, defaultRouter: null, waitMs: 60, signal: new AbortController().signal };
/** Where an answer must come in time, also on a busy machine. */
const patiently = { ...options, waitMs: 300 };

/** With a datagram handed over; the cases of SSDP send theirs. */
async function searchAt(fake: FakeGateway): Promise<GatewaySearch> {
  const headers = { ST: IGD, USN: `${fake.udn}::${IGD}`, LOCATION: fake.location };
  return checked(await searchIgds(options, async () => ({ ok: true, value: [{ headers, address: HOSTILE }] })));
}

async function gatewayAt(fake: FakeGateway): Promise<Gateway> {
  const [gateway] = (await searchAt(fake)).found;
  if (gateway === undefined) throw new Error('the gateway was not found');
  return gateway;
}

/** Every text that leaves the client is printable and short, wherever it came from. */
function checked<T>(value: T): T {
  for (const text of textsOf(value)) {
    expect(text).not.toMatch(/[\p{Cc}\p{Cs}\p{Co}\u202a-\u202e\u2066-\u2069]/u);
    expect(text.length).toBeLessThanOrEqual(400);
  }
  return value;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function answerWith(headers: Readonly<Record<string, string>>): string {
  const all = { ST: IGD, USN: `uuid:x::${IGD}`, EXT: '', ...headers };
  return ['HTTP/1.1 200 OK', ...Object.entries(all).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');
}

describe('SSDP', () => {
  const PLACES: readonly [string, (at: { readonly port: number; readonly canary: string }) => string][] = [
    ['another host', ({ canary }) => `${canary}/`],
    ['another host as a number', ({ canary }) => `http://2130706433:${new URL(canary).port}/`],
    ['another host in hexadecimal', ({ canary }) => `http://0x7f000001:${new URL(canary).port}/`],
    ['a name', ({ canary }) => `http://localhost:${new URL(canary).port}/`],
    ['IPv6', ({ canary }) => `http://[::ffff:127.0.0.1]:${new URL(canary).port}/`],
    ['another host behind userinfo', ({ canary }) => `http://127.0.0.2@${new URL(canary).host}/`],
    ['userinfo', ({ port }) => `http://user:secret@127.0.0.2:${port}/rootDesc.xml`],
    ['a file', () => 'file:///etc/passwd'],
    ['a script', () => 'javascript:alert(1)'],
    ['https', ({ port }) => `https://127.0.0.2:${port}/rootDesc.xml`],
    ['no host', () => '/rootDesc.xml'],
    ['nothing', () => ''],
    ['port 0', () => 'http://127.0.0.2:0/'],
    ['a port that is none', () => 'http://127.0.0.2:99999/'],
    ['2000 characters', ({ port }) => `http://127.0.0.2:${port}/${'a'.repeat(1_700)}`],
    ['markup', () => '<script>alert(1)</script>'],
  ];

  test.each(PLACES)('a LOCATION with %s is not followed', async (_, place) => {
    const fake = await openHostile();
    const answer = answerWith({ LOCATION: place({ port: fake.port, canary: canary.origin }) });
    fake.ssdp.answers = () => [answer];
    const { found, refused } = checked(await searchIgds({ ...patiently, group: fake.ssdpPlace }));
    expect(found).toEqual([]);
    expect(refused).toMatchObject([{ address: HOSTILE, reason: expect.stringMatching(/LOCATION/) }]);
    expect(fake.requests).toEqual([]);
  });

  test.each<[string, (location: string) => readonly (string | Buffer)[]]>([
    ['nothing', () => ['']],
    ['random bytes', () => [Buffer.from([...Array(256).keys()])]],
    [
      'a request',
      () => ['FOO * HTTP/1.1\r\n\r\n', 'M-SEARCH * HTTP/1.1\r\n\r\n', 'NOTIFY * HTTP/1.1\r\nNTS: x\r\n\r\n'],
    ],
    ['a status line only', () => ['HTTP/1.1 200', 'HTTP/1.1 200 OK\r\n', 'HTTP/9 ok']],
    ['another status', (at) => [answerWith({ LOCATION: at }).replace('200', '404')]],
    ['another kind of device', (at) => [answerWith({ LOCATION: at, ST: 'urn:x:device:MediaServer:1' })]],
    [
      'names of object properties',
      (at) => [`HTTP/1.1 200 OK\r\n__proto__: x\r\nconstructor: y\r\nlocation${at}\r\n\r\n`],
    ],
    ['60000 bytes', (at) => [answerWith({ LOCATION: at, X: 'x'.repeat(60_000) })]],
  ])('%s is no answer', async (_, answers) => {
    const fake = await openHostile();
    fake.ssdp.answers = () => answers(fake.location);
    const { found, refused } = checked(await searchIgds({ ...options, group: fake.ssdpPlace }));
    expect({ found, refused }).toEqual({ found: [], refused: [] });
    expect(fake.requests).toEqual([]);
  });

  test('the default router that names another host is asked itself, never the other one', async () => {
    const fake = await openHostile({ look: { urlBase: canary.origin, hasAbsoluteControlUrls: true } });
    for (const location of [`${canary.origin}/`, fake.location.replace(HOSTILE, LOCAL)]) {
      fake.ssdp.location = location;
      const search = await searchIgds({ ...patiently, defaultRouter: HOSTILE, group: fake.ssdpPlace });
      for (const gateway of checked(search).found) expect((await gateway.readStatus()).ok).toBe(true);
    }
    expect(fake.actions()).toEqual(['GetExternalIPAddress', 'GetStatusInfo']);
  });

  test('of a thousand answers a few are read', async () => {
    const fake = await openHostile();
    fake.ssdp.answers = () => [...Array(250).keys()].map((n) => answerWith({ LOCATION: `${fake.location}?${n}` }));
    const { refused } = checked(await searchIgds({ ...patiently, group: fake.ssdpPlace }));
    expect(refused.length).toBeLessThanOrEqual(16);
    expect(fake.requests.length).toBeGreaterThan(0);
    expect(fake.requests.length).toBeLessThanOrEqual(4);
  });
});

/** How an answer can be no answer, for any request over HTTP. */
function transportCases(at: () => Canary): readonly [string, () => Mischief, RegExp][] {
  return [
    ['a redirect to another host', () => redirectTo(`${at().origin}/`), /HTTP 302/],
    ['a permanent redirect', () => redirectTo(`${at().origin}/`, 308), /HTTP 308/],
    ['a redirect that repeats the request', () => redirectTo(`${at().origin}/`, 307), /HTTP 307/],
    ['an endless body', () => endlessBody, /65536 bytes/],
    ['interim answers without an end', () => endlessInterim, /interim/],
    ['endless headers', () => endlessHead, /8192 bytes|no HTTP/],
    ['an endless chunk extension', () => endlessChunkExtension, /no HTTP|8192/],
    ['endless trailers', () => endlessTrailers, /8192|no HTTP|cut off/],
    ['endless chunks', () => endlessChunks, /65536 bytes/],
    ['a long body that is announced', () => sendBody(Buffer.alloc(100_000, 0x20)), /65536 bytes/],
    ['a long body', () => sendLong('<root>', 20 * MIB, '</root>'), /65536 bytes/],
    ['a gzip bomb', () => gzipBomb(20 * MIB), /content coding "gzip"/],
    ['a reset', () => hangUp, /ECONNRESET/],
    ['an empty answer', () => sendRaw(''), /ECONNRESET/],
    ['no HTTP', () => sendRaw('220 ftp ready\r\n'), /no HTTP/],
    ['a body that is cut off', () => cutOff('<root></root>'.repeat(50), 100), /cut off/],
    ['a change of protocol', () => sendRaw('HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'), /./],
    ['a negative length', () => sendRaw('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n<a/>'), /no HTTP/],
    ['an empty body', () => sendBody(''), /empty/],
    ['a page', () => sendBody('<!DOCTYPE html><html><body>Log in<br></body></html>'), /DOCTYPE/],
    ['random bytes', () => sendBody(Buffer.from([...Array(256).keys()])), /XML/],
    ['XML that is cut off', () => sendBody('<root><device><friendlyName>x'), /XML/],
    [
      'an entity bomb',
      () => sendBody('<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><root><device>&b;</device></root>'),
      /DOCTYPE/,
    ],
    [
      'an external entity',
      () => sendBody(`<!DOCTYPE r [<!ENTITY x SYSTEM "${at().origin}/x">]><root><device>&x;</device></root>`),
      /DOCTYPE/,
    ],
    ['50000 nested elements', () => sendBody('<a>'.repeat(20_000)), /24 deep/],
    ['10000 elements', () => sendBody(`<root>${'<a/>'.repeat(10_000)}</root>`), /4000 elements/],
  ];
}

describe('descriptions', () => {
  test.each(transportCases(() => canary))('%s is none', async (_, mischief, reason) => {
    const fake = await openHostile();
    fake.misbehave('description', mischief());
    const { found, refused } = await searchAt(fake);
    expect(found).toEqual([]);
    expect(refused).toMatchObject([{ address: HOSTILE, reason: expect.stringMatching(reason) }]);
  });

  const service = (control: string) =>
    '<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>' +
    `${control}<SCPDURL>CANARY/scpd</SCPDURL><eventSubURL>CANARY/event</eventSubURL></service>`;
  const device = (inner: string) =>
    `<root xmlns="urn:schemas-upnp-org:device-1-0"><device>${inner}<friendlyName>x</friendlyName></device></root>`;

  test.each([
    ['a control URL at another host', device(service('<controlURL>CANARY/ctl</controlURL>')), /names 127\.0\.0\.1/],
    [
      'a control URL without a scheme',
      device(service('<controlURL>//CANARYHOST/ctl</controlURL>')),
      /names 127\.0\.0\.1/,
    ],
    ['a control URL in a file', device(service('<controlURL>file:///etc/passwd</controlURL>')), /wanted http/],
    ['a control URL with userinfo', device(service('<controlURL>http://a:b@127.0.0.2/</controlURL>')), /./],
    ['a control URL at a name', device(service('<controlURL>http://localhost/</controlURL>')), /./],
    ['an empty control URL', device(service('<controlURL/>')), /missing/],
    ['no control URL', device(service('')), /missing/],
    ['a control URL of elements', device(service('<controlURL><a>/ctl</a></controlURL>')), /missing/],
    ['no service', device(''), /does not map ports/],
    ['no device', '<root/>', /no device/],
    [
      'names of object properties',
      device('<__proto__><a/></__proto__><constructor/><toString/>'),
      /does not map ports/,
    ],
    ['another service in its place', device(service('').replaceAll('WANIPConnection:1', 'RenderingControl:1')), /./],
  ])('%s: no gateway', async (_, text, reason) => {
    const description = text.replaceAll('CANARYHOST', new URL(canary.origin).host).replaceAll('CANARY', canary.origin);
    const fake = await openHostile({ look: { description } });
    const { found, refused } = await searchAt(fake);
    expect(found).toEqual([]);
    expect(refused).toMatchObject([{ address: HOSTILE, reason: expect.stringMatching(reason) }]);
    expect(fake.requests).toHaveLength(1);
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });

  test.each<[string, Partial<FakeGatewayOptions>]>([
    ['a base at another host', { look: { urlBase: 'CANARY/' } }],
    ['a base that is no URL', { look: { urlBase: 'javascript:alert(1)' } }],
    ['names of markup', { look: { name: '<script>alert(1)</script>', model: '"><img src=x onerror=alert(1)>' } }],
    ['names that turn round', { look: { name: '\u202e\u2066evil\u0085\u2028', manufacturer: '\u200f\ud800' } }],
    ['names of 20 kB', { look: { name: 'n'.repeat(20_000), model: 'm'.repeat(20_000) } }],
    ['a UDN of 20 kB', { udn: `uuid:${'u'.repeat(10_000)}` }],
    ['500 services', { services: Array(140).fill('urn:schemas-upnp-org:service:WANIPConnection:1') }],
  ])('a gateway with %s is asked nowhere else', async (_, more) => {
    const fake = await openHostile(more);
    if (fake.look.urlBase) fake.look.urlBase = fake.look.urlBase.replace('CANARY', canary.origin);
    const gateway = await gatewayAt(fake);
    expect(checked(await gateway.readStatus())).toMatchObject({ ok: true, value: { externalAddress: '198.51.100.7' } });
    // GET, and GetExternalIPAddress with GetStatusInfo of six services at most, and of the chosen one.
    expect(fake.requests.length).toBeLessThanOrEqual(1 + 2 * 7);
  });

  test('two control URLs in one service: the first one, at the host that answered', async () => {
    const controls = `<controlURL>/ctl/0</controlURL><controlURL>${canary.origin}/ctl</controlURL>`;
    const fake = await openHostile({ look: { description: device(service(controls)) } });
    expect(await (await gatewayAt(fake)).readStatus()).toMatchObject({ ok: true });
  });
});

describe('answers of actions', () => {
  test.each(transportCases(() => canary))('%s is none', async (_, mischief, reason) => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    fake.misbehave('control', mischief());
    const outcomes = checked([
      await gateway.readStatus(),
      await gateway.findMapping(SIP),
      await gateway.addMapping(SIP),
      await gateway.removeMapping(SIP),
      await gateway.listMappings(10),
    ]);
    const [status, ...others] = outcomes;
    for (const outcome of others) {
      expect(outcome).toMatchObject({ ok: false, problem: { text: expect.stringMatching(reason) } });
    }
    if (status?.ok)
      expect(status.value).toMatchObject({ externalAddress: null, isConnected: null, uptimeSeconds: null });
  });

  const answer = (action: string, inner: string) =>
    sendBody(soapEnvelope(`<u:${action}Response xmlns:u="urn:x">${inner}</u:${action}Response>`));

  test.each([
    ['empty', ''],
    ['a script', '$(reboot); &lt;script&gt;alert(1)&lt;/script&gt;'],
    ['two addresses', '203.0.113.1,203.0.113.2'],
    ['two elements', '</NewExternalIPAddress><NewExternalIPAddress>junk'],
    ['an address and more', '203.0.113.1:5060'],
    ['IPv6', '2001:db8::1'],
    ['a name', 'router.example'],
    ['a number', '3405803777'],
    ['out of range', '203.0.113.256'],
    ['leading zeros', '0203.000.113.001'],
    ['a line break within', '203.0.\n113.1'],
    ['60 kB', '1'.repeat(60_000)],
    ['elements', '<a>203.0.113.1</a>'],
  ])('an external address that is %s is not used', async (_, text) => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    fake.misbehave(
      'GetExternalIPAddress',
      answer('GetExternalIPAddress', `<NewExternalIPAddress>${text}</NewExternalIPAddress>`),
    );
    const status = checked(await gateway.readStatus());
    expect(status).toMatchObject({ ok: true, value: { externalAddress: null, isConnected: true } });
  });

  test.each([
    ['an external address of 20 MB', 'GetExternalIPAddress', 'NewExternalIPAddress'],
    ['a state of 20 MB', 'GetStatusInfo', 'NewConnectionStatus'],
  ])('%s is not taken', async (_, action, name) => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    const [begin = '', end = ''] = soapEnvelope(
      `<u:${action}Response xmlns:u="urn:x"><${name}>|</${name}></u:${action}Response>`,
    ).split('|');
    fake.misbehave(action, sendLong(begin, 20 * MIB, end));
    const status = checked(await gateway.readStatus());
    if (status.ok) expect([status.value.externalAddress, status.value.connection]).toContain(null);
  });

  test.each([
    ['a negative uptime', '<NewUptime>-1</NewUptime>'],
    ['an uptime beyond all numbers', '<NewUptime>1e99</NewUptime>'],
    ['an uptime of words', '<NewUptime>__proto__</NewUptime><__proto__>x</__proto__>'],
    ['a state of markup', '<NewConnectionStatus>&lt;b&gt;Connected&#x85;&lt;/b&gt;</NewConnectionStatus>'],
  ])('%s is no state', async (_, inner) => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    fake.misbehave('GetStatusInfo', answer('GetStatusInfo', inner));
    const status = checked(await gateway.readStatus());
    expect(status).toMatchObject({ ok: true, value: { uptimeSeconds: null } });
    expect(status.ok && status.value.isConnected).not.toBe(true);
  });

  const entry = (values: Readonly<Record<string, string>>) =>
    Object.entries({
      NewRemoteHost: '',
      NewExternalPort: '5060',
      NewProtocol: 'UDP',
      NewInternalPort: '5060',
      NewInternalClient: '192.168.1.9',
      NewEnabled: '1',
      NewPortMappingDescription: 'x',
      NewLeaseDuration: '60',
      ...values,
    })
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('');

  test.each([
    ['a client by name', { NewInternalClient: 'router.example' }],
    ['a client of markup', { NewInternalClient: '&lt;img src=x onerror=alert(1)&gt;' }],
    ['no client', { NewInternalClient: '' }],
    ['port 0', { NewInternalPort: '0' }],
    ['port 70000', { NewInternalPort: '70000' }],
    ['a port of words', { NewInternalPort: 'reboot' }],
  ])('a mapping with %s is not believed', async (_, values) => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    for (const action of ['GetSpecificPortMappingEntry', 'GetGenericPortMappingEntry']) {
      fake.misbehave(action, answer(action, entry(values)));
    }
    expect(checked(await gateway.findMapping(SIP))).toMatchObject({ ok: false, problem: { kind: 'malformed' } });
    expect(checked(await gateway.listMappings(5))).toEqual({ ok: true, value: [] });
  });

  test('texts of a mapping are made printable and cut, and its lease is a number', async () => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    const description = `\u202e${'d'.repeat(5_000)}&#10;`;
    const values = { NewPortMappingDescription: description, NewLeaseDuration: '-5', NewEnabled: 'perhaps' };
    fake.misbehave('GetSpecificPortMappingEntry', answer('GetSpecificPortMappingEntry', entry(values)));
    expect(checked(await gateway.findMapping(SIP))).toMatchObject({ value: { leaseSeconds: 0, enabled: false } });
  });

  test('a list of mappings that never ends is read to the limit', async () => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    fake.misbehave('GetGenericPortMappingEntry', answer('GetGenericPortMappingEntry', entry({})));
    const listed = checked(await gateway.listMappings(50));
    expect(listed.ok && listed.value.length).toBeLessThanOrEqual(50);
    expect(fake.requests.length).toBeLessThanOrEqual(52);
  });

  test.each([
    ['a code of words', sendBody(fault('718; reboot', 'x'), { status: 500 })],
    ['a code beyond all numbers', sendBody(fault('9'.repeat(400), 'x'), { status: 500 })],
    ['no code', sendBody(soapEnvelope('<s:Fault><faultstring>x</faultstring></s:Fault>'), { status: 500 })],
    ['the answer to another action', answer('DeletePortMappingX', '')],
    ['no envelope', sendBody('<html><body>ok</body></html>')],
    ['a status of 404', sendBody('<html><body>ok</body></html>', { status: 404 })],
  ])('%s does not say that a port is open', async (_, mischief) => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    fake.misbehave('AddPortMapping', mischief);
    expect(checked(await gateway.addMapping(SIP))).toMatchObject({ ok: false });
    expect(fake.actions()).toEqual(['AddPortMapping']);
  });

  test('the text of an error is made printable and cut', async () => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    const text = `\u202e&#x9b;&lt;script&gt;${'e'.repeat(30_000)}`;
    fake.misbehave('AddPortMapping', sendBody(fault('718', text), { status: 500 }));
    expect(checked(await gateway.addMapping(SIP))).toMatchObject({ problem: { kind: 'upnp', code: 718 } });
  });

  function fault(code: string, text: string): string {
    const error = `<UPnPError><errorCode>${code}</errorCode><errorDescription>${text}</errorDescription></UPnPError>`;
    return soapEnvelope(`<s:Fault><faultstring>UPnPError</faultstring><detail>${error}</detail></s:Fault>`);
  }
});

/** Side by side, because each takes the limit of time. */
test('what is slow or silent ends with the limit of time, everywhere', async () => {
  const ways = [stayDumb, stopMidway, dripHead, dripBody];
  const frozen = await openHostile();
  const frozenGateway = await gatewayAt(frozen);
  const described = ways.map(async (mischief) => {
    const fake = await openHostile();
    fake.misbehave('description', mischief);
    const { found, refused } = await searchAt(fake);
    expect(found).toEqual([]);
    return refused[0]?.reason;
  });
  const acted = ways.map(async (mischief) => {
    const fake = await openHostile();
    const gateway = await gatewayAt(fake);
    fake.misbehave('control', mischief);
    const added = checked(await gateway.addMapping(SIP));
    return added.ok ? 'open' : added.problem.kind;
  });
  frozen.freeze();
  expect(await frozenGateway.findMapping(SIP)).toMatchObject({ problem: { kind: 'timeout' } });
  for (const reason of await Promise.all(described)) expect(reason).toMatch(/within 3000 ms/);
  expect(await Promise.all(acted)).toEqual(ways.map(() => 'timeout'));
}, 20_000);
