/** What a phone's request target means. */
export type PhoneTarget =
  | {
      readonly kind: 'config';
      /** From /p/<token>/…; null: the doorstep. */
      readonly token: string | null;
      /** Still percent-encoded, without leading slash and query. */
      readonly path: string;
    }
  /** A file of the site's `files` folder, under the token or not: firmware, tones, pictures. */
  | { readonly kind: 'site-file'; readonly path: string };

const TOKEN_PREFIX = '/p/';
const SITE_FILES_PREFIX = 'files/';

/**
 * Reads the request target (RFC 9112 3.2). The absolute form is taken too, as a proxy writes it; a query says nothing to us.
 * Slashes before the file's name are dropped: a base that ends with one and a name that begins with one make two.
 */
export function readPhonePath(target: string): PhoneTarget {
  // Leading slashes first: behind two of them the token would pass for a part of the name, and come into journeys.
  const path = withoutQuery(withoutOrigin(target)).replace(/^\/+/, '/');
  let token: string | null = null;
  let rest = path;
  if (path.startsWith(TOKEN_PREFIX)) {
    const end = path.indexOf('/', TOKEN_PREFIX.length);
    token = end === -1 ? path.slice(TOKEN_PREFIX.length) : path.slice(TOKEN_PREFIX.length, end);
    rest = end === -1 ? '' : path.slice(end);
  }
  let start = 0;
  while (rest.charCodeAt(start) === 0x2f) start += 1;
  const name = rest.slice(start);
  if (name.startsWith(SITE_FILES_PREFIX)) return { kind: 'site-file', path: name.slice(SITE_FILES_PREFIX.length) };
  return { kind: 'config', token, path: name };
}

function withoutOrigin(target: string): string {
  if (target.startsWith('/') || !/^https?:\/\//i.test(target)) return target;
  const path = target.indexOf('/', target.indexOf('//') + 2);
  return path === -1 ? '/' : target.slice(path);
}

function withoutQuery(path: string): string {
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}
