import { isIPv4 } from 'node:net';
import { readUrl } from '../core/read-url.ts';
import { err, ok, type Result } from '../core/result.ts';
import { formatPrintable } from './format-printable.ts';

/** Characters; those of real routers have less than a hundred. */
const LONGEST_URL = 1_024;

/** Characters of a URL that are shown. */
const SHOWN_LENGTH = 80;

/**
 * A URL that a gateway may be asked at: `http`, an IPv4 literal, no userinfo; any port but 0. Names are refused, because they would be
 * resolved, and IPv6 because port mapping is about IPv4; https belongs to DeviceProtection of IGD:2 only, with certificates nobody
 * can check. The problem says what was seen and what was wanted.
 */
export function parseUrl(text: string, base?: URL): Result<URL, string> {
  const seen = `is "${formatPrintable(text, SHOWN_LENGTH)}"`;
  if (text.length > LONGEST_URL) return err(`has ${text.length} characters; wanted ${LONGEST_URL} at most`);
  // The base as text: a URL object would do, but its type differs between libraries.
  const url = readUrl(text, base?.href);
  if (url === undefined) return err(`${seen}; wanted http://<IPv4>:<port>/…`);
  if (url.protocol !== 'http:') return err(`${seen}; wanted http`);
  if (url.username !== '' || url.password !== '') return err(`${seen}; wanted no user and password in it`);
  if (!isIPv4(url.hostname)) return err(`${seen}; wanted an IPv4 address as host`);
  if (url.port === '0') return err(`${seen}; wanted a port of 1-65535`);
  url.hash = '';
  return ok(url);
}
