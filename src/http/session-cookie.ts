import type { FastifyRequest } from 'fastify';
import type { Secret } from '../core/secret.ts';
import { SESSION_LONGEST_MS } from '../core/session.ts';

export const SESSION_COOKIE = 'plugtone_session';

/**
 * Over TLS. Another name, because browsers keep one set of cookies for all ports of a host, and let nothing that came in the clear
 * replace a Secure one: whoever had logged in by HTTPS could not log in by HTTP. The prefix has them see to it (RFC 6265bis 4.1.3.2).
 */
const SECURE_SESSION_COOKIE = '__Host-plugtone_session';

/** What a browser holds; undefined: none, or one that cannot be ours. */
export function readSessionKey(request: FastifyRequest): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name = '', value = ''] = part.split('=', 2).map((text) => text.trim());
    if (name === cookieName(request) && /^[A-Za-z0-9_-]{1,100}$/.test(value)) return value;
  }
  return undefined;
}

/** A Set-Cookie value: out of reach of scripts, never sent from elsewhere, and only by TLS where it came by TLS. */
export function sessionCookie(request: FastifyRequest, key: Secret): string {
  return cookie(request, key.reveal(), SESSION_LONGEST_MS / 1_000);
}

/** Takes it away again. */
export function endedSessionCookie(request: FastifyRequest): string {
  return cookie(request, '', 0);
}

function cookie(request: FastifyRequest, value: string, maxAgeSeconds: number): string {
  const secure = isSecure(request) ? '; Secure' : '';
  return `${cookieName(request)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}

function cookieName(request: FastifyRequest): string {
  return isSecure(request) ? SECURE_SESSION_COOKIE : SESSION_COOKIE;
}

/** A proxy on this host says so by X-Forwarded-Proto; nobody else is believed (`trustProxy` of the web server). */
function isSecure({ protocol }: FastifyRequest): boolean {
  return protocol === 'https';
}
