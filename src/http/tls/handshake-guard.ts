import type { Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import type { Logger } from '../../core/logger.ts';
import { withoutMapping } from '../without-mapping.ts';
import { HANDSHAKE_TIMEOUT_MS } from './build-tls-options.ts';
import { type HandshakeFailure, judgeHandshake } from './judge-handshake.ts';

/** Handshakes that may be under way at once; 5,000 phones that boot together come in again. */
const MOST_HANDSHAKES = 1_024;

/** A phone that does not trust us tries again and again. */
const SAY_AGAIN_MS = 60_000;

/** Sources that are remembered as told. */
const MOST_TOLD = 1_000;

export interface HandshakeGuard {
  /** A handshake ended badly, or the client took offence at our certificate after it (TLS 1.3). */
  failed(socket: Socket | TLSSocket, cause: NodeJS.ErrnoException): void;
  /** Ends every connection, those in their handshake too, which the HTTP server does not know of. */
  closeAll(): void;
}

/**
 * Bounds what handshakes take: time in whole, not only between two bytes, and their number. `mayShake`: false closes at once.
 * `onFailed`: one ended badly, once for each.
 */
export function guardHandshakes(
  server: TlsServer,
  {
    mayShake,
    onFailed = () => undefined,
    log,
    timeoutMs = HANDSHAKE_TIMEOUT_MS,
    clock = () => performance.now(),
  }: {
    readonly mayShake: (socket: Socket) => boolean;
    readonly onFailed?: (address: string, failure: HandshakeFailure) => void;
    readonly log: Logger;
    readonly timeoutMs?: number;
    readonly clock?: () => number;
  },
): HandshakeGuard {
  const open = new Set<Socket>();
  const pending = new Map<string, NodeJS.Timeout>();
  const told = new Map<string, number>();
  // node:https tells what ended a handshake twice: as an error of TLS, and of the client.
  const failures = new WeakSet<Socket>();
  let isOver = false;

  /** True: it was under way. */
  function done(key: string): boolean {
    clearTimeout(pending.get(key));
    return pending.delete(key);
  }

  server.on('connection', (socket: Socket) => {
    if (socket.destroyed) return;
    if (pending.size >= MOST_HANDSHAKES || !mayShake(socket)) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const address = withoutMapping(socket.remoteAddress);
    open.add(socket);
    pending.set(
      key,
      setTimeout(() => socket.destroy(), timeoutMs),
    );
    socket.once('close', () => {
      open.delete(socket);
      // It hung up without a word, or took too long.
      if (done(key) && !isOver) onFailed(address, 'broken-handshake');
    });
  });
  server.on('secureConnection', (socket) => void done(keyOf(socket)));

  function failed(socket: Socket | TLSSocket, { code = 'unknown' }: NodeJS.ErrnoException): void {
    // It hung up: scanners do, and phones that changed their mind.
    if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return;
    if (failures.has(socket)) return;
    failures.add(socket);
    done(keyOf(socket));
    const address = withoutMapping(socket.remoteAddress);
    if (address === '') return;
    onFailed(address, judgeHandshake(code));
    const key = `${address} ${code}`;
    const now = clock();
    if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return;
    if (told.size >= MOST_TOLD) told.clear();
    told.set(key, now);
    log.info({ event: 'tls.handshake-failed', address, code: code.slice(0, 80) }, 'no encrypted connection came to be');
  }

  return {
    failed,
    closeAll() {
      isOver = true;
      for (const socket of open) socket.destroy();
    },
  };
}

/** The raw socket and the one over it have the same ends. */
function keyOf({ remoteAddress, remotePort, localAddress }: Socket | TLSSocket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
