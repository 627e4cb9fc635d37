import { setTimeout as sleep } from 'node:timers/promises';
import { DgramAsPromised } from 'dgram-as-promised';
import { err, ok, type Result } from '../core/result.ts';
import { buildProbe, type ProbeShape } from './build-probe.ts';
import { buildResponse } from './build-subscribe.ts';
import type { SocketAddress } from './message.ts';
import { parseMessage } from './parse-message.ts';
import { readServerAnswer, type ServerAnswer } from './read-server-answer.ts';

/** Somebody who answers phones. Of what several of its messages say, the first counts. */
export interface HeardServer extends ServerAnswer, SocketAddress {}

export interface ServerProbeOptions {
  /** Of the interface that is asked on. */
  readonly localAddress: string;
  /** The PnP group and its port. */
  readonly target: SocketAddress;
  readonly shapes: readonly ProbeShape[];
  /** May this one's NOTIFY be answered? Nothing goes off-link. */
  readonly mayAnswer: (address: string) => boolean;
  readonly signal: AbortSignal;
  readonly waitMs?: number;
}

/** Ms. Servers answer within milliseconds; one that is busy repeats its NOTIFY after 0.5, 1 and 2 s (RFC 3261 17.1.2.2, timer E). */
const WAIT_MS = 4_000;

/** Ms between two questions: whoever answers all of them has time for each. */
const PAUSE_MS = 100;

/** An office has one or two; beyond that somebody plays. */
const MOST_SERVERS = 16;

/** Datagrams that are looked at, and answered at most, per check. */
const MOST_DATAGRAMS = 200;

/**
 * Asks the LAN as a phone would, and listens who answers. A NOTIFY gets its 200, so that the other one does not repeat it.
 * Resolves after `waitMs`, or with the signal; the problem is the system's word (`ENETUNREACH` …) for why it could not ask.
 */
export async function probeServers(options: ServerProbeOptions): Promise<Result<readonly HeardServer[], string>> {
  const { localAddress, target, shapes, mayAnswer, signal, waitMs = WAIT_MS } = options;
  const heard = new Map<string, HeardServer>();
  const callIds = new Set<string>();
  let datagrams = 0;

  const socket = DgramAsPromised.createSocket('udp4');
  // An ICMP "port unreachable" to an answer of ours is no reason to stop listening.
  socket.socket.on('error', () => undefined);
  socket.socket.on('message', (data: Buffer, from: SocketAddress) => {
    datagrams += 1;
    if (datagrams > MOST_DATAGRAMS) return;
    const parsed = parseMessage(data);
    if (!parsed.ok) return;
    const answer = readServerAnswer(parsed.value, callIds);
    if (answer === undefined) return;
    if (parsed.value.kind === 'request' && mayAnswer(from.address)) {
      socket.socket.send(buildResponse(parsed.value, 200, 'OK'), from.port, from.address, () => undefined);
    }
    const before = heard.get(from.address);
    if (before !== undefined || heard.size < MOST_SERVERS) heard.set(from.address, merge(before, answer, from));
  });

  try {
    await socket.bind({ address: localAddress, port: 0 });
    socket.setMulticastInterface(localAddress);
    for (const shape of shapes) {
      const { callId, data } = buildProbe(shape, { address: localAddress, port: socket.address().port });
      callIds.add(callId);
      await socket.send(data, 0, data.length, target.port, target.address);
      await sleep(PAUSE_MS, undefined, { signal });
    }
    await sleep(waitMs, undefined, { signal });
  } catch (cause) {
    if (!signal.aborted) return err(cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause));
  } finally {
    // Rejects only for a socket that is closed already.
    await socket.close().catch(() => undefined);
  }
  return ok([...heard.values()]);
}

function merge(before: HeardServer | undefined, answer: ServerAnswer, { address, port }: SocketAddress): HeardServer {
  return {
    address,
    port,
    status: before?.status ?? answer.status,
    url: before?.url ?? answer.url,
    says: before?.says ?? answer.says,
  };
}
