import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifySchema } from 'fastify';
import type { ApiApp } from './api-app.ts';
import type { ProblemKind } from './problem-to-reply.ts';
import { problemAnswers } from './schemas/problem.ts';
import { SESSION_COOKIE } from './session-cookie.ts';

/**
 * The pages' own files and nothing from elsewhere: an office may have no Internet while it is set up. Inline styles are what
 * Swagger UI is built with. No `upgrade-insecure-requests`: the appliance speaks plain HTTP on the LAN.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** A route's schema as `describeRoute` makes it. */
interface DescribedSchema extends FastifySchema {
  readonly problems?: readonly ProblemKind[];
}

/** OpenAPI 3.1 of all routes that are added after this: pages at /api/docs, the document at /api/docs/json. */
export async function addApiDocs(app: ApiApp, version: string): Promise<void> {
  await app.register(swagger, {
    transform: ({ schema, url }) => {
      const { problems = [], ...rest }: DescribedSchema = schema ?? {};
      return { schema: { ...rest, response: { ...Object(rest.response), ...problemAnswers(problems) } }, url };
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Plugtone',
        version,
        description:
          'Addresses under /api/v1 want `Authorization: Bearer <token>` (make a token with `plugtone token create`) or the ' +
          'session cookie of POST /api/v1/session; with the cookie, unsafe requests also want its `csrfToken` as X-CSRF-Token. ' +
          'Errors are RFC 9457 problem documents. Times are RFC 3339 in UTC. No answer holds a SIP or console password.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          session: { type: 'apiKey', in: 'cookie', name: SESSION_COOKIE },
        },
      },
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    // The default asks a server on the Internet to judge the document.
    uiConfig: { validatorUrl: null, docExpansion: 'list', deepLinking: true },
    staticCSP: CONTENT_SECURITY_POLICY,
  });
}
