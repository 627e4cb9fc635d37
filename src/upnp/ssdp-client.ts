import { createSocket, type Socket } from 'node:dgram';
import type { EventEmitter } from 'node:events';
import ssdp from 'node-ssdp';
import { err, ok, type Result } from '../core/result.ts';
import type { SsdpMessage } from './parse-search-answer.ts';

/** Where SSDP happens: a group, and its port. Tests name a peer of their own. */
export interface SsdpGroup {
  readonly address: string;
  readonly port: number;
}

/** UDA 1.1 1.1. */
export const SSDP_GROUP: SsdpGroup = { address: '239.255.255.250', port: 1900 };

/** UDA 1.1 1.1.2: the TTL of multicast should be 2. */
const MULTICAST_TTL = 2;

/** Milliseconds. Binding is done at once or never: node-ssdp does not tell of a port that is taken. */
const START_WAIT_MS = 2_000;

/** Bytes of a datagram that is read; real ones have a few hundred. */
const LONGEST_DATAGRAM = 2_048;

export interface SsdpClientOptions {
  /** Our own IPv4: the one interface that is used. */
  readonly localAddress: string;
  readonly group: SsdpGroup;
  /** What the socket is bound to. */
  readonly bind: SsdpGroup;
  /** Joins the group, for NOTIFY. Answers to a search come to the socket itself. */
  readonly joins: boolean;
  readonly onAnswer?: (message: SsdpMessage, status: number) => void;
  readonly onNotice?: (message: SsdpMessage, kind: 'alive' | 'byebye') => void;
  /** After it was opened: the socket failed, or the group could not be joined. */
  readonly onProblem: (problem: string) => void;
}

export interface SsdpClient {
  /** Sends M-SEARCH for one target; what fails is told to `onProblem`. */
  search(target: string): void;
  /** Joins again what was lost with its interface; does nothing while it is joined. */
  rejoin(): void;
  close(): void;
}

/** What we use of node-ssdp's client beyond its published types; read in its version 4.0.1. */
interface NodeSsdpClient extends EventEmitter {
  sockets: Record<string, Socket> | null;
  _parseMessage: (data: Buffer, from: { readonly address: string }) => void;
  _send: (message: unknown, done: (cause?: unknown) => void) => void;
  start(): PromiseLike<void>;
  stop(): void;
  search(target: string): unknown;
}

/**
 * A client of node-ssdp on one interface, with what keeps it from ending the process: it gets one socket of ours, bound to a known address, so that
 * it looks at no other interface; joining a group and setting options never throw, because it would throw them again where nobody can catch them;
 * its start has a limit, because it never ends when the port is taken. Use it once: it does not survive a change of addresses.
 */
export async function openSsdpClient(options: SsdpClientOptions): Promise<Result<SsdpClient, string>> {
  const { localAddress, group, bind, joins, onProblem } = options;
  const socket = createSocket({ type: 'udp4', reuseAddr: joins });
  const client = createClient(group, bind.port);
  client.sockets = { [bind.address]: socket };

  const join = socket.addMembership.bind(socket);
  const setTtl = socket.setMulticastTTL.bind(socket);
  socket.addMembership = () => rejoin();
  socket.setMulticastTTL = (ttl) => {
    if (joins) return ttl;
    attempt('multicast cannot be sent', () => {
      setTtl(ttl);
      socket.setMulticastInterface(localAddress);
    });
    return ttl;
  };

  limitMessages(client);
  const send = client._send.bind(client);
  client._send = (message, done) =>
    send(message, (cause) => {
      if (cause) onProblem(`nothing was sent from ${localAddress}: ${codeOf(cause)}`);
      done(cause);
    });
  const { onAnswer, onNotice } = options;
  if (onAnswer !== undefined) {
    client.on('response', (headers, status, { address }) => onAnswer({ headers, address }, status));
  }
  if (onNotice !== undefined) {
    client.on('advertise-alive', (headers, { address }) => onNotice({ headers, address }, 'alive'));
    client.on('advertise-bye', (headers, { address }) => onNotice({ headers, address }, 'byebye'));
  }

  const problem = await start(client, socket);
  if (problem !== undefined) {
    close();
    return err(problem);
  }
  socket.on('error', (cause) => onProblem(cause.message));
  return ok({ search: (target) => attempt('nothing was sent', () => void client.search(target)), rejoin, close });

  function rejoin(): void {
    if (!joins) return;
    attempt('the group cannot be joined', () => join(group.address, localAddress), 'EADDRINUSE');
  }

  /** `expected`: a code that is no problem. */
  function attempt(what: string, action: () => void, expected?: string): void {
    try {
      action();
    } catch (cause) {
      const code = codeOf(cause);
      if (code !== expected) onProblem(`${what} from ${localAddress}: ${code}`);
    }
  }

  function close(): void {
    try {
      client.stop();
    } catch {
      // Closed already: by an error of its own.
    }
    // What fails after its end is nobody's business, and still must not be uncaught.
    socket.on('error', () => {});
  }
}

function createClient(group: SsdpGroup, sourcePort: number): NodeSsdpClient {
  const options = {
    explicitSocketBind: true,
    sourcePort,
    ssdpIp: group.address,
    ssdpPort: group.port,
    ssdpTtl: MULTICAST_TTL,
    // We describe no device. Without it the client would look for an address of the host to name.
    location: 'http://127.0.0.1/',
  };
  return new ssdp.Client(options) as unknown as NodeSsdpClient;
}

/** Drops what is too long, and lets datagrams with bare line feeds be read like others: node-ssdp splits at CRLF only. */
function limitMessages(client: NodeSsdpClient): void {
  const parse = client._parseMessage.bind(client);
  client._parseMessage = (data, from) => {
    if (data.length > LONGEST_DATAGRAM) return;
    parse(Buffer.from(data.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1'), from);
  };
}

/** Undefined: it is bound. */
async function start(client: NodeSsdpClient, socket: Socket): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<string | undefined>((resolve) => {
      timer = setTimeout(() => resolve(`the socket was not bound within ${START_WAIT_MS} ms`), START_WAIT_MS);
      socket.on('error', (cause) => resolve(codeOf(cause)));
      client.start().then(
        () => resolve(undefined),
        (cause: unknown) => resolve(codeOf(cause)),
      );
    });
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
