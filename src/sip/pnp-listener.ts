import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { Logger } from '../core/logger.ts';
import { createGroupMemberships, type FailedJoin, type GroupMemberships } from '../lan/group-memberships.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import { describePortHolder, findPortHolders } from '../lan/port-holder.ts';
import { askReceiveBuffer, type ReceiveBuffer } from '../lan/receive-buffer.ts';

/** Where phones ask: sip.mcast.net, "all SIP servers" (RFC 3261 10.2.6; IANA IPv4 multicast registry). */
export const PNP_GROUP = '224.0.1.75';

/** Ms between two attempts to get a port that another program holds. A person restarts a PBX in seconds, not faster. */
const RETRY_MS = 3_000;

export interface Datagram {
  readonly data: Buffer;
  /** The sender. */
  readonly address: string;
  readonly port: number;
}

/** For health checks and `doctor`. */
export interface PnpListenerState {
  /** False: nobody is heard; `problem` says why. */
  readonly bound: boolean;
  readonly port: number;
  /** Addresses of the interfaces that the group is heard on. */
  readonly joined: readonly string[];
  readonly failed: readonly FailedJoin[];
  /** Undefined until bound. */
  readonly receiveBuffer: ReceiveBuffer | undefined;
  /** The trouble there is now, one sentence; undefined: none. */
  readonly problem: string | undefined;
}

export interface PnpListener {
  state(): PnpListenerState;
}

export interface PnpListenerOptions {
  readonly group: string;
  /** 0: any free one, see `state().port`. */
  readonly port: number;
  readonly interfaces: InterfaceWatch;
  readonly signal: AbortSignal;
  readonly onDatagram: (datagram: Datagram) => void;
  readonly log: Logger;
  readonly retryMs?: number;
}

/**
 * Hears the multicast group on every served interface, and follows them. Bound to the group's own address with address
 * reuse, so that a PBX on the same host keeps the port on its own addresses.
 *
 * Resolves when bound. A port that another program holds is no error but a state: it resolves then too, with `bound`
 * false and the holder's name in `problem`, and goes on trying. Rejects for anything else (a port below 1024 without
 * the right to it). No interface to serve is no error either: it waits for one.
 */
export async function listenForPnp(options: PnpListenerOptions): Promise<PnpListener> {
  const { group, interfaces, signal, onDatagram, log, retryMs = RETRY_MS } = options;
  signal.throwIfAborted();

  let open: { readonly socket: SocketAsPromised; readonly memberships: GroupMemberships } | undefined;
  let port = options.port;
  let receiveBuffer: ReceiveBuffer | undefined;
  let problem: string | undefined;
  let retry: NodeJS.Timeout | undefined;

  signal.addEventListener('abort', stop, { once: true });
  const endPolling = interfaces.onPoll(() => open?.memberships.follow(interfaces.current()));
  try {
    await start();
  } catch (cause) {
    stop();
    throw cause;
  }
  signal.throwIfAborted();

  return {
    state: () => ({
      bound: open !== undefined,
      port,
      joined: open?.memberships.joined() ?? [],
      failed: open?.memberships.failed() ?? [],
      receiveBuffer,
      problem: problem ?? describeTrouble(),
    }),
  };

  function describeTrouble(): string | undefined {
    const failed = open?.memberships.failed() ?? [];
    if (failed.length > 0) {
      return `${group} cannot be joined on ${failed.map(({ address, reason }) => `${address} (${reason})`).join(', ')}`;
    }
    if (interfaces.current().length === 0) return 'this host has no interface to serve now: waiting for one';
    return undefined;
  }

  async function start(): Promise<void> {
    // A new socket for each attempt: dgram-as-promised remembers a failed bind and fails the next one with it.
    const socket = DgramAsPromised.createSocket({ type: 'udp4', reuseAddr: true });
    try {
      ({ port } = await socket.bind(port, group));
    } catch (cause) {
      close(socket);
      if (!isAddressInUse(cause)) throw cause;
      await tellHeld();
      retryLater();
      return;
    }
    if (signal.aborted) return close(socket);
    adopt(socket);
  }

  function adopt(socket: SocketAsPromised): void {
    problem = undefined;
    receiveBuffer = askReceiveBuffer(socket.socket, 'pnp', log);
    socket.socket.on('error', (cause) => {
      tell(`the socket on ${group}:${port} failed: ${cause.message}`);
      closeOpen();
      retryLater();
    });
    socket.socket.on('message', (data, { address, port }) => onDatagram({ data, address, port }));
    const memberships = createGroupMemberships(socket, group, log);
    open = { socket, memberships };
    log.info({ event: 'pnp.bound', group, port }, 'listening for phones');
    memberships.follow(interfaces.current());
  }

  async function tellHeld(): Promise<void> {
    const holders = (await findPortHolders(group, port)).map(describePortHolder);
    const who = holders.length > 0 ? holders.join(', ') : 'a program that does not share it';
    tell(
      `UDP port ${port} is held by ${who}: no phone can be heard. ` +
        'Bind that program to its own address instead of all addresses, or let it share the port, or stop it.',
    );
  }

  /** Each new trouble once. */
  function tell(trouble: string): void {
    if (trouble !== problem) log.error({ event: 'pnp.deaf', group, port, problem: trouble }, trouble);
    problem = trouble;
  }

  function retryLater(): void {
    if (signal.aborted) return;
    clearTimeout(retry);
    retry = setTimeout(() => {
      start().catch((cause: unknown) => {
        tell(`${group}:${port} cannot be bound: ${String(cause)}`);
        retryLater();
      });
    }, retryMs);
  }

  function closeOpen(): void {
    if (open === undefined) return;
    open.memberships.close();
    close(open.socket);
    open = undefined;
  }

  function stop(): void {
    clearTimeout(retry);
    endPolling();
    signal.removeEventListener('abort', stop);
    closeOpen();
  }
}

function close(socket: SocketAsPromised): void {
  // Rejects only for a socket that is closed already.
  socket.close().catch(() => {});
}

function isAddressInUse(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}
