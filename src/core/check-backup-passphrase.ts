import { checkNewPassword, LONGEST_PASSWORD } from './check-new-password.ts';

/** Characters. Nobody slows down who tries passphrases on a stolen backup: longer than a password of the pages. */
export const SHORTEST_PASSPHRASE = 12;
export const LONGEST_PASSPHRASE = LONGEST_PASSWORD;

export type PassphraseFault =
  | 'passphrase-too-short'
  | 'passphrase-too-long'
  | 'passphrase-not-plain'
  | 'passphrase-too-simple';

/** Line ends and control characters: a file or a keyboard added them. */
const NOT_PLAIN = /\p{Cc}|\u2028|\u2029/u;

/** Undefined: it will do for a new backup. */
export function checkBackupPassphrase(passphrase: string): PassphraseFault | undefined {
  const length = [...passphrase].length;
  if (length < SHORTEST_PASSPHRASE) return 'passphrase-too-short';
  if (length > LONGEST_PASSPHRASE) return 'passphrase-too-long';
  if (NOT_PLAIN.test(passphrase)) return 'passphrase-not-plain';
  return checkNewPassword(passphrase, '') === undefined ? undefined : 'passphrase-too-simple';
}

/** What was seen and what was wanted; never the passphrase. */
export function describePassphraseFault(fault: PassphraseFault): { readonly saw: string; readonly wanted: string } {
  switch (fault) {
    case 'passphrase-too-short':
      return {
        saw: 'a shorter text',
        wanted: `at least ${SHORTEST_PASSPHRASE} characters; a few words make a good one`,
      };
    case 'passphrase-too-long':
      return { saw: 'a longer text', wanted: `at most ${LONGEST_PASSPHRASE} characters` };
    case 'passphrase-not-plain':
      return { saw: 'a text with line ends or control characters', wanted: 'a text in one line' };
    case 'passphrase-too-simple':
      return { saw: 'a text that is tried first', wanted: 'one that nobody guesses; a few words make a good one' };
    default:
      return fault satisfies never;
  }
}
