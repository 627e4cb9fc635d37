/**
 * SIP messages as they came off the wire. Every string is a wire string: one character per byte (latin1), so that what
 * is echoed leaves as it came, whatever its encoding. No name, value or start line holds CR or LF.
 */
export interface SipHeader {
  /** Lower-case long form: `v`, `VIA` and `Via` are all `via`. */
  readonly name: string;
  /** Unfolded, without blanks at either end. */
  readonly value: string;
}

interface SipFrame {
  /** In the order of the message; comma-joined Via values are one entry each (RFC 3261 7.3.1). */
  readonly headers: readonly SipHeader[];
  readonly body: Buffer;
}

export interface SipRequest extends SipFrame {
  readonly kind: 'request';
  /** Case-sensitive (RFC 3261 7.1). */
  readonly method: string;
  readonly uri: string;
}

export interface SipResponse extends SipFrame {
  readonly kind: 'response';
  /** 100-699. */
  readonly status: number;
  /** May be empty. */
  readonly reason: string;
}

export type SipMessage = SipRequest | SipResponse;

/** Address and UDP port of the peer or of ourselves. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** The first header of that name; `name` in lower-case long form. */
export function firstHeader(message: SipMessage, name: string): string | undefined {
  for (const header of message.headers) if (header.name === name) return header.value;
  return undefined;
}

/** All headers of that name, in order; `name` in lower-case long form. */
export function allHeaders(message: SipMessage, name: string): string[] {
  const values: string[] = [];
  for (const header of message.headers) if (header.name === name) values.push(header.value);
  return values;
}

/** IANA registry of SIP header fields: the compact forms. */
const COMPACT_FORMS: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

/** Lower-case long form of a header name in any spelling. */
export function headerName(spelling: string): string {
  const name = spelling.toLowerCase();
  return name.length === 1 ? (COMPACT_FORMS[name] ?? name) : name;
}
