import { createHash, timingSafeEqual } from 'node:crypto';
import { computeDigest } from './compute-digest.ts';
import type { Authorization } from './read-authorization.ts';
import type { Secret } from './secret.ts';
import type { LogInScheme } from './trust.ts';

/**
 * none: nobody tried a password in the way that was asked for. stale: the password is right, and the nonce is too old, used up or not
 * ours: the same again with a new one would do (RFC 7616 3.3).
 */
export type CredentialsVerdict = 'right' | 'wrong' | 'stale' | 'none';

export interface WantedCredentials {
  readonly scheme: LogInScheme;
  readonly realm: string;
  readonly username: string;
  readonly password: Secret;
  readonly method: string;
  /** The request's target as it stands in its first line. */
  readonly target: string;
  /** May this nonce be used now, for the so-manyth time? Asked only where the password is right; then it is used. */
  useNonce(nonce: string, count: number): boolean;
}

/** Some clients write the whole URL where only its path and query are meant. */
const ORIGIN = /^https?:\/\/[^/]*/i;

/** Compares in constant time: how much of a guess was right does not show. */
export function checkCredentials(shown: Authorization | undefined, wanted: WantedCredentials): CredentialsVerdict {
  if (shown === undefined || shown.scheme !== wanted.scheme) return 'none';
  const { realm, username, password } = wanted;
  if (shown.scheme === 'basic') {
    const isRight = isSame(`${shown.username}:${shown.password.reveal()}`, `${username}:${password.reveal()}`);
    return isRight ? 'right' : 'wrong';
  }
  const { nonce, nc, cnonce, uri } = shown;
  // An answer to somebody else's challenge, or for another file: nothing is said about the password.
  if (shown.realm !== realm || uri.replace(ORIGIN, '') !== wanted.target.replace(ORIGIN, '')) return 'none';
  const { method } = wanted;
  const response = computeDigest({ hash: 'md5', username, realm, password, nonce, method, uri, auth: { nc, cnonce } });
  if (!isSame(`${shown.username}:${shown.response}`, `${username}:${response}`)) return 'wrong';
  return wanted.useNonce(nonce, shown.count) ? 'right' : 'stale';
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
