import type { SipHeader } from './message.ts';

const LINE_BREAK = /[\r\n]/;

/**
 * Puts a message together: start line, headers in the order given, blank line, body. Strings are wire strings, one byte
 * per character. A line break inside any of them is a bug of the caller and throws: it would inject a header.
 */
export function formatLines(startLine: string, headers: readonly SipHeader[], body?: Buffer): Buffer {
  let text = checked(startLine);
  for (const { name, value } of headers) text += `\r\n${checked(name)}: ${checked(value)}`;
  const head = Buffer.from(`${text}\r\n\r\n`, 'latin1');
  return body === undefined || body.length === 0 ? head : Buffer.concat([head, body]);
}

function checked(line: string): string {
  if (LINE_BREAK.test(line)) throw new Error('a SIP header with a line break in it');
  return line;
}

/** `192.0.2.1:5060`, with brackets where an IPv6 address needs them. */
export function formatHostPort(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
