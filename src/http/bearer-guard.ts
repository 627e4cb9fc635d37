import type { FastifyReply, FastifyRequest } from 'fastify';
import { replyWithProblem } from './problem-reply.ts';
import { UNAUTHORIZED } from './problem-to-reply.ts';
import { type ApiUser, ROLES, type Role, type TokenDoors } from './web-doors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may use the route. A route of the API without one is for nobody but administrators. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Who asks; null outside of the API. */
    user: ApiUser | null;
  }
}

/** RFC 6750 2.1; the scheme in any letter case (RFC 9110 11.1). Longer than any token of ours is not looked up. */
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]{1,200}) *$/i;

/** An onRequest hook: nobody gets further whose token does not have the route's role. */
export function createBearerGuard(tokens: Pick<TokenDoors, 'find'>) {
  return async function guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const token = readBearer(request.headers.authorization);
    const user = token === undefined ? undefined : await tokens.find(token);
    if (user === undefined) return replyWithProblem(reply, UNAUTHORIZED);
    const wanted = request.routeOptions.config.role ?? 'admin';
    if (ROLES.indexOf(user.role) < ROLES.indexOf(wanted)) {
      const detail = `The token "${user.name}" has the role ${user.role}; this takes the role ${wanted}.`;
      return replyWithProblem(reply, { kind: 'forbidden', detail });
    }
    request.user = user;
    return undefined;
  };
}

export function readBearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : BEARER.exec(header)?.[1];
}

/** For the audit. That a route without guard asks for it is a bug. */
export function actorOf(request: FastifyRequest): string {
  if (request.user === null) throw new Error('a route that decides has no guard');
  return request.user.name;
}
