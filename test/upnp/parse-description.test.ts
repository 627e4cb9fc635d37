import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDescription } from '../../src/upnp/parse-description.ts';

const IP1 = 'urn:schemas-upnp-org:service:WANIPConnection:1';
const IP2 = 'urn:schemas-upnp-org:service:WANIPConnection:2';
const PPP1 = 'urn:schemas-upnp-org:service:WANPPPConnection:1';

const LOCATION = 'http://192.168.1.1:5000/desc/root.xml';

function service(type: string, controlUrl: string | null): string {
  const control = controlUrl === null ? '' : `<controlURL>${controlUrl}</controlURL>`;
  return `<service><serviceType>${type}</serviceType><SCPDURL>/x.xml</SCPDURL>${control}</service>`;
}

function describe(services: string, { base = '', names = '<UDN>uuid:1</UDN>' } = {}): string {
  return (
    `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">${base}<device>${names}` +
    `<deviceList><device><UDN>uuid:2</UDN><friendlyName>WAN</friendlyName><deviceList><device><serviceList>${services}</serviceList>` +
    '</device></deviceList></device></deviceList></device></root>'
  );
}

function parse(text: string, namedHost = '192.168.1.1') {
  return parseDescription(Buffer.from(text), { location: new URL(LOCATION), namedHost });
}

/** The control URL, or why there is none. */
function controlOf(controlUrl: string | null, base = '', namedHost?: string): string {
  const parsed = parse(describe(service(IP1, controlUrl), { base }), namedHost);
  return parsed.ok ? (parsed.value.services[0]?.controlUrl.href ?? 'none') : parsed.problem;
}

test('what a device says of itself, cut and printable', () => {
  const names = `<friendlyName>A\u202e&amp;B</friendlyName><manufacturer>${'m'.repeat(900)}</manufacturer><modelName> </modelName><UDN>Thomson no uuid</UDN>`;
  const parsed = parse(describe(service(IP1, '/c'), { names }));
  expect(parsed.ok && parsed.value).toMatchObject({
    udn: 'Thomson no uuid',
    name: 'A &B',
    manufacturer: 'm'.repeat(200),
    model: null,
  });
});

test('the names of the root device count, not those of the devices in it', () => {
  const parsed = parse(describe(service(IP1, '/c'), { names: '' }));
  expect(parsed.ok && parsed.value).toMatchObject({ udn: null, name: null });
});

test('services are found at any depth, newer ones and IP first, others left out', () => {
  const parsed = parse(
    describe(
      service(PPP1, '/ppp') +
        service(IP1, '/ip1') +
        service('urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1', '/common') +
        service(IP2, '/ip2') +
        service(IP1, '/ip1'),
    ),
  );
  expect(parsed.ok && parsed.value.services.map(({ type, controlUrl }) => [type, controlUrl.pathname])).toEqual([
    [IP2, '/ip2'],
    [IP1, '/ip1'],
    [PPP1, '/ppp'],
  ]);
});

test.each([
  ['absolute path', '/ctl/IPConn', '', 'http://192.168.1.1:5000/ctl/IPConn'],
  ['relative path', 'ctl/IPConn', '', 'http://192.168.1.1:5000/desc/ctl/IPConn'],
  ['query', '/ctl?a=1&b=2', '', 'http://192.168.1.1:5000/ctl?a=1&b=2'],
  ['whole URL', 'http://192.168.1.1:2869/ctl', '', 'http://192.168.1.1:2869/ctl'],
  ['URL of the other router of a pair', 'http://192.168.1.2:2869/ctl', '', 'http://192.168.1.1:2869/ctl'],
  ['URLBase', 'ctl', '<URLBase>http://192.168.1.1:49152/up/</URLBase>', 'http://192.168.1.1:49152/up/ctl'],
  [
    'URLBase of the other router of a pair',
    '/ctl',
    '<URLBase>http://192.168.1.2:49152/</URLBase>',
    'http://192.168.1.1:49152/ctl',
  ],
  ['URLBase without a port', '/ctl', '<URLBase>http://192.168.1.1/</URLBase>', 'http://192.168.1.1:5000/ctl'],
  ['URLBase with port 80', '/ctl', '<URLBase>http://192.168.1.1:80</URLBase>', 'http://192.168.1.1/ctl'],
  ['URLBase of another host', '/ctl', '<URLBase>http://10.0.0.1:80/</URLBase>', 'http://192.168.1.1:5000/ctl'],
  ['URLBase that is none', '/ctl', '<URLBase>rubbish</URLBase>', 'http://192.168.1.1:5000/ctl'],
  ['empty URLBase', '/ctl', '<URLBase/>', 'http://192.168.1.1:5000/ctl'],
])('control URL: %s', (_, controlUrl, base, want) => {
  expect(controlOf(controlUrl, base, '192.168.1.2')).toBe(want);
});

test.each([
  ['missing', null, 'is missing'],
  ['empty', '', 'is missing'],
  ['this host', 'http://127.0.0.1:9999/', 'names 127.0.0.1; wanted 192.168.1.1, which answered'],
  ['another host without a scheme', '//10.0.0.1/x', 'names 10.0.0.1; wanted 192.168.1.1, which answered'],
  ['a name', 'http://router/x', 'is "http://router/x"; wanted an IPv4 address as host'],
  ['https', 'https://192.168.1.1/x', 'is "https://192.168.1.1/x"; wanted http'],
  ['userinfo', 'http://a:b@192.168.1.1/x', 'is "http://a:b@192.168.1.1/x"; wanted no user and password in it'],
])('a control URL that is refused: %s', (_, controlUrl, want) => {
  expect(controlOf(controlUrl)).toBe(`the control URL of its WANIPConnection:1 ${want}`);
});

test('a refused service does not hide a good one', () => {
  const parsed = parse(describe(service(IP2, 'http://10.0.0.1/x') + service(IP1, '/c')));
  expect(parsed.ok && parsed.value.services.map(({ type }) => type)).toEqual([IP1]);
});

test('very many services are cut', () => {
  const parsed = parse(describe(Array.from({ length: 300 }, (_, n) => service(IP1, `/${n}`)).join('')));
  expect(parsed.ok && parsed.value.services).toHaveLength(6);
});

test.each([
  ['no service', describe(''), 'its description has no WANIPConnection and no WANPPPConnection: it does not map ports'],
  ['no device', '<root/>', 'its description has no device'],
  ['nothing', '', 'its description is empty; wanted an XML document'],
  [
    'a DOCTYPE',
    describe(service(IP1, '/c')).replace('<root', '<!DOCTYPE root><root'),
    'its description has a DOCTYPE; wanted none',
  ],
  ['a cut document', describe(service(IP1, '/c')).slice(0, -9), /^its description is no well-formed XML/],
  [
    '40 nested devices',
    `<root>${'<device><deviceList>'.repeat(40)}`,
    'its description nests elements more than 24 deep',
  ],
])('refused: %s', (_, text, want) => {
  const parsed = parse(text);
  if (parsed.ok) throw new Error('it was believed');
  if (typeof want === 'string') expect(parsed.problem).toBe(want);
  else expect(parsed.problem).toMatch(want);
});

test('namespaces and prefixes do not matter', () => {
  const text = describe(service(IP1, '/c')).replace(/<(\/?)(device|service|root)/g, '<$1d:$2');
  expect(parse(text).ok).toBe(true);
});

test('whatever is believed, its control URLs lead to the host that answered', () => {
  const url = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('', 'http://', 'http:', '//', '/', 'https://', 'ftp://', '\\\\'),
        fc.oneof(fc.ipV4(), fc.constantFrom('192.168.1.1', '192.168.1.2', '127.1', 'x')),
        fc.constantFrom('', ':8080', ':0'),
        fc.constantFrom('', '/x', '@x', '?x'),
      )
      .map((parts) => parts.join('')),
    fc.webUrl(),
    fc.string(),
  );
  const strip = (text: string) => text.replace(/[<&]/g, '').replace(/[\p{C}\uFFFE\uFFFF]/gu, '');
  fc.assert(
    fc.property(url, url, (controlUrl, base) => {
      const parsed = parse(
        describe(service(IP1, strip(controlUrl)), { base: `<URLBase>${strip(base)}</URLBase>` }),
        '192.168.1.2',
      );
      if (!parsed.ok) return parsed.problem.length < 400;
      return parsed.value.services.every(
        ({ controlUrl: { protocol, hostname, username, port } }) =>
          protocol === 'http:' && hostname === '192.168.1.1' && username === '' && port !== '0',
      );
    }),
    { numRuns: 3_000 },
  );
});
