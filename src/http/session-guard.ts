import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readUrl } from '../core/read-url.ts';
import { hasRole } from '../core/role.ts';
import type { SessionDoors } from '../flows/people.ts';
import { readBearer } from './bearer-guard.ts';
import { replyWithProblem } from './problem-reply.ts';
import { type HttpProblem, UNAUTHORIZED } from './problem-to-reply.ts';
import { readSessionKey } from './session-cookie.ts';
import type { ApiUser, TokenDoors } from './web-doors.ts';

/** The session that a request came with. */
export interface RequestSession {
  readonly id: string;
  /** Proves that a request was made by a page of ours. */
  readonly csrf: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null: there is none, or the request came with a token of the API. */
    loginSession: RequestSession | null;
  }
}

/** Who makes a request, for the API and the pages alike. */
export interface RequestSessions {
  /**
   * The user behind a request, by bearer token or else by session cookie; undefined: nobody. Asked again for the same request
   * (an event stream asks as long as it is open) it does not count as use of the session.
   */
  identify(request: FastifyRequest): Promise<ApiUser | undefined>;
  /** The token that unsafe requests send back; empty: no session, so nothing could be forged. */
  csrfOf(request: FastifyRequest): string;
  /** May the session cookie of this unsafe request have been sent by a foreign page? Asked after `identify`. */
  isForged(request: FastifyRequest): boolean;
}

const FORGED: HttpProblem = {
  kind: 'forged-request',
  detail: "An unsafe request with a session cookie wants the session's token in the header X-CSRF-Token.",
};

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

export function createRequestSessions(
  tokens: Pick<TokenDoors, 'find'>,
  sessions: Pick<SessionDoors, 'find'>,
): RequestSessions {
  return {
    async identify(request) {
      // A token wins: who sends one means it, and no browser sends it by itself.
      if (request.headers.authorization !== undefined) {
        const token = readBearer(request.headers.authorization);
        return token === undefined ? undefined : tokens.find(token);
      }
      const key = readSessionKey(request);
      if (key === undefined) return undefined;
      const found = await sessions.find(key, { touch: request.loginSession === null });
      if (found === undefined) return undefined;
      request.loginSession = { id: found.session.id, csrf: csrfTokenOf(key) };
      const { id, name, role } = found.user;
      return { id, name, role };
    },
    csrfOf: (request) => request.loginSession?.csrf ?? '',
    isForged(request) {
      if (SAFE_METHODS.includes(request.method) || request.loginSession === null) return false;
      return !sameText(readCsrf(request), request.loginSession.csrf);
    },
  };
}

/** An onRequest hook of the API: nobody gets further who does not have the route's role. */
export function createApiGuard(sessions: RequestSessions) {
  return async function guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const user = await sessions.identify(request);
    if (user === undefined) return replyWithProblem(reply, UNAUTHORIZED);
    const wanted = request.routeOptions.config.role ?? 'admin';
    if (!hasRole(user.role, wanted)) {
      const detail = `"${user.name}" has the role ${user.role}; this takes the role ${wanted}.`;
      return replyWithProblem(reply, { kind: 'forbidden', detail });
    }
    request.user = user;
    return sessions.isForged(request) ? replyWithProblem(reply, FORGED) : undefined;
  };
}

/** A browser says where a form or script comes from: another site has no business with our forms, logged in or not. */
export function isFromElsewhere(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  return origin !== undefined && hostOf(origin) !== request.headers.host;
}

/** Comes from the session's key, so it needs no place of its own, and tells nothing about the key. */
export function csrfTokenOf(sessionKey: string): string {
  return createHmac('sha256', sessionKey).update('plugtone csrf').digest('base64url');
}

function readCsrf(request: FastifyRequest): string {
  const header = request.headers['x-csrf-token'];
  if (typeof header === 'string') return header;
  return request.body instanceof URLSearchParams ? (request.body.get('_csrf') ?? '') : '';
}

function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function hostOf(origin: string): string | undefined {
  return readUrl(origin)?.host;
}
