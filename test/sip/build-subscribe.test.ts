import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildNotify } from '../../src/sip/build-notify.ts';
import { buildResponse, buildSubscribe, type SubscribeOptions } from '../../src/sip/build-subscribe.ts';
import { allHeaders, firstHeader } from '../../src/sip/message.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { bytesOf, CAPTURED, requestIn, responseIn } from './wire.ts';

const CAPTURES: Readonly<Record<string, SubscribeOptions>> = {
  'yealink-w52p-25.81.0.10': {
    user: 'MAC001565f4f9e1',
    contactUser: 'MAC001565f4f9e1',
    host: '224.0.1.75',
    address: '10.1.3.239',
    port: 5059,
    branch: 'z9hG4bK1536537630',
    rport: false,
    callId: '1536537630@10.1.3.239',
    fromTag: '1536537630',
    cseq: 1,
    userAgent: 'Yealink W52P 25.81.0.10',
    event: { vendor: 'yealink', model: 'W52P', version: '25.81.0.10' },
  },
  'snom-d120-10.1.39.11': {
    user: 'MAC%3a000413AABBCC',
    host: 'miko.ru',
    address: '192.0.2.21',
    port: 5060,
    branch: null,
    rport: true,
    callId: '1913994428@192.0.2.21',
    fromTag: '1145111611',
    cseq: 1,
    userAgent: 'snomD120/10.1.39.11',
    event: { vendor: 'snom', model: 'snomD120', version: '10.1.39.11' },
  },
  'snom-oem-7.1.19': {
    user: 'MAC%3a00135E874B49',
    host: 'intern.snom.de',
    address: '192.168.10.67',
    port: 5060,
    branch: null,
    rport: true,
    callId: '1930770594@192.168.10.67',
    fromTag: '658512961',
    cseq: 1,
    userAgent: null,
    event: { vendor: 'OEM', model: 'OEM', version: '7.1.19' },
  },
  'grandstream-grp2612w-1.0.5.67': {
    user: 'MAC%3AC074AD112233',
    host: '224.0.1.75',
    address: '192.168.1.2',
    port: 5080,
    branch: 'z9hG4bK1611133778',
    rport: true,
    callId: '490431573-5080-1@BJC.BGI.IG.DA',
    fromTag: '395400190',
    cseq: 20000,
    userAgent: 'Grandstream GRP2612W 1.0.5.67',
    event: { vendor: 'Grandstream', model: 'GRP2612W', version: '1.0.5.67' },
  },
};

test.each(Object.entries(CAPTURES))('a built SUBSCRIBE is the captured %s, byte for byte', (name, options) => {
  // Method lists are not built: nothing that answers a SUBSCRIBE reads them.
  const captured = bytesOf(CAPTURED, name)
    .toString('latin1')
    .replace(/^(?:Supported|Allow): .*\r\n/gm, '');
  expect(buildSubscribe(options).toString('latin1')).toBe(captured);
});

const word = fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/);

const anyPhone: fc.Arbitrary<SubscribeOptions> = fc.record({
  user: fc.constantFrom('', 'MAC001565aabbcc', 'MAC%3A001565AABBCC'),
  host: fc.constantFrom('224.0.1.75', 'example.org', 'local'),
  address: fc.ipV4(),
  port: fc.integer({ min: 1, max: 65_535 }),
  branch: fc.option(word.map((text) => `z9hG4bK${text}`)),
  rport: fc.boolean(),
  callId: word,
  fromTag: word,
  cseq: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  userAgent: fc.option(word),
  event: fc.record({ vendor: word, model: word, version: word }),
});

test('what is built can be read: SUBSCRIBE, sighting, NOTIFY and its answer', () => {
  fc.assert(
    fc.property(anyPhone, word, (phone, body) => {
      const request = requestIn(buildSubscribe(phone));
      const sighting = readSighting(request, { address: phone.address, port: phone.port });
      if (!sighting.ok) throw new Error(sighting.problem);
      const { mac, words, dialog } = sighting.value;
      expect(mac).toBe(phone.user === '' ? undefined : '001565aabbcc');
      expect(words).toMatchObject({
        vendor: phone.event.vendor,
        model: phone.event.model,
        firmware: phone.event.version,
      });
      expect(dialog).toMatchObject({ callId: phone.callId, contactUri: `sip:${phone.address}:${phone.port}` });

      const sent = { dialog, toTag: 't', branch: 'z9hG4bKb', localAddress: '192.0.2.1', localPort: 5061, cseq: 3 };
      const notify = requestIn(
        buildNotify({ ...sent, event: 'ua-profile', body: { contentType: 'application/url', text: body } }),
      );
      expect(notify).toMatchObject({ method: 'NOTIFY', uri: dialog.contactUri });
      expect(notify.body.toString()).toBe(body);
      expect(firstHeader(notify, 'to')).toBe(firstHeader(request, 'from'));

      const response = responseIn(buildResponse(notify, 200, 'OK'));
      expect(response).toMatchObject({ status: 200, reason: 'OK' });
      for (const name of ['via', 'from', 'to', 'call-id', 'cseq']) {
        expect(allHeaders(response, name)).toEqual(allHeaders(notify, name));
      }
    }),
  );
});

test('a response carries what it is given besides', () => {
  const challenge = { name: 'WWW-Authenticate', value: 'Digest realm="r", nonce="n"' };
  const request = requestIn(bytesOf(CAPTURED, 'snom-oem-7.1.19'));
  const response = responseIn(buildResponse(request, 401, 'Unauthorized', [challenge]));
  expect(firstHeader(response, 'www-authenticate')).toBe(challenge.value);
});
