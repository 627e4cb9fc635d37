import { expect, test } from 'vitest';
import { allHeaders, firstHeader, headerName } from '../../src/sip/message.ts';
import { type NotSip, parseMessage } from '../../src/sip/parse-message.ts';
import { bytesOf, CAPTURED, datagram, messagesIn, requestIn, responseIn, subscribe } from './wire.ts';

function refusal(data: Buffer): NotSip | undefined {
  const parsed = parseMessage(data);
  return parsed.ok ? undefined : parsed.problem;
}

test('a request has its method, URI, headers and body', () => {
  const request = requestIn(
    datagram(
      'NOTIFY sip:a@b SIP/2.0',
      'Via: SIP/2.0/UDP h',
      'From: <sip:x@y>',
      'To: <sip:z>',
      'Call-ID: 1',
      'CSeq: 2 NOTIFY',
      'Content-Length: 3',
      '',
      'abc',
    ),
  );
  expect(request).toMatchObject({ kind: 'request', method: 'NOTIFY', uri: 'sip:a@b' });
  expect(request.headers).toEqual([
    { name: 'via', value: 'SIP/2.0/UDP h' },
    { name: 'from', value: '<sip:x@y>' },
    { name: 'to', value: '<sip:z>' },
    { name: 'call-id', value: '1' },
    { name: 'cseq', value: '2 NOTIFY' },
    { name: 'content-length', value: '3' },
  ]);
  expect(request.body.toString()).toBe('abc');
});

test('a response has its status and reason', () => {
  const response = responseIn(
    datagram(
      'SIP/2.0 202 Accepted subscription',
      'v: SIP/2.0/UDP h',
      'f: <sip:x>',
      't: <sip:z>',
      'i: 1',
      'CSeq: 2 NOTIFY',
    ),
  );
  expect(response).toMatchObject({ kind: 'response', status: 202, reason: 'Accepted subscription' });
});

const plain = subscribe();

test.each<[string, Buffer]>([
  ['bare line feeds', Buffer.from(plain.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')],
  ['no blank line at the end', plain.subarray(0, -2)],
  ['two carriage returns at each line end', Buffer.from(plain.toString('latin1').replaceAll('\r', '\r\r'), 'latin1')],
  ['no line end at the end', plain.subarray(0, -4)],
  ['a blank line of another kind at the end', Buffer.concat([plain.subarray(0, -2), Buffer.from('\n')])],
  ['line ends before the start line', Buffer.concat([Buffer.from('\r\n\r\n\n'), plain])],
  ['version in lower case', Buffer.from(plain.toString('latin1').replace(' SIP/2.0', ' sip/2.0'), 'latin1')],
  [
    'tabs and blanks in the start line',
    Buffer.from(
      plain.toString('latin1').replace('SUBSCRIBE ', 'SUBSCRIBE \t ').replace(' SIP/2.0', '\tSIP/2.0 '),
      'latin1',
    ),
  ],
  [
    'names in upper case',
    Buffer.from(
      plain.toString('latin1').replace(/^[A-Za-z-]+(?=:)/gm, (name) => name.toUpperCase()),
      'latin1',
    ),
  ],
  ['no blank after the colon', Buffer.from(plain.toString('latin1').replace(/^([A-Za-z-]+): /gm, '$1:'), 'latin1')],
  [
    'blanks round the colon and at the end',
    Buffer.from(plain.toString('latin1').replace(/^([A-Za-z-]+): (.*)\r$/gm, '$1 \t:\t  $2 \t\r'), 'latin1'),
  ],
  ['every value folded', Buffer.from(plain.toString('latin1').replace(/^([A-Za-z-]+): /gm, '$1:\r\n\t '), 'latin1')],
  [
    'every value folded with a bare line feed',
    Buffer.from(plain.toString('latin1').replace(/^([A-Za-z-]+): /gm, '$1: \n '), 'latin1'),
  ],
  [
    'compact names',
    Buffer.from(
      plain
        .toString('latin1')
        .replace('Via:', 'v:')
        .replace('From:', 'F:')
        .replace('To:', 't:')
        .replace('Call-ID:', 'i:')
        .replace('Contact:', 'M:')
        .replace('Event:', 'o:')
        .replace('Content-Length:', 'l:'),
      'latin1',
    ),
  ],
])('%s: the same message', (_, data) => {
  expect(requestIn(data)).toEqual(requestIn(plain));
});

test('a value folded in its middle is joined by one blank', () => {
  const request = requestIn(subscribe({ Event: 'ua-profile;\r\n   vendor="a";\r\n\tmodel="b"\r\n   ' }));
  expect(firstHeader(request, 'event')).toBe('ua-profile; vendor="a"; model="b"');
});

test('Vias in several headers and joined by commas come one by one, in order', () => {
  const request = requestIn(subscribe({ Via: 'SIP/2.0/UDP a;x="1,2" , SIP/2.0/UDP b', v: 'SIP / 2.0 / TCP c : 5061' }));
  expect(allHeaders(request, 'via')).toEqual(['SIP/2.0/UDP a;x="1,2"', 'SIP/2.0/UDP b', 'SIP / 2.0 / TCP c : 5061']);
});

test('a byte that is no ASCII survives, even where it looks like a blank', () => {
  const request = requestIn(Buffer.concat([plain.subarray(0, -4), Buffer.from('\r\nSubject: voilà\r\n\r\n', 'utf8')]));
  expect(Buffer.from(firstHeader(request, 'subject') ?? '', 'latin1').toString('utf8')).toBe('voilà');
});

test('a header line that is none is skipped together with its folds', () => {
  const request = requestIn(subscribe({ Event: 'ua-profile\r\nno colon here\r\n  folded\r\nbad name: 1\r\n: 2' }));
  expect(firstHeader(request, 'event')).toBe('ua-profile');
  expect(request.headers).toHaveLength(8);
});

test('the body ends where Content-Length says, else with the datagram', () => {
  const body = (length: string | null) =>
    requestIn(Buffer.concat([subscribe({ 'Content-Length': length }), Buffer.from('12345')])).body.toString();
  expect(body('2')).toBe('12');
  expect(body('5')).toBe('12345');
  expect(body('0')).toBe('');
  expect(body(null)).toBe('12345');
});

test('the same Content-Length twice is no contradiction', () => {
  expect(refusal(subscribe({ l: '0' }))).toBeUndefined();
  expect(refusal(subscribe({ l: '1' }))).toBe('header-doubled');
});

test.each<[string, Buffer, NotSip]>([
  ['nothing', Buffer.alloc(0), 'empty'],
  ['a keep-alive', Buffer.from('\r\n\r\n'), 'empty'],
  ['blanks', Buffer.from('   \r\n'), 'bad-start-line'],
  ['more than UDP can carry', Buffer.alloc(65_536, 'a'), 'datagram-too-long'],
  ['a start line without end', Buffer.alloc(65_535, 'a'), 'line-too-long'],
  ['an SSDP NOTIFY', datagram('NOTIFY * HTTP/1.1', 'HOST: 239.255.255.250:1900'), 'bad-start-line'],
  ['a method that is no token', datagram('SUB@SCRIBE sip:a SIP/2.0'), 'bad-start-line'],
  ['a start line without URI', datagram('SUBSCRIBE SIP/2.0'), 'bad-request-uri'],
  ['a start line of one word', datagram('SUBSCRIBE'), 'bad-start-line'],
  ['a control character in the URI', datagram('SUBSCRIBE sip:\u0001 SIP/2.0'), 'bad-request-uri'],
  ['SIP/1.0', datagram('SUBSCRIBE sip:a SIP/1.0'), 'unsupported-version'],
  ['a response of SIP/3.0', datagram('SIP/3.0 200 OK'), 'unsupported-version'],
  ['a status of two digits', datagram('SIP/2.0 20 OK'), 'bad-status'],
  ['a status above 699', datagram('SIP/2.0 700 OK'), 'bad-status'],
  ['no Via', subscribe({ Via: null }), 'header-missing'],
  ['no From', subscribe({ From: null }), 'header-missing'],
  ['no To', subscribe({ To: null }), 'header-missing'],
  ['an empty To', subscribe({ To: '' }), 'header-missing'],
  ['no Call-ID', subscribe({ 'Call-ID': null }), 'header-missing'],
  ['no CSeq', subscribe({ CSeq: null }), 'header-missing'],
  ['two Froms', subscribe({ f: '<sip:b>' }), 'header-doubled'],
  ['two Tos', subscribe({ t: '<sip:b>' }), 'header-doubled'],
  ['two Call-IDs', subscribe({ i: '2' }), 'header-doubled'],
  ['two CSeqs', subscribe({ cseq: '1 SUBSCRIBE' }), 'header-doubled'],
  ['a Via of another protocol', subscribe({ Via: 'HTTP/1.1 proxy' }), 'bad-via'],
  ['a Via of SIP/3.0', subscribe({ Via: 'SIP/3.0/UDP h' }), 'bad-via'],
  ['a Via without host', subscribe({ Via: 'SIP/2.0/UDP ;branch=1' }), 'bad-via'],
  ['a From whose bracket is open', subscribe({ From: '<sip:a@b;tag=1' }), 'bad-address'],
  ['a quoted name without brackets behind it', subscribe({ To: '"name" sip:a@b' }), 'bad-address'],
  ['a To without URI', subscribe({ To: '"name" <>' }), 'bad-address'],
  ['a CSeq without number', subscribe({ CSeq: 'x SUBSCRIBE' }), 'bad-cseq'],
  ['a CSeq without method', subscribe({ CSeq: '1' }), 'bad-cseq'],
  ['a CSeq of 2**31', subscribe({ CSeq: '2147483648 SUBSCRIBE' }), 'bad-cseq'],
  ['a CSeq of another method', subscribe({ CSeq: '1 NOTIFY' }), 'cseq-method-differs'],
  ['an empty Content-Length', subscribe({ 'Content-Length': '' }), 'bad-content-length'],
  ['a Content-Length in words', subscribe({ 'Content-Length': 'none' }), 'bad-content-length'],
  [
    'a body that is one byte short',
    Buffer.concat([subscribe({ 'Content-Length': '6' }), Buffer.from('12345')]),
    'body-too-short',
  ],
  ['a Content-Length beyond all numbers', subscribe({ 'Content-Length': '9'.repeat(400) }), 'body-too-short'],
  ['a carriage return inside a value', subscribe({ Subject: 'a\rEvil: b' }), 'stray-carriage-return'],
  ['a carriage return inside the start line', subscribe({}, 'sip:a\rb'), 'stray-carriage-return'],
])('refused: %s', (_, data, problem) => {
  expect(refusal(data)).toBe(problem);
});

test('the largest CSeq and a status of each class are taken', () => {
  expect(refusal(subscribe({ CSeq: '2147483647 SUBSCRIBE' }))).toBeUndefined();
  for (const status of [100, 200, 302, 401, 503, 699]) {
    const response = datagram(
      `SIP/2.0 ${status}`,
      'v: SIP/2.0/UDP h',
      'f: <sip:x>',
      't: <sip:z>',
      'i: 1',
      'CSeq: 2 NOTIFY',
    );
    expect(responseIn(response)).toMatchObject({ status, reason: '' });
  }
});

test('lines, folds and the number of headers are bounded', () => {
  expect(refusal(subscribe({ Subject: 'a'.repeat(4_080) }))).toBeUndefined();
  expect(refusal(subscribe({ Subject: 'a'.repeat(4_096) }))).toBe('line-too-long');
  expect(refusal(subscribe({ Subject: `a${'\r\n aaaaaaaa'.repeat(500)}` }))).toBe('line-too-long');
  const many = (count: number) =>
    subscribe(Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, '1'])));
  expect(refusal(many(120))).toBeUndefined();
  expect(refusal(many(121))).toBe('too-many-headers');
  expect(refusal(subscribe({ Via: Array.from({ length: 129 }, () => 'SIP/2.0/UDP a').join() }))).toBe(
    'too-many-headers',
  );
});

test('the compact forms stand for their long names', () => {
  const forms = {
    a: 'accept-contact',
    c: 'content-type',
    e: 'content-encoding',
    f: 'from',
    i: 'call-id',
    k: 'supported',
    l: 'content-length',
    m: 'contact',
    o: 'event',
    s: 'subject',
    t: 'to',
    u: 'allow-events',
    v: 'via',
  };
  for (const [compact, name] of Object.entries(forms)) {
    expect(headerName(compact)).toBe(name);
    expect(headerName(compact.toUpperCase())).toBe(name);
  }
  expect(headerName('Q')).toBe('q');
});

test('every captured SUBSCRIBE can be read', () => {
  for (const name of messagesIn(CAPTURED)) expect(requestIn(bytesOf(CAPTURED, name)).method).toBe('SUBSCRIBE');
});
