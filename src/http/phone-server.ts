import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket, type TlsOptions } from 'node:tls';
import type { Logger } from '../core/logger.ts';
import type { ServeConfig } from '../flows/serve-config.ts';
import { matchEtag } from './match-etag.ts';
import {
  answer,
  answerAndClose,
  answerMalformed,
  answerShort,
  BROKEN,
  fileHeaders,
  NOT_ALLOWED,
  NOT_FOUND,
  TOO_LONG,
} from './phone-answers.ts';
import { readPhonePath } from './read-phone-path.ts';
import { openSiteFile, streamSiteFile } from './site-files.ts';
import { guardHandshakes, type HandshakeGuard } from './tls/handshake-guard.ts';
import type { HandshakeFailure } from './tls/judge-handshake.ts';
import { readClientMac } from './tls/read-client-mac.ts';
import { withoutMapping } from './without-mapping.ts';

/** Who may come; `flows/source-gate` and `flows/quarantine` fit. Addresses are IPv4. */
export interface PhoneSources {
  /** A connection from there: what to call when it has ended. Undefined: it is closed at once. */
  connect(address: string): (() => void) | undefined;
  /** May a request on it be looked at? */
  takes(address: string): boolean;
  /** What came from there is not HTTP, or no connection that anybody wants to use. */
  fail(address: string, kind: 'malformed-http' | HandshakeFailure): void;
}

export interface PhoneServerOptions {
  readonly serveConfig: ServeConfig;
  /** Folder of what is not secret: firmware, tones, pictures. It need not exist. */
  readonly siteFilesDir: string;
  /** Is this address of ours one that phones are served on? */
  readonly isServed: (localAddress: string) => boolean;
  /** Left out: everybody may. */
  readonly sources?: PhoneSources;
  readonly log: Logger;
}

/** Characters. The longest URL we hand out has about 120; the rest is room for phones that add to it. */
const LONGEST_URL = 2_048;

/** Bytes. Phones send under 1 kB of headers; Node's own limit is 16 kB. */
const LARGEST_HEADERS = 8_192;

/** A phone sends its request in one packet; whoever needs longer is broken or holding sockets open on purpose. */
const REQUEST_TIMEOUT_MS = 10_000;

/** How often the limit above is enforced: Node's 30 s would make it three times as long. */
const TIMEOUT_CHECK_INTERVAL_MS = 2_000;

/** A boot asks for its 3-6 files within seconds of each other (docs/vendors); after that the socket is only a cost. */
const KEEP_ALIVE_MS = 15_000;

/** A phone may stop reading while it writes firmware to its flash; one that was unplugged must not hold a socket for ever. */
const SILENCE_MS = 120_000;

const LIMITS = {
  maxHeaderSize: LARGEST_HEADERS,
  headersTimeout: REQUEST_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  // Small HTTP stacks forget it, and we do not need it.
  requireHostHeader: false,
} as const;

/**
 * The server that phones fetch from; not listening yet. It is Node's own and not Fastify: there is one route, its bytes
 * are cached already, and the framework's part of a request is the largest that is left.
 */
export function createPhoneServer(options: PhoneServerOptions): Server {
  return serve(createServer(LIMITS), options);
}

/** The same over TLS. A client certificate that verifies and names a MAC address proves the phone. */
export function createPhoneTlsServer(
  options: PhoneServerOptions,
  tls: TlsOptions,
  handshakeTimeoutMs?: number,
): { readonly server: TlsServer; readonly handshakes: HandshakeGuard } {
  const server = createTlsServer({ ...LIMITS, ...tls });
  const { sources, log } = options;
  const handshakes = guardHandshakes(server, {
    // It costs more than a request, so it counts as one.
    mayShake: (socket) => sources?.takes(withoutMapping(socket.remoteAddress)) !== false,
    onFailed: (address, failure) => sources?.fail(address, failure),
    log,
    ...(handshakeTimeoutMs !== undefined && { timeoutMs: handshakeTimeoutMs }),
  });
  server.on('tlsClientError', (error, socket) => handshakes.failed(socket, error));
  return { server: serve(server, options, handshakes), handshakes };
}

function serve<T extends Server | TlsServer>(server: T, options: PhoneServerOptions, handshakes?: HandshakeGuard): T {
  const { serveConfig, siteFilesDir, isServed, sources, log } = options;
  server.timeout = SILENCE_MS;
  server.on('connection', (socket: Socket) => {
    // By the guard of handshakes, and told and counted there.
    if (socket.destroyed) return;
    // Closed, not refused with an answer: a 404 would tell a phone that there is no file, a broken connection to try again.
    if (!isServed(localAddressOf(socket))) return void socket.destroy();
    if (sources === undefined) return;
    const leave = sources.connect(withoutMapping(socket.remoteAddress));
    if (leave === undefined) socket.destroy();
    else socket.once('close', leave);
  });
  server.on('request', onRequest);
  // Who asks for permission to send a body gets the same short answer as who does not ask.
  server.on('checkContinue', onRequest);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code?.startsWith('ERR_SSL_')) {
      handshakes?.failed(socket, error);
      socket.destroy();
      return;
    }
    // A phone may be slow, or gone: only what is not HTTP speaks against it.
    if (error.code?.startsWith('HPE_') && socket.remoteAddress)
      sources?.fail(withoutMapping(socket.remoteAddress), 'malformed-http');
    answerMalformed(error, socket);
  });
  // Out of file descriptors, say: those who are connected go on. That it cannot listen at all is told by listenServer.
  server.on('error', (cause) => log.error({ event: 'phone-server.failed', cause: String(cause) }, 'phone server'));
  return server;

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '', socket } = request;
    const localAddress = localAddressOf(socket);
    // It hung up already: nobody is left to answer, and nobody to say who asked.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const source = withoutMapping(socket.remoteAddress);
    // An address may have left us while the connection was kept alive, or its other end have come into quarantine.
    if (!isServed(localAddress) || sources?.takes(source) === false) {
      socket.destroy();
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') {
      answerAndClose(response, NOT_ALLOWED, ['Allow', 'GET, HEAD']);
      return;
    }
    if (url.length > LONGEST_URL) {
      answerAndClose(response, TOO_LONG);
      return;
    }
    const target = readPhonePath(url);
    if (target.kind === 'site-file') {
      serveSiteFile(request, response, target.path).catch((cause: unknown) => fail(response, cause));
      return;
    }
    const userAgent = request.headers['user-agent'] ?? '';
    const hasAlready = (etag: string) => matchEtag(request.headers['if-none-match'], etag);
    const { token, path } = target;
    const isSecure = socket instanceof TLSSocket;
    const connection = { source, localAddress, isSecure, clientMac: isSecure ? readClientMac(socket) : null };
    const { authorization } = request.headers;
    serveConfig({ method, token, path, ...connection, userAgent, hasAlready, authorization, target: url })
      .then((reply) =>
        reply.kind === 'site-file' ? serveSiteFile(request, response, reply.path, reply.tell) : answer(response, reply),
      )
      .catch((cause: unknown) => fail(response, cause));
  }

  async function serveSiteFile(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    tell: (status: 200 | 304) => void = () => undefined,
  ): Promise<void> {
    const file = await openSiteFile(siteFilesDir, path);
    if (file === undefined) return answerShort(response, NOT_FOUND);
    const unchanged = matchEtag(request.headers['if-none-match'], file.etag);
    tell(unchanged ? 304 : 200);
    if (unchanged) response.writeHead(304, ['ETag', file.etag, 'Cache-Control', 'no-cache']);
    else response.writeHead(200, fileHeaders(file.contentType, file.size, file.etag, 'no-cache'));
    if (unchanged || request.method === 'HEAD' || file.size === 0) {
      response.end();
      return file.handle.close();
    }
    streamSiteFile(file, response, (cause) => {
      log.warn({ event: 'site-file.failed', cause: String(cause) }, 'a site file could not be read');
    });
  }

  function fail(response: ServerResponse, cause: unknown): void {
    log.error({ event: 'phone-request.failed', cause: String(cause) }, 'a request of a phone failed');
    if (response.headersSent) response.destroy();
    else answerShort(response, BROKEN);
  }
}

function localAddressOf(socket: Socket): string {
  return withoutMapping(socket.localAddress);
}
