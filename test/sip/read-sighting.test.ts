import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sighting } from '../../src/core/sighting.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { requestIn, subscribe } from './wire.ts';

const SOURCE = { address: '192.0.2.7', port: 5062 };
const NO_MAC = '<sip:224.0.1.75>';

function sighting(headers: Readonly<Record<string, string | null>>, uri?: string): Sighting {
  const read = readSighting(requestIn(subscribe(headers, uri)), SOURCE);
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

function macOf(user: string): string | undefined {
  return sighting({ To: NO_MAC }, `sip:${user}@224.0.1.75`).mac;
}

test.each([
  'MAC001565aabbcc',
  'MAC001565AABBCC',
  'mac001565AaBbCc',
  'MAC%3a001565AABBCC',
  'MAC%3A001565aabbcc',
  'mac%3a001565aabbcc',
  'MAC:001565AABBCC',
  'MAC-001565AABBCC',
  'MAC=001565AABBCC',
  'MAC_001565AABBCC',
  'MAC/001565AABBCC',
  'MAC@001565AABBCC',
  'MAC%20001565AABBCC',
  'MAC%2d001565AABBCC',
  '%4d%41%43%3a001565AABBCC',
  'MAC%3a%30%30%31565AABBCC',
])('the MAC is found in %s', (user) => {
  expect(macOf(user)).toBe('001565aabbcc');
});

test.each([
  'MAC',
  'MAC%3a',
  'MAC%3a001565AABBC',
  'MAC%3a001565AABBCCD',
  'MAC%3a001565AABBCG',
  'MAC%3a00:15:65:AA:BB:CC',
  'MACX001565AABBCC',
  'XMAC001565AABBCC',
  '001565AABBCC',
  'MAC%253a001565AABBCC',
  'MAC%3a001565AABBCC%00',
  // Nobody's address: all zeros, a group.
  'MAC%3a000000000000',
  'MAC%3a01005e000001',
])('no MAC is found in %s', (user) => {
  expect(macOf(user)).toBeUndefined();
});

test('every MAC is found in every spelling', () => {
  const digits = fc
    .uint8Array({ minLength: 6, maxLength: 6 })
    .filter((bytes) => ((bytes[0] ?? 0) & 1) === 0 && bytes.some((byte) => byte !== 0))
    .map((bytes) => Buffer.from(bytes).toString('hex'));
  const letters = fc.mixedCase(fc.constant('mac'));
  const separators = fc.constantFrom('', ':', '-', '.', '_', '=', '%3a', '%3A', '%2D', '%20', '%3a%20');
  fc.assert(
    fc.property(
      letters,
      separators,
      digits,
      fc.boolean(),
      fc.constantFrom('224.0.1.75', 'local', 'example.org:5060'),
      (word, separator, mac, upper, host) => {
        const uri = `sip:${word}${separator}${upper ? mac.toUpperCase() : mac}@${host}`;
        expect(sighting({ To: NO_MAC }, uri).mac).toBe(mac);
        expect(sighting({ To: `<${uri}>` }, 'sip:224.0.1.75').mac).toBe(mac);
        expect(sighting({ To: uri }, 'sip:224.0.1.75').mac).toBe(mac);
      },
    ),
  );
});

test('the Request-URI counts before the To, and the To before the User-Agent', () => {
  const to = '<sip:MAC000413000002@x>';
  const userAgent = 'Make Model 1.2.3 00:04:13:00:00:03';
  expect(sighting({ To: to, 'User-Agent': userAgent }, 'sip:MAC000413000001@x').mac).toBe('000413000001');
  expect(sighting({ To: to, 'User-Agent': userAgent }, 'sip:224.0.1.75').mac).toBe('000413000002');
  expect(sighting({ To: NO_MAC, 'User-Agent': userAgent }, 'sip:224.0.1.75').mac).toBe('000413000003');
});

test.each<[string, string | undefined]>([
  ['Yealink SIP-T53W 96.87.0.16 80:5e:0c:4d:79:6d', '805e0c4d796d'],
  ['Fanvil X6U 2.4.1 0c383e112233', '0c383e112233'],
  ['0C383E112233', '0c383e112233'],
  ['Phone/0c383e112233', '0c383e112233'],
  ['Phone 1.0 0c383e112233 beta', undefined],
  ['Phone 1.0 a0c383e112233', undefined],
  ['Phone 1.0 0c:38:3e:11:22', undefined],
  ['Phone 1.0 ff:0c:38:3e:11:22:33', undefined],
])('User-Agent %s ends with the MAC %s', (userAgent, mac) => {
  expect(sighting({ To: NO_MAC, 'User-Agent': userAgent }, 'sip:224.0.1.75').mac).toBe(mac);
});

test('the host of Request-URI, From and To is not looked at', () => {
  for (const host of ['local', 'example.org', '224.0.1.75:5060', '[ff02::1]', '?', '']) {
    const uri = `sip:MAC001565aabbcc@${host}`;
    expect(sighting({ From: `<${uri}>`, To: `<${uri}>` }, uri).mac).toBe('001565aabbcc');
  }
});

test.each<[string, Buffer, string]>([
  [
    'another method',
    Buffer.from(subscribe({ CSeq: '1 REGISTER' }).toString('latin1').replace('SUBSCRIBE', 'REGISTER'), 'latin1'),
    'not-a-subscribe',
  ],
  ['presence', subscribe({ Event: 'presence' }), 'event-is-not-ua-profile'],
  ['a package of a similar name', subscribe({ Event: 'ua-profile.x' }), 'event-is-not-ua-profile'],
  ['no Event', subscribe({ Event: null }), 'event-is-not-ua-profile'],
  ['a tag in To', subscribe({ To: '<sip:a@b>;tag=1' }), 'inside-a-dialog'],
  ['a tag in a To without brackets', subscribe({ To: 'sip:a@b ; TAG = 1' }), 'inside-a-dialog'],
  ['a Call-ID of a kilobyte', subscribe({ 'Call-ID': 'x'.repeat(1_024) }), 'dialog-is-not-usable'],
  ['a NUL in From', subscribe({ From: '"\u0000" <sip:a@b>' }), 'dialog-is-not-usable'],
])('not a sighting: %s', (_, data, problem) => {
  expect(readSighting(requestIn(data), SOURCE)).toEqual({ ok: false, problem });
});

test('a tag as a parameter of the URI is not a tag of the To', () => {
  expect(sighting({ To: '<sip:a@b;tag=1>' }).dialog.to).toBe('<sip:a@b;tag=1>');
});

test('From tag, branch, Contact, User-Agent, Accept and Expires may be missing', () => {
  const seen = sighting({ Via: 'SIP/2.0/UDP 192.0.2.7', From: 'sip:x@y', Contact: null });
  expect(seen.mac).toBe('001565aabbcc');
  expect(seen.dialog).toMatchObject({ from: 'sip:x@y', contactUri: 'sip:192.0.2.7:5062' });
});

test.each<[string, Partial<Sighting['words']>]>([
  ['ua-profile', { vendor: '', model: '', firmware: '' }],
  ['UA-Profile ; Vendor = "Make" ;model= "M 1";  VERSION ="1"', { vendor: 'Make', model: 'M 1', firmware: '1' }],
  ['ua-profile;vendor=Make;model=M1;version=1', { vendor: 'Make', model: 'M1', firmware: '1' }],
  ['ua-profile;vender="Make";model="KX"', { vendor: 'Make', model: 'KX' }],
  ['ua-profile;vendor="";vender="Make"', { vendor: 'Make' }],
  ['ua-profile;vendor="A%20B%2fC";model="100%"', { vendor: 'A B/C', model: '100%' }],
  ['ua-profile;vendor="a;b,c=d";model="q\\"uote"', { vendor: 'a;b,c=d', model: 'q"uote' }],
  ['ua-profile;vendor="%00a%0d%0ab%1b[31m"', { vendor: 'ab[31m' }],
  ['ua-profile;vendor="first";vendor="second"', { vendor: 'first' }],
  ['ua-profile;vendor="not closed;model=x', { vendor: 'not closed;model=x', model: '' }],
  ['ua-profile;vendor="M%C3%BCller"', { vendor: 'Müller' }],
  ['ua-profile;vendor="%ff%fe"', { vendor: '' }],
  ['ua-profile;vendor="a%E2%80%AEb"', { vendor: 'ab' }],
  ['ua-profile;__proto__="x";constructor=y', { vendor: '', model: '' }],
])('Event %s', (event, words) => {
  expect(sighting({ Event: event }).words).toMatchObject(words);
});

test('words are cut to a length that can be shown and kept', () => {
  const words = sighting({
    Event: `ua-profile;vendor="${'v'.repeat(300)}";model="${'%F0%9F%93%9E'.repeat(80)}"`,
    'User-Agent': 'u'.repeat(900),
  }).words;
  expect(words.vendor).toBe('v'.repeat(64));
  expect(words.model).toBe('📞'.repeat(32));
  expect(words.userAgent).toBe('u'.repeat(200));
  // A character is kept whole or not at all.
  expect(sighting({ Event: `ua-profile;model="a${'%F0%9F%93%9E'.repeat(80)}"` }).words.model).toBe(
    `a${'📞'.repeat(31)}`,
  );
});

test.each<[string, string, string]>([
  ['Make M1 1.2.3', 'M1', '1.2.3'],
  ['Make M1 1.2.3 00:15:65:aa:bb:cc', 'M1', '1.2.3'],
  ['product/1.2.3', 'product', '1.2.3'],
  ['Make with many words 1.2.3', '', ''],
  ['Make', '', ''],
])('where the Event says nothing, the User-Agent %s does', (userAgent, model, firmware) => {
  expect(sighting({ Event: 'ua-profile', 'User-Agent': userAgent }).words).toEqual({
    userAgent,
    vendor: '',
    model,
    firmware,
  });
});

const CONTACTS: readonly (readonly [string, string])[] = [
  ['<sip:192.0.2.7>', 'sip:192.0.2.7'],
  ['<sip:192.0.2.7:5080>', 'sip:192.0.2.7:5080'],
  ['"Phone, the" <sip:a%20b@192.0.2.7:5080;transport=udp;x>;q=1', 'sip:a%20b@192.0.2.7:5080;transport=udp;x'],
  ['sip:a@192.0.2.7:5080;expires=0', 'sip:a@192.0.2.7:5080'],
  ['<sip:192.0.2.7:5080>, <sip:192.0.2.8>', 'sip:192.0.2.7:5080'],
  // Somebody else's address, and everything that could become more than one word.
  ['<sip:192.0.2.8:5080>', 'sip:192.0.2.7:5062'],
  ['<sip:a@192.0.2.8:5080>', 'sip:a@192.0.2.7:5062'],
  ['<sip:a@phone.example.org>', 'sip:a@192.0.2.7:5062'],
  ['<sip:192.0.2.7@192.0.2.8>', 'sip:192.0.2.7@192.0.2.7:5062'],
  ['<sip:a b@192.0.2.7>', 'sip:192.0.2.7:5062'],
  ['<sip:a"b@192.0.2.8>', 'sip:192.0.2.7:5062'],
  ['<sip:192.0.2.7:99999>', 'sip:192.0.2.7:5062'],
  ['<sip:192.0.2.7:0>', 'sip:192.0.2.7:5062'],
  ['<sip:192.0.2.7?Route=%3Csip:x%3E>', 'sip:192.0.2.7:5062'],
  ['<sips:192.0.2.7>', 'sip:192.0.2.7:5062'],
  ['<tel:+49301234>', 'sip:192.0.2.7:5062'],
  ['<sip:192.0.2.7', 'sip:192.0.2.7:5062'],
  ['*', 'sip:192.0.2.7:5062'],
  ['', 'sip:192.0.2.7:5062'],
  [`<sip:${'a'.repeat(300)}@192.0.2.7>`, 'sip:192.0.2.7:5062'],
];

test.each(CONTACTS)('Contact %s is written to at %s', (contact, uri) => {
  expect(sighting({ Contact: contact }).dialog.contactUri).toBe(uri);
});

test('whatever the Contact says, the address written to is one word with the host of the source', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '"',
    'sip:',
    '@',
    '192.0.2.7',
    '192.0.2.8',
    ':',
    '5060',
    ';',
    '?',
    ' ',
    '\t',
    'a',
    '%41',
    '\u0000',
    '\u00a0',
    ',',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (contact) => {
      const uri = sighting({ Contact: contact.join('') }).dialog.contactUri;
      expect(uri).toMatch(/^sip:(?:[!#-;=?A-~]+@)?192\.0\.2\.7(?::\d+)?(?:;[!#-;=?A-~]*)?$/);
    }),
    { numRuns: 2_000 },
  );
});

test('a kept sighting does not keep its datagram', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const padding = Buffer.alloc(60_000, 'x');
  const remember = (index: number) =>
    readSighting(
      requestIn(Buffer.concat([subscribe({ 'Call-ID': `a-call-id-of-some-length-${index}` }), padding])),
      SOURCE,
    );
  collect();
  const before = process.memoryUsage().heapUsed;
  const kept = Array.from({ length: 400 }, (_, index) => remember(index));
  collect();
  // All datagrams together are 24 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(6_000_000);
  expect(kept).toHaveLength(400);
});
