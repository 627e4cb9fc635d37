import { readParameters, trimBlanks } from './read-parameters.ts';
import { Secret } from './secret.ts';

/** What a request shows of who it is from (RFC 9110 11.6.2). Texts of a digest have one character per byte, as they came. */
export type Authorization =
  | { readonly scheme: 'basic'; readonly username: string; readonly password: Secret }
  | {
      readonly scheme: 'digest';
      readonly username: string;
      readonly realm: string;
      readonly nonce: string;
      readonly uri: string;
      /** 32 hex digits, lower case. */
      readonly response: string;
      /** How often the nonce was used, this time included: eight hex digits, as they came; and their number. */
      readonly nc: string;
      readonly count: number;
      readonly cnonce: string;
    };

/** Characters. Names and passwords of ours have 12 and 16; the rest is what phones add. */
const LONGEST = 2_048;

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
const DIGEST = /^digest[ \t]+/i;
const COUNT = /^[0-9a-f]{8}$/i;
const RESPONSE = /^[0-9a-f]{32}$/i;

/**
 * Reads an Authorization header: Basic (RFC 7617), and Digest with MD5 and quality of protection `auth` (RFC 7616). Undefined: it is
 * neither, or not whole, so that nobody tried a password.
 */
export function readAuthorization(header: string): Authorization | undefined {
  if (header.length > LONGEST) return undefined;
  const text = trimBlanks(header);
  const basic = BASIC.exec(text)?.[1];
  if (basic !== undefined) return readBasic(basic);
  const digest = DIGEST.exec(text)?.[0];
  return digest === undefined ? undefined : readDigest(readParameters(text.slice(digest.length), ','));
}

function readBasic(token: string): Authorization | undefined {
  const text = Buffer.from(token, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { scheme: 'basic', username: text.slice(0, colon), password: new Secret(text.slice(colon + 1)) };
}

function readDigest(parameters: ReadonlyMap<string, string>): Authorization | undefined {
  const get = (name: string) => parameters.get(name) ?? '';
  const [response, nc, cnonce, nonce, uri] = [get('response'), get('nc'), get('cnonce'), get('nonce'), get('uri')];
  const isKind = /^(?:MD5)?$/i.test(get('algorithm')) && /^auth$/i.test(get('qop')) && !/^true$/i.test(get('userhash'));
  const isWhole = RESPONSE.test(response) && COUNT.test(nc) && cnonce !== '' && nonce !== '' && uri !== '';
  const username = parameters.get('username');
  const realm = parameters.get('realm');
  if (!isKind || !isWhole || username === undefined || realm === undefined) return undefined;
  const count = Number.parseInt(nc, 16);
  if (count === 0) return undefined;
  return { scheme: 'digest', username, realm, nonce, uri, response: response.toLowerCase(), nc, count, cnonce };
}
