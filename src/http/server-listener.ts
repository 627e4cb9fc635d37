import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';

/** How long answers that are under way may take once the server stops. */
const STOP_GRACE_MS = 500;

/**
 * Connections that wait to be taken; the kernel grants net.core.somaxconn of it (4,096 unless systemd/plugtone-sysctl.conf raised it).
 * Beyond it the kernel makes connections that it then knows nothing of: a twentieth of 20,000 phones at once was cut off.
 */
const BACKLOG = 32_768;

export interface ListenOptions {
  /** All IPv4 addresses, where left out: which of them are served is asked per connection, as they come and go. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  readonly signal: AbortSignal;
  /** Ends connections that the server itself does not know of. */
  readonly closeAll?: () => void;
}

export interface Listening {
  readonly port: number;
  /** Resolves when the abort has ended every connection. */
  readonly closed: Promise<void>;
}

/** Resolves when bound, rejects when that is not possible (EADDRINUSE …). The signal ends it within half a second. */
export function listenServer(server: Server | TlsServer, options: ListenOptions): Promise<Listening> {
  const { host, port, signal, closeAll } = options;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: host ?? '0.0.0.0', port, backlog: BACKLOG }, () => {
      server.off('error', reject);
      const address = server.address();
      const closed = new Promise<void>((done) => server.once('close', done));
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : port, closed });
    });
    function stop(): void {
      server.close();
      setTimeout(() => {
        server.closeAllConnections();
        closeAll?.();
      }, STOP_GRACE_MS).unref();
    }
  });
}
