import { createServer } from 'node:https';
import type { Logger } from '../core/logger.ts';
import type { ApiApp } from './api-app.ts';
import { type Listening, listenServer } from './server-listener.ts';
import { buildTlsOptions } from './tls/build-tls-options.ts';
import { guardHandshakes } from './tls/handshake-guard.ts';
import type { TlsSource } from './tls/tls-source.ts';
import { MALFORMED, REQUEST_TIMEOUT_MS } from './web-server.ts';

/**
 * People's pages and the API over TLS, beside the app's own port: the same app answers. It is ready, and is closed by its owner.
 * Rejects where the port cannot be had.
 */
export function listenWebTls(
  app: ApiApp,
  source: TlsSource,
  {
    host,
    port,
    signal,
    log,
  }: { readonly host?: string; readonly port: number; readonly signal: AbortSignal; readonly log: Logger },
): Promise<Listening> {
  const limits = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: app.server.keepAliveTimeout };
  const server = createServer({ ...limits, ...buildTlsOptions(source.current()) }, app.routing);
  const handshakes = guardHandshakes(server, { mayShake: () => true, log });
  server.on('tlsClientError', (error, socket) => handshakes.failed(socket, error));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code?.startsWith('ERR_SSL_') || !socket.writable) socket.destroy();
    else socket.end(MALFORMED, () => socket.destroy());
  });
  server.on('error', (cause) => log.error({ event: 'web-server.failed', cause: String(cause) }, 'web server'));
  source.onChange(() => server.setSecureContext(buildTlsOptions(source.current())));
  return listenServer(server, { ...(host !== undefined && { host }), port, signal, closeAll: handshakes.closeAll });
}
