import { randomInt } from 'node:crypto';

/** Without the pairs that people confuse (0 O, 1 l I): 55 characters, 5.78 bits each. */
const ALPHABET = '23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ';

/** 16 characters are 92 bits, and shorter than every vendor's limit that is known (docs/vendors). No sign needs escaping anywhere. */
const LENGTH = 16;

export function drawPassword(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
}
