import { randomBytes } from 'node:crypto';
import { answerChallenge } from '../core/answer-challenge.ts';
import { Secret } from '../core/secret.ts';
import type { Vendor } from '../vendors/vendor.ts';

/** What a phone logs in with. */
export interface FileLogin {
  readonly username: string;
  readonly password: Secret;
}

/** What a phone finds in its own file; undefined: it says nothing of a log-in. */
export function readFileLogin({ simulated }: Vendor, text: string): FileLogin | undefined {
  const [username, password] = (simulated.loginKeys ?? []).map((key) => readValue(text, key));
  return username === undefined || password === undefined ? undefined : { username, password: new Secret(password) };
}

/** Line or element, as the phones' formats have them. What we draw needs no escaping in any of them. */
function readValue(text: string, key: string): string | undefined {
  const name = key.replace(/[.]/g, '\\.');
  return new RegExp(`^[ ]*(?:${name} ?[:=] ?|<${name}(?: [^>]*)?>)([^<\\s]+)`, 'm').exec(text)?.[1];
}

/** The Authorization header for a challenge, as a phone answers it; undefined: it cannot. */
export function answerLogin(
  challenge: string,
  { username, password }: FileLogin,
  request: { readonly method: string; readonly uri: string },
): string | undefined {
  if (/^basic\b/i.test(challenge)) {
    return `Basic ${Buffer.from(`${username}:${password.reveal()}`, 'utf8').toString('base64')}`;
  }
  const cnonce = randomBytes(8).toString('hex');
  const answer = answerChallenge(challenge, { ...request, username, password, cnonce });
  return answer.ok ? answer.value : undefined;
}
