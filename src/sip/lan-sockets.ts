import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { Logger } from '../core/logger.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import { askReceiveBuffer, type ReceiveBuffer } from '../lan/receive-buffer.ts';
import type { SocketAddress } from './message.ts';

export interface LanMessage extends SocketAddress {
  readonly data: Buffer;
  /** Ours: where it arrived. */
  readonly localAddress: string;
}

/** For health checks and `doctor`. */
export interface LanSocketsState {
  readonly open: readonly (SocketAddress & { readonly receiveBuffer: ReceiveBuffer })[];
  readonly sent: number;
  readonly failed: number;
  /** The latest refusal of the system; undefined: none yet. */
  readonly lastError: string | undefined;
}

/** One unicast socket on each served interface: what leaves through it carries that interface's address. */
export interface LanSockets {
  /** Never throws. What the system refuses is logged, counted, and told to `onRefused` (as `ENETUNREACH` …) where one is given. */
  send(localAddress: string, data: Buffer, to: SocketAddress, onRefused?: (reason: string) => void): void;
  /** Undefined: no socket there (yet). */
  portOf(localAddress: string): number | undefined;
  /** Called with each datagram that arrives: answers to our NOTIFYs, mostly. Returns the function that ends it. */
  onMessage(listener: (message: LanMessage) => void): () => void;
  state(): LanSocketsState;
}

export interface LanSocketsOptions {
  readonly interfaces: InterfaceWatch;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Milliseconds from any start. */
  readonly clock?: () => number;
}

/** Ms between two log lines about the same refusal: whoever sends from port 0 must not fill the disk. */
const SAY_AGAIN_MS = 60_000;

/** Why nothing was sent, where the system had no say. */
export const NO_SOCKET = 'no socket on that address';

interface OpenSocket {
  readonly socket: SocketAsPromised;
  readonly port: number;
  readonly receiveBuffer: ReceiveBuffer;
}

/** Resolves when the sockets of the interfaces served now are open. They come and go with the interfaces. */
export async function openLanSockets(options: LanSocketsOptions): Promise<LanSockets> {
  const { interfaces, signal, log, clock = () => performance.now() } = options;
  signal.throwIfAborted();
  const listeners = new Set<(message: LanMessage) => void>();
  const sockets = new Map<string, OpenSocket>();
  const opening = new Map<string, Promise<void>>();
  /** Of sockets that went: phones answer to the port that our Via named, so the interface gets it back where it is still free. */
  const lastPorts = new Map<string, number>();
  /** When each refusal was logged last. Bounded by our addresses and the system's error codes. */
  const toldAt = new Map<string, number>();
  let sent = 0;
  let failed = 0;
  let lastError: string | undefined;

  signal.addEventListener('abort', stop, { once: true });
  const endPolling = interfaces.onPoll(follow);
  follow();
  await Promise.all(opening.values());
  signal.throwIfAborted();

  return {
    send,
    portOf: (localAddress) => sockets.get(localAddress)?.port,
    onMessage: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    state: () => ({
      open: [...sockets].map(([address, { port, receiveBuffer }]) => ({ address, port, receiveBuffer })),
      sent,
      failed,
      lastError,
    }),
  };

  function follow(): void {
    const served = new Set(interfaces.current().map(({ address }) => address));
    for (const [address, { socket }] of sockets) if (!served.has(address)) drop(address, socket);
    for (const address of served) {
      if (sockets.has(address) || opening.has(address)) continue;
      const done = open(address).finally(() => opening.delete(address));
      opening.set(address, done);
    }
  }

  /** Never rejects; what fails is tried again at the next poll. */
  async function open(address: string): Promise<void> {
    const socket = (await bind(address, lastPorts.get(address) ?? 0)) ?? (await bind(address, 0));
    if (socket === undefined) return;
    if (signal.aborted) return close(socket);
    const { port } = socket.address();
    socket.socket.on('message', (data, from) => {
      for (const listener of listeners)
        listener({ data, address: from.address, port: from.port, localAddress: address });
    });
    socket.socket.on('error', (cause) => {
      tellRefused(address, codeOf(cause), 'failed');
      drop(address, socket);
    });
    lastPorts.set(address, port);
    sockets.set(address, { socket, port, receiveBuffer: askReceiveBuffer(socket.socket, `unicast ${address}`, log) });
    log.info({ event: 'socket.opened', address, port }, 'unicast socket opened');
  }

  async function bind(address: string, port: number): Promise<SocketAsPromised | undefined> {
    const socket = DgramAsPromised.createSocket('udp4');
    try {
      await socket.bind(port, address);
      return socket;
    } catch (cause) {
      close(socket);
      if (port === 0) tellRefused(address, codeOf(cause), 'cannot be bound');
      return undefined;
    }
  }

  // Through dgram-as-promised: measured, its promise and Node's lookup cost nothing beside the system call (5 µs in all).
  function send(localAddress: string, data: Buffer, to: SocketAddress, onRefused?: (reason: string) => void): void {
    const open = sockets.get(localAddress);
    if (open === undefined) {
      refuse(localAddress, NO_SOCKET, onRefused);
      return;
    }
    open.socket.send(data, to.port, to.address).then(
      () => {
        sent++;
      },
      (cause: unknown) => refuse(localAddress, codeOf(cause), onRefused),
    );
  }

  function refuse(localAddress: string, reason: string, onRefused: ((reason: string) => void) | undefined): void {
    failed++;
    tellRefused(localAddress, reason, 'cannot send');
    onRefused?.(reason);
  }

  function tellRefused(address: string, reason: string, what: string): void {
    lastError = `${address} ${what}: ${reason}`;
    if (clock() - (toldAt.get(lastError) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return;
    toldAt.set(lastError, clock());
    log.warn({ event: 'socket.refused', address, reason }, `the unicast socket ${what}`);
  }

  function drop(address: string, socket: SocketAsPromised): void {
    if (sockets.get(address)?.socket !== socket) return;
    sockets.delete(address);
    close(socket);
    log.info({ event: 'socket.closed', address }, 'unicast socket closed');
  }

  function stop(): void {
    endPolling();
    listeners.clear();
    for (const { socket } of sockets.values()) close(socket);
    sockets.clear();
  }
}

function close(socket: SocketAsPromised): void {
  // Rejects only for a socket that is closed already.
  socket.close().catch(() => {});
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
