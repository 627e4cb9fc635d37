import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNotice } from '../../src/upnp/parse-notice.ts';
import { isGatewayTarget, parseSearchAnswer } from '../../src/upnp/parse-search-answer.ts';

const LAN = { localAddress: '192.168.1.10', prefixLength: 24, defaultRouter: '192.168.1.1' };
const HEADERS = {
  LOCATION: 'http://192.168.1.1:49000/igddesc.xml',
  ST: 'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
  USN: 'uuid:1::urn:schemas-upnp-org:device:InternetGatewayDevice:2',
  'BOOTID.UPNP.ORG': '17',
};

function parse(headers: Readonly<Record<string, unknown>> = {}, address = '192.168.1.1') {
  return parseSearchAnswer({ headers: { ...HEADERS, ...headers }, address }, LAN);
}

function locationOf(headers: Readonly<Record<string, unknown>>, address?: string): string {
  const parsed = parse(headers, address);
  return parsed.ok ? parsed.value.location.href : parsed.problem;
}

test('an answer of a gateway', () => {
  expect(parse()).toEqual({
    ok: true,
    value: {
      location: new URL(HEADERS.LOCATION),
      namedHost: '192.168.1.1',
      bootId: 17,
      address: '192.168.1.1',
    },
  });
});

test.each([
  ['without a port', 'http://192.168.1.1/d.xml', 'http://192.168.1.1/d.xml'],
  ['with blanks around', ' http://192.168.1.1:5000/d.xml\t', 'http://192.168.1.1:5000/d.xml'],
  ['with a query', 'http://192.168.1.1:5000/d.xml?a=b&c', 'http://192.168.1.1:5000/d.xml?a=b&c'],
  ['in upper case', 'HTTP://192.168.1.1:5000/D.xml', 'http://192.168.1.1:5000/D.xml'],
  ['with another form of the same address', 'http://0xc0a80101:5000/', 'http://192.168.1.1:5000/'],
  ['of the other router of a pair', 'http://192.168.1.2:5000/d.xml', 'http://192.168.1.1:5000/d.xml'],
])('LOCATION %s is followed to the sender', (_, location, want) => {
  expect(locationOf({ LOCATION: location })).toBe(want);
});

test.each([
  ['missing', undefined, 'answered without LOCATION'],
  ['empty', ' ', 'answered without LOCATION'],
  ['relative', '/rootDesc.xml', 'its LOCATION is "/rootDesc.xml"; wanted http://<IPv4>:<port>/…'],
  ['https', 'https://192.168.1.1/', 'its LOCATION is "https://192.168.1.1/"; wanted http'],
  ['a file', 'file:///etc/passwd', 'its LOCATION is "file:///etc/passwd"; wanted http'],
  ['javascript', 'javascript:alert(1)', 'its LOCATION is "javascript:alert(1)"; wanted http'],
  ['a name', 'http://router.lan/', 'its LOCATION is "http://router.lan/"; wanted an IPv4 address as host'],
  [
    'IPv6 with a scope',
    'http://[fe80::1%25eth0]:5000/',
    'its LOCATION is "http://[fe80::1%25eth0]:5000/"; wanted http://<IPv4>:<port>/…',
  ],
  ['IPv6', 'http://[fd00::1]:5000/', 'its LOCATION is "http://[fd00::1]:5000/"; wanted an IPv4 address as host'],
  [
    'with a user',
    'http://a@192.168.1.1/',
    'its LOCATION is "http://a@192.168.1.1/"; wanted no user and password in it',
  ],
  ['with port 0', 'http://192.168.1.1:0/', 'its LOCATION is "http://192.168.1.1:0/"; wanted a port of 1-65535'],
  [
    'with a wrong port',
    'http://192.168.1.1:70000/',
    'its LOCATION is "http://192.168.1.1:70000/"; wanted http://<IPv4>:<port>/…',
  ],
  ['too long', `http://192.168.1.1/${'x'.repeat(1_100)}`, 'its LOCATION has 1119 characters; wanted 1024 at most'],
])('LOCATION %s is refused', (_, location, want) => {
  expect(locationOf({ LOCATION: location })).toBe(want);
});

test.each([
  ['this host', 'http://127.0.0.1:9999/'],
  ['this host in another form', 'http://2130706433:9999/'],
  ['another host of the LAN', 'http://192.168.1.30:80/'],
  ['the Internet', 'http://198.51.100.1/'],
])('a host that is not the default router cannot send us to %s', (_, location) => {
  expect(locationOf({ LOCATION: location }, '192.168.1.20')).toMatch(
    /^its LOCATION names [0-9.]+; wanted 192\.168\.1\.20, which answered$/,
  );
});

test('the default router can send us nowhere but to itself', () => {
  expect(locationOf({ LOCATION: 'http://127.0.0.1:9999/x' })).toBe('http://192.168.1.1:9999/x');
});

test('an answer from outside of the LAN is refused', () => {
  expect(locationOf({ LOCATION: 'http://10.0.0.1/' }, '10.0.0.1')).toBe(
    'answered from outside of the LAN of 192.168.1.10/24',
  );
  expect(locationOf({}, '::1')).toMatch(/^answered from outside/);
});

test('an answer for something else is refused', () => {
  expect(locationOf({ ST: 'upnp:rootdevice\u001b[31m' })).toBe(
    'answered for "upnp:rootdevice [31m", which is no gateway',
  );
});

test.each([
  ['7', 7],
  [' 7 ', 7],
  ['2147483647', 2_147_483_647],
  ['2147483648', null],
  ['-1', null],
  ['7x', null],
  ['', null],
  [undefined, null],
])('BOOTID %j is %j', (text, want) => {
  const parsed = parse({ 'BOOTID.UPNP.ORG': text });
  expect(parsed.ok && parsed.value.bootId).toBe(want);
});

test('gateways and their services of any version are targets, others are not', () => {
  for (const version of [1, 2, 3]) {
    for (const name of ['device:InternetGatewayDevice', 'service:WANIPConnection', 'service:WANPPPConnection']) {
      expect(isGatewayTarget(`urn:schemas-upnp-org:${name}:${version}`)).toBe(true);
    }
  }
  for (const other of [
    '',
    'upnp:rootdevice',
    'ssdp:all',
    'urn:schemas-upnp-org:device:MediaServer:1',
    'urn:dslforum-org:device:InternetGatewayDevice:1',
  ]) {
    expect(isGatewayTarget(other)).toBe(false);
  }
});

test('whatever is believed leads to its sender, on the LAN', () => {
  const host = fc.oneof(
    fc.ipV4(),
    fc.constantFrom('192.168.1.1', '192.168.1.20', '127.1', '0', 'localhost', '[::1]', ''),
  );
  const location = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('http://', 'HTTP:/', 'http:', '//', 'https://', 'http://u:p@'),
        host,
        fc.constantFrom('', ':80', ':0', ':99999'),
        fc.constantFrom('', '/x', '\\x', '#x', '?x', '\t/x'),
      )
      .map((parts) => parts.join('')),
    fc.webUrl(),
    fc.string(),
  );
  fc.assert(
    fc.property(location, fc.constantFrom('192.168.1.1', '192.168.1.20', '8.8.8.8', 'x'), (text, address) => {
      const parsed = parse({ LOCATION: text }, address);
      if (!parsed.ok) return parsed.problem.length < 300 && !/[\p{C}]/u.test(parsed.problem);
      const { protocol, hostname, username, password, port } = parsed.value.location;
      return (
        protocol === 'http:' &&
        hostname === address &&
        address.startsWith('192.168.1.') &&
        `${username}${password}` === '' &&
        port !== '0'
      );
    }),
    { numRuns: 3_000 },
  );
});

test('headers of any kind are read without an exception', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.keys(HEADERS), '__proto__', 'NT'), fc.anything()),
      (headers) => {
        const message = { headers, address: '192.168.1.1' };
        parseSearchAnswer(message, LAN);
        parseNotice(message, 'alive', LAN);
      },
    ),
  );
});
