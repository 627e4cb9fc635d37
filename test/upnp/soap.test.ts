import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildSoap } from '../../src/upnp/build-soap.ts';
import { parseSoap } from '../../src/upnp/parse-soap.ts';
import { findElement, parseXml } from '../../src/upnp/parse-xml.ts';

const TYPE = 'urn:schemas-upnp-org:service:WANIPConnection:1';

function answer(inner: string): ReturnType<typeof parseSoap> {
  return parseSoap(Buffer.from(`<s:Envelope><s:Body>${inner}</s:Body></s:Envelope>`), 'GetStatusInfo');
}

test('an action names its service, and its arguments in order', () => {
  const { headers, body } = buildSoap(TYPE, 'DeletePortMapping', [
    ['NewRemoteHost', ''],
    ['NewExternalPort', 5060],
    ['NewProtocol', 'UDP'],
  ]);
  expect(headers).toEqual({
    'Content-Type': 'text/xml; charset="utf-8"',
    'Content-Length': String(body.length),
    SOAPAction: `"${TYPE}#DeletePortMapping"`,
  });
  expect(body.toString()).toBe(
    '<?xml version="1.0"?>\r\n' +
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">' +
      `<s:Body><u:DeletePortMapping xmlns:u="${TYPE}">` +
      '<NewRemoteHost></NewRemoteHost><NewExternalPort>5060</NewExternalPort><NewProtocol>UDP</NewProtocol>' +
      '</u:DeletePortMapping></s:Body></s:Envelope>\r\n',
  );
});

test('any text arrives as it was, without what XML cannot say', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parsed = parseXml(buildSoap(TYPE, 'A', [['NewX', `|${text}|`]]).body);
      const found = parsed.ok ? findElement(parsed.value, 'NewX') : undefined;
      return found?.text === `|${text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '')}|` && found.children.length === 0;
    }),
  );
});

test.each([
  ['s: and u:', '<u:GetStatusInfoResponse xmlns:u="x"><NewUptime>7</NewUptime></u:GetStatusInfoResponse>'],
  ['other prefixes', '<m:GetStatusInfoResponse xmlns:m="x"><m:NewUptime> 7 </m:NewUptime></m:GetStatusInfoResponse>'],
  ['no prefixes', '<GetStatusInfoResponse xmlns="x"><NewUptime>7</NewUptime></GetStatusInfoResponse>'],
])('out arguments with %s', (_, inner) => {
  expect(answer(inner)).toEqual({ ok: true, value: new Map([['NewUptime', '7']]) });
});

test('an answer without arguments is empty', () => {
  expect(answer('<u:GetStatusInfoResponse/>')).toEqual({ ok: true, value: new Map() });
});

test.each([
  [
    'in its place',
    '<s:Fault><detail><UPnPError><errorCode>718</errorCode><errorDescription>Conflict\u0007 &lt;b&gt;</errorDescription></UPnPError></detail></s:Fault>',
  ],
  [
    'with prefixes',
    '<SOAP:Fault><detail><e:UPnPError><e:errorCode> 718 </e:errorCode><e:errorDescription>Conflict <![CDATA[ <b>]]></e:errorDescription></e:UPnPError></detail></SOAP:Fault>',
  ],
])('a UPnP error %s', (_, inner) => {
  const clean = inner.replace('\u0007', '');
  expect(answer(clean)).toEqual({
    ok: false,
    problem: { kind: 'upnp', code: 718, text: expect.stringMatching(/^Conflict +<b>$/) },
  });
});

test('the text of an error is cut', () => {
  const long = answer(
    `<s:Fault><UPnPError><errorCode>501</errorCode><errorDescription>${'x'.repeat(9_000)}</errorDescription></UPnPError></s:Fault>`,
  );
  expect(long.ok || long.problem).toEqual({ kind: 'upnp', code: 501, text: 'x'.repeat(100) });
});

test.each([
  ['another action', '<u:GetOtherResponse/>', 'the SOAP body has "GetOtherResponse"; wanted GetStatusInfoResponse'],
  ['nothing', '', 'the SOAP body has ""; wanted GetStatusInfoResponse'],
  [
    'an argument twice',
    '<GetStatusInfoResponse><NewA>1</NewA><NewA>2</NewA></GetStatusInfoResponse>',
    'the answer to GetStatusInfo has NewA twice',
  ],
  [
    'a fault without a code',
    '<s:Fault><faultcode>s:Client</faultcode></s:Fault>',
    'the fault of GetStatusInfo has no error code of UPnP',
  ],
  [
    'a fault with a huge code',
    '<s:Fault><errorCode>1e9</errorCode></s:Fault>',
    'the fault of GetStatusInfo has no error code of UPnP',
  ],
])('%s is malformed', (_, inner, text) => {
  expect(answer(inner)).toEqual({ ok: false, problem: { kind: 'malformed', text } });
});

test.each(['', 'Not Found', '<html><body>', '<html></html>', '<s:Envelope><s:Body>'])('%j is malformed', (text) => {
  const parsed = parseSoap(Buffer.from(text), 'GetStatusInfo');
  expect(parsed.ok || parsed.problem.kind).toBe('malformed');
});

test('never throws, whatever comes', () => {
  const piece = fc.constantFrom(
    '<s:Envelope>',
    '</s:Envelope>',
    '<s:Body>',
    '</s:Body>',
    '<s:Fault>',
    '</s:Fault>',
    '<UPnPError>',
    '<errorCode>',
    '718',
    '<u:GetStatusInfoResponse>',
    '</u:GetStatusInfoResponse>',
    '<NewA/>',
    '&',
    'x',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const parsed = parseSoap(Buffer.from(pieces.join('')), 'GetStatusInfo');
      return parsed.ok
        ? parsed.value instanceof Map
        : parsed.problem.kind === 'malformed' || parsed.problem.kind === 'upnp';
    }),
    { numRuns: 2_000 },
  );
});
