import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { withOrigin } from '../core/audit-origin.ts';
import { StoreError } from '../store/store-error.ts';
import type { ApiApp } from './api-app.ts';
import { addApiDocs } from './api-docs.ts';
import { createEventHub } from './event-hub.ts';
import { createHttpsOnly } from './https-only.ts';
import { compileValidator, InvalidInput } from './input-validator.ts';
import { findAllowedMethods, type RoutePattern } from './match-route.ts';
import { replyWithProblem } from './problem-reply.ts';
import { type HttpProblem, INTERNAL_ERROR, readFrameworkProblem } from './problem-to-reply.ts';
import { invalidInput } from './read-mac-parameter.ts';
import { addAuditRoutes } from './routes/audit.ts';
import { addBackupRoutes } from './routes/backups.ts';
import { addCatalogueRoutes } from './routes/catalogue.ts';
import { addDeviceDecisionRoutes } from './routes/device-decisions.ts';
import { addDeviceSettingsRoutes } from './routes/device-settings.ts';
import { addDeviceRoutes } from './routes/devices.ts';
import { addDoctorRoutes } from './routes/doctor.ts';
import { addEventRoutes } from './routes/events.ts';
import { addExtensionRoutes } from './routes/extensions.ts';
import { addHealthRoutes } from './routes/health.ts';
import { addImportRoutes } from './routes/imports.ts';
import { addInternetRoutes } from './routes/internet.ts';
import { addOtherServerRoutes } from './routes/other-servers.ts';
import { addOverrideRoutes } from './routes/overrides.ts';
import { addQuarantineRoutes } from './routes/quarantine.ts';
import { addRecordRoutes } from './routes/record.ts';
import { addResyncRoutes } from './routes/resyncs.ts';
import { addLogInRoute, addSessionRoutes } from './routes/session.ts';
import { addSetupRoutes } from './routes/setup.ts';
import { addSiteRoutes } from './routes/site.ts';
import { addSitePreviewRoutes } from './routes/site-preview.ts';
import { addTokenRoutes } from './routes/tokens.ts';
import { addUserRoutes } from './routes/users.ts';
import { createApiGuard, createRequestSessions } from './session-guard.ts';
import type { WebDoors } from './web-doors.ts';

/** Bytes. The largest body that means something is a site with settings for every model: some 50 kB. */
const LARGEST_BODY = 262_144;

/** A request that is not whole by then comes from somebody who holds sockets open on purpose. */
export const REQUEST_TIMEOUT_MS = 30_000;

export const MALFORMED = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** What pages answer outside of their routes. */
export interface PageAnswers {
  /** What a person sees at an address that does not exist; undefined: a program asked. */
  notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined;
}

export interface WebServerOptions {
  /** Adds what people see under `/`; left out: `/` leads to the API's documentation. */
  readonly addPages?: (app: ApiApp) => Promise<PageAnswers>;
  /** Who comes without TLS is sent to this port; left out, or undefined: he is answered. */
  readonly httpsPort?: () => number | undefined;
}

/**
 * The server that people and their programs talk to; not listening yet. `await app.listen({ host, port })` starts it,
 * `await app.close()` ends it within a second, open event streams included.
 */
export async function createWebServer(
  doors: WebDoors,
  { addPages, httpsPort }: WebServerOptions = {},
): Promise<ApiApp> {
  const { log, version, office, tokens, people } = doors;
  let pages: PageAnswers | undefined;
  const app = Fastify({
    logger: false,
    bodyLimit: LARGEST_BODY,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
    // Who asks and whether by TLS: believed of a proxy on this host, and of nobody else.
    trustProxy: 'loopback',
    frameworkErrors: (error, _request, reply) => replyWithProblem(reply, readFrameworkProblem(error.code, 400)),
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(MALFORMED, () => socket.destroy());
      else socket.destroy();
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  const routes: RoutePattern[] = [];
  const hub = createEventHub({ office, internet: doors.internet, otherServers: doors.otherServers });
  const sessions = createRequestSessions(tokens, people.sessions);

  app.setValidatorCompiler(compileValidator);
  app.decorateRequest('user', null);
  app.decorateRequest('loginSession', null);
  readJsonBodiesOnly(app);
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) routes.push({ method: name, url });
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  });
  if (httpsPort !== undefined) app.addHook('onRequest', createHttpsOnly(httpsPort));
  // Not before: a body that is read ends in the connection's own context. Nothing is decided until here.
  app.addHook('preValidation', (request, _reply, done) => withOrigin(request.ip, done));
  app.addHook('preClose', async () => hub.stop());
  // Out of file descriptors, say: those who are connected go on. That it cannot listen at all is told by `listen`.
  app.server.on('error', (cause) => log.error({ event: 'web-server.failed', cause: String(cause) }, 'web server'));
  app.setErrorHandler(onError);
  app.setNotFoundHandler(onNotFound);

  await addApiDocs(app, version);
  addHealthRoutes(app, doors);
  if (addPages === undefined) {
    app.get('/', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/api/docs'));
  }
  await app.register(
    async (open: ApiApp) => {
      open.addHook('onSend', keepNothing);
      addLogInRoute(open, doors);
      addSetupRoutes(open, doors);
    },
    { prefix: '/api/v1' },
  );
  await app.register(
    async (api: ApiApp) => {
      api.addHook('onRequest', createApiGuard(sessions));
      api.addHook('onSend', keepNothing);
      addDeviceRoutes(api, doors);
      addDeviceDecisionRoutes(api, doors);
      addDeviceSettingsRoutes(api, doors);
      addExtensionRoutes(api, doors);
      addImportRoutes(api, doors);
      addSiteRoutes(api, doors);
      addSitePreviewRoutes(api, doors);
      addResyncRoutes(api, doors);
      addOverrideRoutes(api, doors);
      addInternetRoutes(api, doors);
      addQuarantineRoutes(api, doors);
      addOtherServerRoutes(api, doors);
      addTokenRoutes(api, doors);
      addUserRoutes(api, doors);
      addSessionRoutes(api, doors);
      addBackupRoutes(api, doors);
      addAuditRoutes(api, doors);
      addRecordRoutes(api, doors);
      addDoctorRoutes(api, doors);
      addEventRoutes(api, sessions, hub);
      addCatalogueRoutes(api);
    },
    { prefix: '/api/v1' },
  );
  pages = await addPages?.(app);
  await app.ready();
  return app;

  function onError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (error instanceof InvalidInput) return replyWithProblem(reply, invalidInput(error.errors));
    const problem = readStoreProblem(error) ?? readFrameworkProblem(error.code ?? '', error.statusCode ?? 500);
    if (problem === INTERNAL_ERROR) {
      // The route's pattern, not the address: what people write into one is not for the log.
      const route = request.routeOptions.url ?? '';
      log.error(
        { event: 'request.failed', method: request.method, route, cause: String(error.stack ?? error) },
        'a request failed',
      );
    }
    return replyWithProblem(reply, problem);
  }

  function onNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const [path = ''] = request.url.split('?', 1);
    const allowed = findAllowedMethods(routes, path);
    if (allowed.length === 0) {
      const page = pages?.notFound(request, reply);
      if (page !== undefined) return page;
      return replyWithProblem(reply, { kind: 'no-such-address', detail: 'There is nothing here; see /api/docs.' });
    }
    const allow = allowed.join(', ');
    const detail = `This address takes ${allow}, not ${request.method}.`;
    return replyWithProblem(reply, { kind: 'method-not-allowed', detail, headers: { allow } });
  }
}

/** What the store says is made for people; its messages hold no secret. */
function readStoreProblem(error: Error): HttpProblem | undefined {
  if (!(error instanceof StoreError)) return undefined;
  if (error.kind === 'changed-meanwhile') return { kind: 'changed-meanwhile', detail: error.message };
  if (error.kind === 'busy' || error.kind === 'not-writable')
    return { kind: 'store-unavailable', detail: error.message };
  return undefined;
}

/** What is true now is not tomorrow, and a shared computer shall not keep it. */
async function keepNothing(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('cache-control', 'no-store');
}

/** Anything else is answered with 415. An empty body is none, whatever its type says. */
function readJsonBodiesOnly(app: ApiApp): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    // The default parser answers through `done`.
    else void parse(request, String(body), done);
  });
}
