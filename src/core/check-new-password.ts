import { foldUserName } from './user.ts';

/** Characters. NIST SP 800-63B-4 3.1.1.2 asks for 15 where a password stands alone; here attempts are slowed down to some per hour. */
export const SHORTEST_PASSWORD = 10;
/** Characters. Longer ones only cost time to hash. */
export const LONGEST_PASSWORD = 128;

export type PasswordFault = 'password-too-short' | 'password-too-long' | 'password-holds-name' | 'password-too-simple';

/** Fewer different characters than this is a key that was held down. */
const FEWEST_DIFFERENT = 4;

/** What everybody tries first, folded; each also with signs before or after it. */
const TOO_SIMPLE = [
  '1234567890',
  '0987654321',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'password',
  'passwort',
  'changeme',
  'letmein',
  'administrator',
  'plugtone',
  'welcome',
  'willkommen',
];

/** No rules about kinds of characters (NIST SP 800-63B-4 3.1.1.2): length, and not what anybody guesses. Undefined: it will do. */
export function checkNewPassword(password: string, userName: string): PasswordFault | undefined {
  const folded = foldUserName(password);
  const length = [...password].length;
  if (length < SHORTEST_PASSWORD) return 'password-too-short';
  if (length > LONGEST_PASSWORD) return 'password-too-long';
  const name = foldUserName(userName);
  if (name.length >= 3 && folded.replaceAll(name, '').length < SHORTEST_PASSWORD / 2) return 'password-holds-name';
  if (new Set(folded).size < FEWEST_DIFFERENT) return 'password-too-simple';
  const isGuessed = TOO_SIMPLE.some((word) => folded.includes(word) && folded.length - word.length < FEWEST_DIFFERENT);
  return isGuessed ? 'password-too-simple' : undefined;
}

/** One sentence for people; never the password. */
export function describePasswordFault(fault: PasswordFault): string {
  switch (fault) {
    case 'password-too-short':
      return `The password is too short: at least ${SHORTEST_PASSWORD} characters were wanted; a few words make a good one.`;
    case 'password-too-long':
      return `The password is too long: at most ${LONGEST_PASSWORD} characters were wanted.`;
    case 'password-holds-name':
      return 'The password is little more than the user name: another one was wanted.';
    case 'password-too-simple':
      return 'The password is one of those that are tried first: another one was wanted.';
    default:
      return fault satisfies never;
  }
}
