import type { FastifyRequest } from 'fastify';
import type { Visitor } from '../flows/people.ts';
import type { ApiUser, Role } from './web-doors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role that may use the route. A route of the API without one is for nobody but administrators. */
    role?: Role;
  }
  interface FastifyRequest {
    /** Who asks; null outside of the API and the pages. */
    user: ApiUser | null;
  }
}

/** RFC 6750 2.1; the scheme in any letter case (RFC 9110 11.1). Longer than any token of ours is not looked up. */
const BEARER = /^bearer +([A-Za-z0-9._~+/=-]{1,200}) *$/i;

export function readBearer(header: string | undefined): string | undefined {
  return header === undefined ? undefined : BEARER.exec(header)?.[1];
}

/** Who asks. That a route without guard wants to know is a bug. */
export function userOf(request: FastifyRequest): ApiUser {
  if (request.user === null) throw new Error('a route that decides has no guard');
  return request.user;
}

/** For the audit. */
export function actorOf(request: FastifyRequest): string {
  return userOf(request).name;
}

export function visitorOf(request: FastifyRequest): Visitor {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? '' };
}
