import { type IncomingMessage, request } from 'node:http';
import { isIPv4 } from 'node:net';
import { err, ok, type Result } from '../core/result.ts';
import { formatPrintable } from './format-printable.ts';
import type { GatewayError } from './gateway.ts';
import { LONGEST_XML } from './parse-xml.ts';

export interface BoundedRequest {
  /** `http` and an IPv4 literal; anything else is refused, so that no name is ever resolved. */
  readonly url: URL;
  /** Our own IPv4 that it leaves from: the LAN, whatever the routes say. */
  readonly localAddress: string;
  /** Default: GET without a body. */
  readonly post?: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };
  /** Ends it early. */
  readonly signal?: AbortSignal;
}

export interface BoundedAnswer {
  readonly status: number;
  /** Whole, 64 KiB at most. */
  readonly body: Buffer;
}

/** Milliseconds for everything, from connecting to the last byte: not between bytes, which a slow sender could stretch for ever. */
export const REQUEST_LIMIT_MS = 3_000;

/** Bytes of status line and headers. */
const LONGEST_HEAD = 8_192;

/** Interim answers (1xx, RFC 9110 15.2); a router's server sends one at most. */
const MOST_INTERIM = 8;

/** Codes of the system that mean: nobody listens there. */
const REFUSED = ['ECONNREFUSED'];

type Outcome = Result<BoundedAnswer, GatewayError>;

/**
 * One request to a router, with limits that hold whatever it sends: 3 s, 64 KiB, one connection, no redirect, no content coding, no
 * other host. Never rejects for what happens on the network. An answer with any status but 3xx is an answer.
 */
export function sendBounded({ url, localAddress, post, signal }: BoundedRequest): Promise<Outcome> {
  if (url.protocol !== 'http:' || !isIPv4(url.hostname)) {
    return Promise.resolve(fail('malformed', `${formatPrintable(url.href)}: wanted http and an IPv4 address`));
  }
  const deadline = AbortSignal.timeout(REQUEST_LIMIT_MS);
  return new Promise((resolve) => {
    const question = request({
      host: url.hostname,
      port: url.port === '' ? 80 : Number(url.port),
      path: `${url.pathname}${url.search}`,
      method: post === undefined ? 'GET' : 'POST',
      headers: { 'Accept-Encoding': 'identity', Connection: 'close', ...post?.headers },
      agent: false,
      family: 4,
      localAddress,
      maxHeaderSize: LONGEST_HEAD,
      // Devices end header lines with a bare LF (nodejs/node#43798). The parser's strictness is against smuggling: one connection here carries one answer.
      insecureHTTPParser: true,
      signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
    });
    const settle = (outcome: Outcome) => {
      resolve(outcome);
      question.destroy();
    };
    question.on('error', (cause) => settle(describe(cause, deadline)));
    let hasAnswer = false;
    let interim = 0;
    question.on('information', () => {
      if (++interim > MOST_INTERIM)
        settle(fail('too-large', `answered with more than ${MOST_INTERIM} interim answers`));
    });
    question.on('close', () => {
      if (!hasAnswer) settle(fail('unreachable', 'the connection ended without an answer'));
    });
    question.on('response', (answer) => {
      hasAnswer = true;
      collect(answer, settle, deadline);
    });
    question.end(post?.body);
  });
}

function collect(answer: IncomingMessage, settle: (outcome: Outcome) => void, deadline: AbortSignal): void {
  answer.on('error', (cause) => settle(describe(cause, deadline, 'the answer was cut off')));
  answer.on('close', () => settle(fail('malformed', 'the answer was cut off')));
  const status = answer.statusCode ?? 0;
  const { 'content-encoding': coding = 'identity', 'content-length': announced = '0' } = answer.headers;
  if (status >= 300 && status < 400)
    return settle(fail('redirected', `answered with HTTP ${status}; wanted no redirect`));
  if (!/^(?:identity)?$/i.test(coding.trim())) {
    return settle(fail('malformed', `answered in the content coding "${formatPrintable(coding, 40)}"; wanted none`));
  }
  if (Number(announced) > LONGEST_XML) return settle(tooLarge());

  const chunks: Buffer[] = [];
  let length = 0;
  answer.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_XML) settle(tooLarge());
    else chunks.push(chunk);
  });
  answer.on('end', () => settle(ok({ status, body: Buffer.concat(chunks) })));
}

function describe(cause: Error, deadline: AbortSignal, cutOff?: string): Outcome {
  if (deadline.aborted) return fail('timeout', `no whole answer within ${REQUEST_LIMIT_MS} ms`);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
  if (code === 'ABORT_ERR') return fail('timeout', 'stopped before an answer came');
  if (code === 'HPE_HEADER_OVERFLOW')
    return fail('too-large', `answered with more than ${LONGEST_HEAD} bytes of headers`);
  if (code.startsWith('HPE_')) return fail('malformed', `answered what is no HTTP (${code})`);
  if (cutOff !== undefined) return fail('malformed', `${cutOff} (${code})`);
  return fail(REFUSED.includes(code) ? 'refused' : 'unreachable', code);
}

function tooLarge(): Outcome {
  return fail('too-large', `answered with more than ${LONGEST_XML} bytes`);
}

function fail(kind: Exclude<GatewayError['kind'], 'upnp' | 'pcp' | 'other-port'>, text: string): Outcome {
  return err({ kind, text });
}
