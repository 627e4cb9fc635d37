import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../core/result.ts';
import type { Secret } from '../core/secret.ts';
import { allHeaders, type SipHeader, type SipResponse } from './message.ts';
import { readParameters, splitOutsideQuotes, trimBlanks } from './read-parameters.ts';

export interface ChallengedRequest {
  readonly method: string;
  /** Request-URI of the request that is sent again. */
  readonly uri: string;
  readonly username: string;
  readonly password: Secret;
  /** Random, new for each answer. */
  readonly cnonce: string;
}

/** Why a challenge cannot be answered. */
export type UnansweredChallenge = 'not-digest' | 'no-realm-or-nonce' | 'unknown-algorithm' | 'unknown-qop';

const DIGEST = /^digest[ \t]+/i;

/** RFC 7616 3.3 by RFC 8760; the -sess kinds and SHA-512-256 are not spoken by phones that we know. */
const HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** RFC 7616 3.4: the first request with this nonce; each of our answers has a nonce of its own. */
const NONCE_COUNT = '00000001';

/** RFC 3261 22.2 and 22.3. */
const HEADERS = [
  { status: 401, challenge: 'www-authenticate', answer: 'Authorization' },
  { status: 407, challenge: 'proxy-authenticate', answer: 'Proxy-Authorization' },
] as const;

/** The header that answers the first challenge of the response that can be answered; undefined: it has none. */
export function answerChallengeOf(response: SipResponse, request: ChallengedRequest): SipHeader | undefined {
  const headers = HEADERS.find(({ status }) => status === response.status);
  if (headers === undefined) return undefined;
  for (const challenge of allHeaders(response, headers.challenge)) {
    const answer = answerChallenge(challenge, request);
    if (answer.ok) return { name: headers.answer, value: answer.value };
  }
  return undefined;
}

/**
 * The value of Authorization (after a 401) or Proxy-Authorization (after a 407) that answers a digest challenge, with
 * quality of protection `auth` where it is offered (RFC 7616) and without where none is (RFC 2617 3.2.2.1).
 */
export function answerChallenge(challenge: string, request: ChallengedRequest): Result<string, UnansweredChallenge> {
  const scheme = DIGEST.exec(challenge);
  if (scheme === null) return err('not-digest');
  const parameters = readParameters(challenge.slice(scheme[0].length), ',');
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  if (realm === undefined || nonce === undefined) return err('no-realm-or-nonce');
  const algorithm = (parameters.get('algorithm') ?? 'MD5').toUpperCase();
  const hashName = HASHES[algorithm];
  if (hashName === undefined) return err('unknown-algorithm');
  const qop = parameters.get('qop');
  const offered = splitOutsideQuotes(qop ?? 'auth', ',').map((word) => trimBlanks(word).toLowerCase());
  if (!offered.includes('auth')) return err('unknown-qop');

  // What came off the wire has one character per byte; what is ours becomes UTF-8 (RFC 7616 4).
  const username = wire(request.username);
  const hash = (text: string) => createHash(hashName).update(text, 'latin1').digest('hex');
  const secret = hash(`${username}:${realm}:${wire(request.password.reveal())}`);
  const target = hash(`${request.method}:${request.uri}`);
  const protection = qop === undefined ? '' : `${NONCE_COUNT}:${request.cnonce}:auth:`;
  const opaque = parameters.get('opaque');
  return ok(
    [
      `Digest username=${quoted(username)}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(request.uri)}`,
      `response="${hash(`${secret}:${nonce}:${protection}${target}`)}"`,
      ...(parameters.has('algorithm') ? [`algorithm=${algorithm}`] : []),
      ...(qop === undefined ? [] : [`cnonce=${quoted(request.cnonce)}`, 'qop=auth', `nc=${NONCE_COUNT}`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ].join(', '),
  );
}

function wire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
