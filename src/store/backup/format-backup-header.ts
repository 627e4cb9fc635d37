import { createHash, createHmac } from 'node:crypto';

/** First line of the file; the number is the format's. */
export const MAGIC = 'plugtone-backup';
export const FORMAT = 1;

export const SALT_BYTES = 16;

/** How the key was made of the passphrase: argon2id, version 1.3 (RFC 9106). */
export interface KeyMaking {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Buffer;
}

/** Two lines: what the file is, and how it was encrypted. All of it is authenticated by the third. */
export function formatHeaderFacts({ memoryKiB, passes, lanes, salt }: KeyMaking): string {
  const facts = {
    kdf: 'argon2id',
    version: '1.3',
    memoryKiB,
    passes,
    lanes,
    salt: salt.toString('base64url'),
    cipher: 'aes-256-gcm',
  };
  return `${MAGIC} ${FORMAT}\n${JSON.stringify(facts)}\n`;
}

/** The header's own tag: it opens with the right passphrase only. */
export function formatHeaderTag(facts: string, headerKey: Buffer): string {
  return createHmac('sha256', headerKey).update(facts).digest('base64url');
}

/** Tells a damaged header from a wrong passphrase; it proves nothing. */
export function formatHeaderSum(facts: string, tag: string): string {
  return createHash('sha256').update(`${facts}${tag}\n`).digest('base64url');
}
