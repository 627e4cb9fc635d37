import type { TSchema } from 'typebox';
import type { ProblemKind } from './problem-to-reply.ts';
import type { Role } from './web-doors.ts';

export interface RouteFacts {
  /** The least role that may use it; `anybody` stands outside of the guard. */
  readonly role: Role | 'anybody';
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** By status, the good ones. */
  readonly answers: Readonly<Record<string, TSchema>>;
  /** Beside those that every route of the API has. */
  readonly problems?: readonly ProblemKind[];
}

export interface RouteDescription {
  readonly tags: string[];
  readonly summary: string;
  readonly description: string;
  readonly security: { readonly [scheme: string]: readonly string[] }[];
  /** Unknown on purpose: answers are typed where they are formatted, and a problem may be the reply of any route. */
  readonly response: unknown;
  /** For the documentation only (`api-docs`): problems are not sent through a serialiser, so none is made for them. */
  readonly problems: readonly ProblemKind[];
}

/** The part of a route's schema that says what it is and what comes back. */
export function describeRoute({
  role,
  tag,
  summary,
  description,
  answers,
  problems = [],
}: RouteFacts): RouteDescription {
  const isOpen = role === 'anybody';
  const ofGuard: readonly ProblemKind[] = isOpen ? [] : ['unauthorized', 'forbidden', 'forged-request'];
  const kinds: readonly ProblemKind[] = ['invalid-input', ...ofGuard, 'internal-error', ...problems];
  return {
    tags: [tag],
    summary,
    description: [...(description === undefined ? [] : [description]), `Role: ${role}.`].join('\n\n'),
    security: isOpen ? [] : [{ bearer: [] }, { session: [] }],
    response: answers,
    problems: kinds,
  };
}
