import { closingQuote, readParameters, trimBlanks } from '../core/read-parameters.ts';

/** A From, To or Contact value, taken apart (RFC 3261 20.10). */
export interface Address {
  /** Of any scheme, as written; not checked. */
  readonly uri: string;
  /** What follows the address: `;tag=1`, or empty. */
  readonly parameters: string;
}

/**
 * Reads `"name" <uri>;parameters`, `name <uri>` and `uri;parameters`; of a list the first. Unquoted commas in a display
 * name and blanks inside the angle brackets are let pass. Undefined: no URI, or quotes or brackets that do not close.
 */
export function readAddress(value: string): Address | undefined {
  const text = trimBlanks(value);
  let from = 0;
  if (text.startsWith('"')) {
    from = closingQuote(text, 0) + 1;
    if (from === 0) return undefined;
  }
  const open = text.indexOf('<', from);
  if (open >= 0) {
    const close = text.indexOf('>', open);
    const uri = close < 0 ? '' : trimBlanks(text.slice(open + 1, close));
    return uri === '' ? undefined : { uri, parameters: text.slice(close + 1) };
  }
  if (from > 0) return undefined;
  // Without brackets, parameters belong to the header and not to the URI (RFC 3261 20).
  const semicolon = text.indexOf(';');
  const uri = trimBlanks(semicolon < 0 ? text : text.slice(0, semicolon));
  return uri === '' ? undefined : { uri, parameters: semicolon < 0 ? '' : text.slice(semicolon) };
}

/** The tag of a From or To value; undefined: none, or not an address. */
export function readTag(value: string): string | undefined {
  const address = readAddress(value);
  if (address === undefined || address.parameters === '') return undefined;
  return readParameters(address.parameters).get('tag');
}

const SIP_SCHEME = /^sips?:/i;

/** Everything before the `@` of a sip or sips URI, escapes unresolved; undefined: another scheme, or no user. */
export function userOf(uri: string): string | undefined {
  const scheme = SIP_SCHEME.exec(uri);
  // The last one: a host, parameter or header of a URI cannot hold an `@`, a sloppy user part may.
  const at = uri.lastIndexOf('@');
  return scheme === null || at < 0 ? undefined : uri.slice(scheme[0].length, at);
}
