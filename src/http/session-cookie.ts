import type { FastifyRequest } from 'fastify';
import type { Secret } from '../core/secret.ts';
import { SESSION_LONGEST_MS } from '../core/session.ts';

export const SESSION_COOKIE = 'plugtone_session';

/** What a browser holds; undefined: none, or one that cannot be ours. */
export function readSessionKey(request: FastifyRequest): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name = '', value = ''] = part.split('=', 2).map((text) => text.trim());
    if (name === SESSION_COOKIE && /^[A-Za-z0-9_-]{1,100}$/.test(value)) return value;
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
  // A proxy on this host says so by X-Forwarded-Proto; nobody else is believed (`trustProxy` of the web server).
  const secure = request.protocol === 'https' ? '; Secure' : '';
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}
