import { answerChallenge } from '../../src/core/answer-challenge.ts';
import { readParameters, splitOutsideQuotes } from '../../src/core/read-parameters.ts';
import { Secret } from '../../src/core/secret.ts';
import { buildNotify, dialogTag } from '../../src/sip/build-notify.ts';
import { buildReply } from '../../src/sip/build-reply.ts';
import { allHeaders, firstHeader, type SipMessage } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';
import { readAddress, readTag, userOf } from '../../src/sip/read-address.ts';
import { readContact } from '../../src/sip/read-contact.ts';
import { readCseq } from '../../src/sip/read-frame.ts';
import { readServerAnswer } from '../../src/sip/read-server-answer.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { readVia } from '../../src/sip/read-via.ts';
import { macAtEnd, macInUser, tidy } from '../../src/sip/read-words.ts';
import { vendors } from '../../src/vendors/all.ts';
import { recognise } from '../../src/vendors/recognise.ts';
import { demand, type FuzzTarget } from './fuzz-target.ts';

const SOURCE = { address: '192.0.2.7', port: 5062 };
const LOCAL = { localAddress: '192.0.2.1', localPort: 5061 };

const WORDS = [
  'SUBSCRIBE ',
  'NOTIFY ',
  'SIP/2.0',
  'SIP/2.0 200 OK\r\n',
  'Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1;rport\r\n',
  'v: SIP / 2.0 / UDP h;x="',
  'Contact: <sip:192.0.2.7:5062>\r\n',
  'Event: ua-profile;profile-type="device";vendor="a;b";model="m";version="1"\r\n',
  'Content-Length: 99999\r\n',
  'l: 0\r\n',
  'CSeq: 1 SUBSCRIBE\r\n',
  'From: "a\\"b" <sip:MAC%3a001565aabbcc@224.0.1.75>;tag=1\r\n',
  'To: <sip:a@b>\r\n',
  'Call-ID: a\r\n',
  'Max-Forwards: 70\r\n',
  'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=MD5\r\n',
  ' folded\r\n',
  'User-Agent: Yealink SIP-T46S 66.86.0.15 00:15:65:aa:bb:cc\r\n',
  ';tag=',
  ';rport',
  '"\\',
  'sip:',
  'MAC%3a',
  '001565aabbcc',
];

/** Characters: the longest line less what we put behind a value. */
const ALMOST_TOO_LONG = 4_000;

export const SIP_TARGETS: readonly FuzzTarget[] = [
  { name: 'sip', folders: ['test/captured', 'test/captured/rfc4475'], words: WORDS, largest: 70_000, run: runMessage },
  { name: 'sip-values', words: WORDS, largest: 20_000, run: runValues },
];

function runMessage(data: Buffer): unknown {
  const parsed = parseMessage(data);
  if (!parsed.ok) return parsed;
  const message = parsed.value;
  const { headers } = message;
  demand(headers.length <= 128, 'a message has 128 headers at most');
  for (const { name, value } of headers) demand(!/[\r\n]/.test(name + value), 'no line ends in a header');
  const challenged = { method: 'NOTIFY', uri: 'sip:a', username: 'u', password: new Secret('p'), cnonce: 'c' };
  const challenges = allHeaders(message, 'www-authenticate').map((value) => answerChallenge(value, challenged));
  const answer = readServerAnswer(message, new Set([firstHeader(message, 'call-id') ?? '']));
  if (message.kind === 'response') return [headers, challenges, answer];

  const reply = buildReply(message, { status: 200, reason: 'OK', source: SOURCE, ...LOCAL, toTag: 't', expires: 0 });
  demand(reply.length <= data.length + 1_024, 'a reply is no more than 1 KiB longer than its request');
  demand(isReadable(reply, message), 'our own reply can be read');
  const sighting = readSighting(message, SOURCE);
  if (!sighting.ok) return [headers, challenges, answer, reply, sighting];
  const { words, dialog } = sighting.value;
  demand(!/[\p{C}\uFFFD]/u.test(Object.values(words).join('')), 'words of a phone are printable');
  const notify = buildNotify({
    dialog,
    toTag: dialogTag(dialog),
    branch: 'z9hG4bKx',
    ...LOCAL,
    cseq: 1,
    event: 'ua-profile',
    body: { contentType: 'application/url', text: 'http://192.0.2.1/' },
  });
  demand(isReadable(notify, message), 'our own NOTIFY can be read');
  return [headers, reply, notify, sighting, recognise(vendors, { mac: undefined, words })];
}

/** A line that was just short enough is too long for our own reader with our tag or address at its end. */
function isReadable(ours: Buffer, { headers }: SipMessage): boolean {
  const read = parseMessage(ours);
  return read.ok || (read.problem === 'line-too-long' && headers.some(({ value }) => value.length > ALMOST_TOO_LONG));
}

function runValues(data: Buffer): unknown {
  const text = data.toString('latin1');
  const short = tidy(text, 64);
  demand(short.length <= 64, 'a text is cut');
  const contact = readContact(text, SOURCE);
  demand(/^sips?:/i.test(contact), 'where a NOTIFY goes is a SIP URI');
  return [
    readAddress(text),
    readTag(text),
    userOf(text),
    readVia(text),
    readCseq(text),
    readParameters(text),
    splitOutsideQuotes(text, ',').length,
    splitOutsideQuotes(text, ';').length,
    macInUser(text),
    macAtEnd(text),
    short,
    contact,
  ];
}
