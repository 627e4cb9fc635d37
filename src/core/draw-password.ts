import { randomInt } from 'node:crypto';

/** Without the pairs that people confuse (0 O, 1 l I): 56 characters, 5.8 bits each. Letters and digits need escaping in no file. */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';

/** 16 characters are 92.9 bits, and within every vendor's limits that are known (docs/secrets.md). */
const LENGTH = 16;

export function drawPassword(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
