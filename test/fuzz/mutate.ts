import type { Random } from './random.ts';

/** What breaks parsers of any kind. */
const NASTY = [
  '\0',
  '\r\n',
  '\n',
  '\r\n\r\n',
  '\t',
  '"',
  "'",
  '\\',
  '%00',
  '%',
  '%ff',
  '../',
  '..%2f',
  '__proto__',
  'constructor',
  'null',
  '[]',
  '{}',
  '<',
  '>',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '&#0;',
  ',',
  ';',
  '=',
  ':',
  '@',
  '\u202e',
  '\ufeff',
  '\ud800',
  '٣',
  'ﬀ',
  '=1+1',
].map((text) => Buffer.from(text));

const NUMBERS = [
  '0',
  '-1',
  '1e999',
  '255',
  '256',
  '65535',
  '65536',
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '99999999999999999999999999',
  '0x10',
  'NaN',
  '1.5',
].map((text) => Buffer.from(text));

const BYTES = [0x00, 0x01, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x7f, 0x80, 0xc0, 0xfe, 0xff];

/** Of one input: from a single change, which gets far into a parser, to many. */
const MOST_CHANGES = 8;

/** Another input made of `base`, with pieces of the `others` and `words` of the format, of `largest` bytes at most. */
export function mutate(
  base: Buffer,
  {
    random,
    others,
    words,
    largest,
  }: {
    readonly random: Random;
    readonly others: readonly Buffer[];
    readonly words: readonly string[];
    readonly largest: number;
  },
): Buffer {
  const own = words.map((word) => Buffer.from(word, 'latin1'));
  let data = base;
  for (let left = 1 + random.below(random.below(MOST_CHANGES) + 1); left > 0; left--) {
    data = change(data, random, others, own.length > 0 && random.below(2) === 0 ? own : NASTY);
    if (data.length > largest) data = data.subarray(0, largest);
  }
  return data;
}

function change(data: Buffer, random: Random, others: readonly Buffer[], words: readonly Buffer[]): Buffer {
  const at = random.below(data.length + 1);
  const length = random.below(Math.min(data.length - at, 1 << random.below(10)) + 1);
  const piece = data.subarray(at, at + length);
  switch (random.below(11)) {
    case 0:
      return replace(data, at, 1, Buffer.from([(data[at] ?? 0) ^ (1 << random.below(8))]));
    case 1:
      return replace(data, at, 1, Buffer.from([random.pick(BYTES)]));
    case 2:
      return replace(data, at, length, Buffer.alloc(0));
    case 3:
      // The same again and again: depth, long lists, slow patterns.
      return replace(data, at, 0, repeat(piece, 1 << random.below(14)));
    case 4:
      return replace(data, at, random.below(2) * length, random.pick(words));
    case 5:
      return replace(data, at, 0, repeat(random.pick(words), 1 << random.below(14)));
    case 6: {
      const other = random.pick(others);
      return Buffer.concat([data.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
    case 7:
      return data.subarray(0, at);
    case 8:
      return replaceNumber(data, at, random);
    case 9:
      return swapLines(data, random);
    default:
      return replace(data, at, length, Buffer.from(Array.from({ length: random.below(32) }, () => random.below(256))));
  }
}

function replace(data: Buffer, at: number, length: number, by: Buffer): Buffer {
  return Buffer.concat([data.subarray(0, at), by, data.subarray(at + length)]);
}

/** Bytes: repeating makes no more than this. */
const LONGEST_REPEAT = 65_536;

function repeat(piece: Buffer, times: number): Buffer {
  if (piece.length === 0) return piece;
  const count = Math.max(1, Math.min(times, Math.floor(LONGEST_REPEAT / piece.length)));
  return Buffer.alloc(piece.length * count, piece);
}

function replaceNumber(data: Buffer, from: number, random: Random): Buffer {
  const isDigit = (index: number) => (data[index] ?? 0) >= 0x30 && (data[index] ?? 0) <= 0x39;
  let start = from;
  while (start < data.length && !isDigit(start)) start += 1;
  let end = start;
  while (isDigit(end)) end += 1;
  return replace(data, start, end - start, random.pick(NUMBERS));
}

function swapLines(data: Buffer, random: Random): Buffer {
  const lines = data.toString('latin1').split('\n');
  const [one, other] = [random.below(lines.length), random.below(lines.length)];
  const [first = '', second = ''] = [lines[one], lines[other]];
  lines[one] = second;
  lines[other] = first;
  return Buffer.from(lines.join('\n'), 'latin1');
}
