import { isBlank, splitOutsideQuotes, trimBlanks } from '../core/read-parameters.ts';
import { err, ok, type Result } from '../core/result.ts';
import { headerName, type SipHeader, type SipMessage } from './message.ts';
import { type FrameFault, readFrame, TOKEN } from './read-frame.ts';

/** Why a datagram is not a SIP message that we work with. */
export type NotSip =
  | FrameFault
  | 'empty'
  | 'datagram-too-long'
  | 'line-too-long'
  | 'too-many-headers'
  | 'bad-start-line'
  | 'bad-request-uri'
  | 'bad-status'
  | 'unsupported-version'
  | 'stray-carriage-return'
  | 'cseq-method-differs'
  | 'body-too-short';

/** Bytes. RFC 768: the length field of UDP has 16 bits. */
const MAX_DATAGRAM_BYTES = 65_535;

/** Bytes of a header when unfolded. Ours: captured phones stay below 110, the longest header of RFC 4475 3.1.1.7 below 700. */
const MAX_LINE_BYTES = 4_096;

/** Ours: captured phones send up to 15, RFC 4475 3.1.1.7 has 43. */
const MAX_HEADERS = 128;

const CR = 13;
const LF = 10;

const VERSION = /^SIP\/[0-9]+\.[0-9]+$/i;
const REQUEST_URI = /^[^\x00-\x20"<>\x7f]+$/;
const STATUS_LINE = /^(SIP\/[^ \t]+)[ \t]+([0-9]+)(?:[ \t]+([\s\S]*))?$/i;
const STATUS_CODE = /^[1-6][0-9]{2}$/;

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/**
 * Reads one datagram. Total: never throws, takes time linear in the datagram's length, and refuses rather than guesses.
 * Forgives what phones and test tools do: bare LF, folded lines, compact names, blanks anywhere, no blank line at the
 * end. A header line that is none is skipped, as nothing we do depends on it.
 */
export function parseMessage(datagram: Buffer): Result<SipMessage, NotSip> {
  if (datagram.length > MAX_DATAGRAM_BYTES) return err('datagram-too-long');
  const text = datagram.toString('latin1');
  let at = 0;
  // RFC 3261 7.5: line ends before the start line are ignored; alone they are a keep-alive.
  while (text.charCodeAt(at) === CR || text.charCodeAt(at) === LF) at += 1;
  if (at === text.length) return err('empty');

  let start: StartLine | undefined;
  const headers: { readonly name: string; value: string }[] = [];
  let open: { readonly name: string; value: string } | undefined;
  while (at < text.length) {
    const feed = text.indexOf('\n', at);
    let end = feed < 0 ? text.length : feed;
    while (end > at && text.charCodeAt(end - 1) === CR) end -= 1;
    const line = text.slice(at, end);
    at = feed < 0 ? text.length : feed + 1;
    if (line === '') break;
    if (line.length > MAX_LINE_BYTES) return err('line-too-long');
    if (line.includes('\r')) return err('stray-carriage-return');

    if (start === undefined) {
      const read = readStartLine(trimBlanks(line));
      if (!read.ok) return read;
      start = read.value;
    } else if (isBlank(line.charCodeAt(0))) {
      const more = trimBlanks(line);
      if (open === undefined || more === '') continue;
      open.value = open.value === '' ? more : `${open.value} ${more}`;
      if (open.value.length > MAX_LINE_BYTES) return err('line-too-long');
    } else {
      open = readHeaderLine(line);
      if (open === undefined) continue;
      if (headers.length === MAX_HEADERS) return err('too-many-headers');
      headers.push(open);
    }
  }
  if (start === undefined) return err('empty');

  const separate = separateVias(headers);
  if (separate.length > MAX_HEADERS) return err('too-many-headers');
  const frame = readFrame(separate);
  if (!frame.ok) return frame;
  const { cseqMethod, contentLength } = frame.value;
  if (start.kind === 'request' && start.method !== cseqMethod) return err('cseq-method-differs');

  // RFC 3261 18.3: what is beyond Content-Length is discarded; without it the body ends with the datagram.
  const length = contentLength ?? datagram.length - at;
  if (length > datagram.length - at) return err('body-too-short');
  return ok({ ...start, headers: separate, body: datagram.subarray(at, at + length) });
}

function readStartLine(line: string): Result<StartLine, NotSip> {
  if (line.slice(0, 4).toUpperCase() === 'SIP/') {
    const [, version = '', code = '', reason = ''] = STATUS_LINE.exec(line) ?? [];
    if (!VERSION.test(version)) return err('bad-start-line');
    if (version.slice(4) !== '2.0') return err('unsupported-version');
    return STATUS_CODE.test(code) ? ok({ kind: 'response', status: Number(code), reason }) : err('bad-status');
  }
  const words = line.replaceAll('\t', ' ');
  const first = words.indexOf(' ');
  const last = words.lastIndexOf(' ');
  const method = line.slice(0, Math.max(first, 0));
  const version = line.slice(last + 1);
  if (!TOKEN.test(method) || !VERSION.test(version)) return err('bad-start-line');
  if (version.slice(4) !== '2.0') return err('unsupported-version');
  // More than one blank between the parts is let pass (RFC 4475 3.1.2.9); a blank inside the URI is not (3.1.2.8).
  const uri = trimBlanks(line.slice(first, last));
  return REQUEST_URI.test(uri) ? ok({ kind: 'request', method, uri }) : err('bad-request-uri');
}

function readHeaderLine(line: string): { readonly name: string; value: string } | undefined {
  const colon = line.indexOf(':');
  const name = trimBlanks(line.slice(0, Math.max(colon, 0)));
  return TOKEN.test(name) ? { name: headerName(name), value: trimBlanks(line.slice(colon + 1)) } : undefined;
}

/** RFC 3261 7.3.1: values joined by commas mean the same as headers of their own. */
function separateVias(headers: readonly SipHeader[]): readonly SipHeader[] {
  if (!headers.some(({ name, value }) => name === 'via' && value.includes(','))) return headers;
  return headers.flatMap((header) =>
    header.name === 'via'
      ? splitOutsideQuotes(header.value, ',').map((value) => ({ name: 'via', value: trimBlanks(value) }))
      : [header],
  );
}
