import { expect, test } from 'vitest';
import { buildReply, markVia, type ReplyOptions } from '../../src/sip/build-reply.ts';
import { allHeaders, firstHeader } from '../../src/sip/message.ts';
import { bytesOf, CAPTURED, GOLDEN, messagesIn, requestIn, responseIn, subscribe } from './wire.ts';

const OPTIONS: ReplyOptions = {
  status: 200,
  reason: 'OK',
  source: { address: '192.0.2.7', port: 5062 },
  localAddress: '192.0.2.1',
  localPort: 5061,
  toTag: '0123456789abcdef',
  expires: 0,
};

test.each([
  ['yealink-w52p', 'yealink-w52p-25.81.0.10', '10.1.3.239', 5059, '10.1.3.1'],
  ['snom-d120', 'snom-d120-10.1.39.11', '192.0.2.21', 5060, '192.0.2.1'],
  ['grandstream-grp2612w', 'grandstream-grp2612w-1.0.5.67', '192.168.1.2', 5080, '192.168.1.1'],
])('the reply to %s, byte for byte', (golden, capture, address, port, localAddress) => {
  const reply = buildReply(requestIn(bytesOf(CAPTURED, capture)), {
    ...OPTIONS,
    source: { address, port },
    localAddress,
  });
  expect(reply.toString('latin1')).toBe(bytesOf(GOLDEN, `${golden}.reply`).toString('latin1'));
});

test('every golden belongs to a test', () => {
  const phones = ['yealink-w52p', 'snom-d120', 'grandstream-grp2612w'];
  expect(messagesIn(GOLDEN)).toEqual(phones.flatMap((phone) => [`${phone}.notify`, `${phone}.reply`]).sort());
});

const SOURCE = { address: '192.0.2.7', port: 5062 };

test.each<[string, string, string]>([
  ['right host, no rport: untouched', 'SIP/2.0/UDP 192.0.2.7:5060;branch=a', 'SIP/2.0/UDP 192.0.2.7:5060;branch=a'],
  ['odd blanks stay', 'SIP / 2.0 / UDP  192.0.2.7 ; branch = a', 'SIP / 2.0 / UDP  192.0.2.7 ; branch = a'],
  ['another host', 'SIP/2.0/UDP 10.0.0.1:5060;branch=a', 'SIP/2.0/UDP 10.0.0.1:5060;branch=a;received=192.0.2.7'],
  ['a host name', 'SIP/2.0/UDP phone', 'SIP/2.0/UDP phone;received=192.0.2.7'],
  [
    'rport',
    'SIP/2.0/UDP 192.0.2.7:5060;rport;branch=a',
    'SIP/2.0/UDP 192.0.2.7:5060;rport=5062;branch=a;received=192.0.2.7',
  ],
  [
    'rport in capitals, with blanks',
    'SIP/2.0/UDP 192.0.2.7; RPORT ',
    'SIP/2.0/UDP 192.0.2.7;rport=5062;received=192.0.2.7',
  ],
  [
    'claims of the phone are replaced',
    'SIP/2.0/UDP 10.0.0.1;received=6.6.6.6;rport=1',
    'SIP/2.0/UDP 10.0.0.1;rport=5062;received=192.0.2.7',
  ],
  ['many rports', 'SIP/2.0/UDP 192.0.2.7;rport;rport;a;rport', 'SIP/2.0/UDP 192.0.2.7;rport=5062;a;received=192.0.2.7'],
  ['rport in quotes is none', 'SIP/2.0/UDP 192.0.2.7;x=";rport"', 'SIP/2.0/UDP 192.0.2.7;x=";rport"'],
])('Via with %s', (_, value, marked) => {
  expect(markVia(value, SOURCE)).toBe(marked);
});

test('all Vias are echoed in order, only the first is marked', () => {
  const request = requestIn(subscribe({ Via: 'SIP/2.0/UDP a;rport, SIP/2.0/TCP b;rport', v: 'SIP/2.0/UDP c' }));
  const vias = allHeaders(responseIn(buildReply(request, OPTIONS)), 'via');
  expect(vias).toEqual(['SIP/2.0/UDP a;rport=5062;received=192.0.2.7', 'SIP/2.0/TCP b;rport', 'SIP/2.0/UDP c']);
});

test('To keeps the tag it has', () => {
  const to = (value: string) => firstHeader(responseIn(buildReply(requestIn(subscribe({ To: value })), OPTIONS)), 'to');
  expect(to('<sip:a@b>;tag=theirs')).toBe('<sip:a@b>;tag=theirs');
  expect(to('<sip:a@b;tag=uri>')).toBe('<sip:a@b;tag=uri>;tag=0123456789abcdef');
  expect(to('sip:a@b')).toBe('sip:a@b;tag=0123456789abcdef');
});

test('Expires is there only when it is asked for', () => {
  const { expires: _, ...without } = OPTIONS;
  const reply = responseIn(buildReply(requestIn(subscribe()), { ...without, status: 489, reason: 'Bad Event' }));
  expect(reply).toMatchObject({ status: 489, reason: 'Bad Event' });
  expect(firstHeader(reply, 'expires')).toBeUndefined();
  expect(firstHeader(reply, 'content-length')).toBe('0');
});

test('bytes that are no ASCII are echoed as they came', () => {
  const to = Buffer.from('"Größe" <sip:a@b>', 'utf8');
  const request = requestIn(subscribe({ To: to.toString('latin1') }));
  expect(buildReply(request, OPTIONS).includes(to)).toBe(true);
});

test('a line break from our own side is a bug, not a header', () => {
  expect(() => buildReply(requestIn(subscribe()), { ...OPTIONS, reason: 'OK\r\nEvil: 1' })).toThrow('line break');
});
