import { computeDigest, DIGEST_HASHES, toWire } from './compute-digest.ts';
import { readParameters, splitOutsideQuotes, trimBlanks } from './read-parameters.ts';
import { err, ok, type Result } from './result.ts';
import type { Secret } from './secret.ts';

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

/** RFC 7616 3.4: the first request with this nonce; each of our answers has a nonce of its own. */
const NONCE_COUNT = '00000001';

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
  const hash = DIGEST_HASHES[algorithm];
  if (hash === undefined) return err('unknown-algorithm');
  const qop = parameters.get('qop');
  const offered = splitOutsideQuotes(qop ?? 'auth', ',').map((word) => trimBlanks(word).toLowerCase());
  if (!offered.includes('auth')) return err('unknown-qop');

  const { method, uri, username, password, cnonce } = request;
  const auth = qop === undefined ? null : { nc: NONCE_COUNT, cnonce };
  const response = computeDigest({ hash, username, realm, password, nonce, method, uri, auth });
  const opaque = parameters.get('opaque');
  return ok(
    [
      `Digest username=${quoted(toWire(username))}`,
      `realm=${quoted(realm)}`,
      `nonce=${quoted(nonce)}`,
      `uri=${quoted(uri)}`,
      `response="${response}"`,
      ...(parameters.has('algorithm') ? [`algorithm=${algorithm}`] : []),
      ...(auth === null ? [] : [`cnonce=${quoted(cnonce)}`, 'qop=auth', `nc=${NONCE_COUNT}`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ].join(', '),
  );
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
