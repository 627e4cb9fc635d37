import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerChallenge } from '../../src/core/answer-challenge.ts';
import { Secret } from '../../src/core/secret.ts';
import { buildNotify, dialogTag } from '../../src/sip/build-notify.ts';
import { buildReply } from '../../src/sip/build-reply.ts';
import { allHeaders, firstHeader } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';
import { readSighting } from '../../src/sip/read-sighting.ts';
import { bytesOf, CAPTURED, messagesIn, subscribe, TORTURE } from './wire.ts';

const SOURCE = { address: '192.0.2.7', port: 5062 };
const SEEDS = [
  ...messagesIn(CAPTURED).map((name) => bytesOf(CAPTURED, name)),
  ...messagesIn(TORTURE).map((name) => bytesOf(TORTURE, name)),
];

/** Longest that a reply may be beyond its request: tag, received, rport, Contact, Expires and long header names. */
const REPLY_GROWTH = 1_024;

/** Does with a datagram all that we ever do with one, and checks what must hold of any. Returns how far it got. */
function survive(data: Buffer): 'refused' | 'response' | 'request' | 'sighting' {
  const parsed = parseMessage(data);
  if (!parsed.ok) return 'refused';
  const message = parsed.value;
  expect(message.headers.length).toBeLessThanOrEqual(128);
  expect(message.body.length).toBeLessThanOrEqual(data.length);
  for (const { name, value } of message.headers) expect(`${name}${value}`).not.toMatch(/[\r\n]/);
  for (const value of allHeaders(message, 'www-authenticate')) {
    answerChallenge(value, { method: 'NOTIFY', uri: 'sip:a', username: 'u', password: new Secret('p'), cnonce: 'c' });
  }
  if (message.kind === 'response') return 'response';

  const local = { localAddress: '192.0.2.1', localPort: 5061 };
  const reply = buildReply(message, { status: 200, reason: 'OK', source: SOURCE, ...local, toTag: 'tag', expires: 0 });
  expect(reply.length).toBeLessThanOrEqual(data.length + REPLY_GROWTH);
  const again = parseMessage(reply);
  if (!again.ok) throw new Error(`our own reply is refused: ${again.problem}`);
  expect(firstHeader(again.value, 'call-id')).toBe(firstHeader(message, 'call-id'));

  const sighting = readSighting(message, SOURCE);
  if (!sighting.ok) return 'request';
  const { words, dialog } = sighting.value;
  expect(words.userAgent.length).toBeLessThanOrEqual(200);
  for (const word of [words.vendor, words.model, words.firmware]) expect(word.length).toBeLessThanOrEqual(64);
  expect(Object.values(words).join('')).not.toMatch(/[\p{C}\uFFFD]/u);
  const sent = { dialog, toTag: dialogTag(dialog), branch: 'z9hG4bKx', ...local, cseq: 1, event: 'ua-profile' };
  const notify = parseMessage(
    buildNotify({ ...sent, body: { contentType: 'application/url', text: 'http://192.0.2.1/' } }),
  );
  if (!notify.ok) throw new Error(`our own NOTIFY is refused: ${notify.problem}`);
  expect(notify.value.headers).toHaveLength(11);
  return 'sighting';
}

test('random bytes are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => survive(Buffer.from(bytes)) === 'refused'),
    { numRuns: 1_000 },
  );
});

type Change = {
  readonly kind: 'flip' | 'cut' | 'double' | 'splice' | 'insert';
  readonly at: number;
  readonly length: number;
  readonly byte: number;
};

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'double', 'splice', 'insert'),
  /** Where, as a part of the whole. */
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 60 }),
  // Half of them the bytes that structure a message.
  byte: fc.oneof(fc.constantFrom(...Buffer.from('\r\n \t:;,<>"\\@%=/\u0000')), fc.integer({ min: 0, max: 255 })),
});

function changed(data: Buffer, other: Buffer, { kind, at, length, byte }: Change): Buffer {
  const from = Math.floor(at * data.length);
  const to = Math.min(from + length, data.length);
  switch (kind) {
    case 'flip': {
      const copy = Buffer.from(data);
      if (from < copy.length) copy[from] = byte;
      return copy;
    }
    case 'cut':
      return Buffer.concat([data.subarray(0, from), data.subarray(to)]);
    case 'double':
      return Buffer.concat([data.subarray(0, to), data.subarray(from)]);
    case 'splice':
      return Buffer.concat([data.subarray(0, from), other.subarray(Math.floor(at * other.length))]);
    case 'insert':
      return Buffer.concat([data.subarray(0, from), Buffer.alloc(length % 4, byte), data.subarray(from)]);
  }
}

test('flipped, cut, doubled and spliced messages are survived', () => {
  const reached = new Map<string, number>();
  const seed = fc.constantFrom(...SEEDS);
  fc.assert(
    fc.property(seed, seed, fc.array(change, { minLength: 1, maxLength: 6 }), (start, other, changes) => {
      const outcome = survive(changes.reduce((data, next) => changed(data, other, next), start));
      reached.set(outcome, (reached.get(outcome) ?? 0) + 1);
    }),
    { numRuns: 4_000 },
  );
  // A fuzzer that never gets past the door proves nothing.
  expect([...reached.keys()].sort()).toEqual(['refused', 'request', 'response', 'sighting']);
});

test('headers of hostile pieces are survived, in a message that is otherwise whole', () => {
  const piece = fc.constantFrom(
    '"',
    '\\',
    '<',
    '>',
    ';',
    ',',
    '=',
    '%',
    '%00',
    '%41',
    '\t',
    ' ',
    '\r\n ',
    '@',
    ':',
    'sip:',
    'tag',
    'MAC',
    '001565aabbcc',
    'vendor',
    'ua-profile',
    'SIP/2.0/UDP ',
    'rport',
    'received',
    '\u0000',
    '\u00ff',
    'a',
  );
  const hostile = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));
  const name = fc.constantFrom(
    'Via',
    'From',
    'To',
    'Call-ID',
    'CSeq',
    'Contact',
    'Event',
    'User-Agent',
    'Content-Length',
  );
  fc.assert(
    fc.property(name, fc.boolean(), hostile, (header, append, value) => {
      const start: Readonly<Record<string, string>> = {
        Via: 'SIP/2.0/UDP h',
        From: '<sip:a>',
        To: '<sip:a>',
        Event: 'ua-profile;',
      };
      survive(subscribe({ [header]: append ? `${start[header] ?? ''}${value}` : value }));
    }),
    { numRuns: 4_000 },
  );
});

/** Milliseconds of the quickest of a few runs. */
function quickest(data: Buffer): number {
  const runs = Array.from({ length: 7 }, () => {
    const start = performance.now();
    survive(data);
    return performance.now() - start;
  });
  return Math.min(...runs);
}

const WHOLE = subscribe().toString('latin1');

test.each<[string, (bytes: number) => string]>([
  ['folds', (bytes) => WHOLE.replace('Event:', `Subject: a${'\r\n b'.repeat(bytes / 4)}\r\nEvent:`)],
  ['empty folds', (bytes) => WHOLE.replace('\r\nEvent:', `${'\r\n '.repeat(bytes / 3)}\r\nEvent:`)],
  ['skipped lines', (bytes) => WHOLE.replace('Event:', `${'x\n'.repeat(bytes / 2)}Event:`)],
  ['bare line feeds', (bytes) => `${'\n'.repeat(bytes)}${WHOLE.replaceAll('\r', '')}`],
  ['a body', (bytes) => WHOLE.replace('Length: 0', `Length: ${bytes}`) + '\r\n'.repeat(bytes / 2)],
  ['carriage returns', (bytes) => WHOLE.replace('Event:', `X: ${'\r'.repeat(bytes)}\r\nEvent:`)],
  [
    'full headers of quotes',
    (bytes) => WHOLE.replace('Event:', `${`X: ${'"\\'.repeat(2_000)}\r\n`.repeat(bytes / 4_005)}Event:`),
  ],
])('%s cost time in step with their length', (_, build) => {
  const small = quickest(Buffer.from(build(6_000), 'latin1'));
  const large = quickest(Buffer.from(build(60_000), 'latin1'));
  // Ten times the length; a hundred times the time would be quadratic. Half a millisecond hides the clock's grain.
  expect(large).toBeLessThan(40 * (small + 0.5));
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['Event of escapes', { Event: `ua-profile;vendor="${'%41'.repeat(1_300)}"` }],
  ['Event of quotes', { Event: `ua-profile;${'"'.repeat(4_000)}` }],
  ['Event of parameters', { Event: `ua-profile${';a='.repeat(1_300)}` }],
  ['User-Agent of hex digits', { 'User-Agent': 'a'.repeat(4_000), To: '<sip:x>' }],
  ['User-Agent of colons', { 'User-Agent': 'aa:'.repeat(1_300), To: '<sip:x>' }],
  ['User-Agent of blanks', { 'User-Agent': `a${' '.repeat(3_900)}b` }],
  ['Contact of at signs', { Contact: `<sip:${'@'.repeat(4_000)}>` }],
  ['Contact of semicolons', { Contact: `<sip:192.0.2.7${';'.repeat(200)} >` }],
  ['Via of blanks', { Via: `SIP/2.0/UDP ${' '.repeat(4_000)}` }],
  ['Via of parameters', { Via: `SIP/2.0/UDP h${';rport'.repeat(600)}` }],
  ['To of backslashes', { To: `"${'\\'.repeat(4_000)}` }],
])('%s: no pattern runs away', (_, headers) => {
  const usual = quickest(subscribe());
  expect(quickest(subscribe(headers))).toBeLessThan(100 * (usual + 0.5));
});
