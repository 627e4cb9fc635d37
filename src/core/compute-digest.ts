import { createHash } from 'node:crypto';
import type { Secret } from './secret.ts';

/** RFC 7616 3.3 by RFC 8760; the -sess kinds and SHA-512-256 are not spoken by phones that we know. */
export const DIGEST_HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

export interface DigestInput {
  /** As Node names it: a value of `DIGEST_HASHES`. */
  readonly hash: string;
  readonly username: string;
  /** As it came off the wire: one character per byte. The same of nonce, uri and cnonce. */
  readonly realm: string;
  readonly password: Secret;
  readonly nonce: string;
  readonly method: string;
  readonly uri: string;
  /** Quality of protection `auth`; null: the older form without it (RFC 2617 3.2.2.1). */
  readonly auth: { readonly nc: string; readonly cnonce: string } | null;
}

/** The `response` of digest authentication (RFC 7616 3.4.1), in lower-case hex. */
export function computeDigest({
  hash: name,
  username,
  realm,
  password,
  nonce,
  method,
  uri,
  auth,
}: DigestInput): string {
  // What came off the wire has one character per byte; what is ours becomes UTF-8 (RFC 7616 4).
  const hash = (text: string) => createHash(name).update(text, 'latin1').digest('hex');
  const secret = hash(`${toWire(username)}:${realm}:${toWire(password.reveal())}`);
  const protection = auth === null ? '' : `${auth.nc}:${auth.cnonce}:auth:`;
  return hash(`${secret}:${nonce}:${protection}${hash(`${method}:${uri}`)}`);
}

/** A text of ours as one character per byte of its UTF-8. */
export function toWire(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
