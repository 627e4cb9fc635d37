import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SipRequest, SipResponse } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';

export const CAPTURED = join(import.meta.dirname, '../captured');
export const TORTURE = join(CAPTURED, 'rfc4475');
export const GOLDEN = join(import.meta.dirname, 'golden');

/** Names of the messages in a folder, without `.sip`, sorted. */
export function messagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sip'))
    .map((name) => name.slice(0, -4))
    .sort();
}

export function bytesOf(folder: string, name: string): Buffer {
  return readFileSync(join(folder, `${name}.sip`));
}

/** Lines as a datagram: CRLF after each, and the empty line at the end. */
export function datagram(...lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** A small SUBSCRIBE; given headers replace those of the same name, null leaves one out. */
export function subscribe(
  headers: Readonly<Record<string, string | null>> = {},
  uri = 'sip:MAC%3a001565AABBCC@224.0.1.75',
): Buffer {
  const all: Record<string, string | null> = {
    Via: 'SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1',
    From: '<sip:MAC%3a001565AABBCC@224.0.1.75>;tag=f1',
    To: '<sip:MAC%3a001565AABBCC@224.0.1.75>',
    'Call-ID': 'c1@192.0.2.7',
    CSeq: '1 SUBSCRIBE',
    Contact: '<sip:192.0.2.7:5060>',
    Event: 'ua-profile;profile-type="device";vendor="Make";model="Model";version="1.2.3"',
    'Content-Length': '0',
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return datagram(`SUBSCRIBE ${uri} SIP/2.0`, ...lines);
}

export function requestIn(data: Buffer): SipRequest {
  const parsed = parseMessage(data);
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error(`not a request: ${JSON.stringify(parsed)}`);
  return parsed.value;
}

export function responseIn(data: Buffer): SipResponse {
  const parsed = parseMessage(data);
  if (!parsed.ok || parsed.value.kind !== 'response') throw new Error(`not a response: ${JSON.stringify(parsed)}`);
  return parsed.value;
}
