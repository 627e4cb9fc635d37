import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { DgramAsPromised } from 'dgram-as-promised';
import { err, type Result } from '../core/result.ts';
import type { GatewayError } from './gateway.ts';

/** RFC 6886 3.1 and RFC 6887 section 19: where routers hear NAT-PMP and PCP. */
export const PORT_CONTROL_PORT = 5351;

/**
 * Milliseconds that each try waits. RFC 6886 3.1: 250, doubled; it allows nine of them, which is two minutes. Whoever lives one hop away and
 * has not answered after three does not speak the protocol, or is asked again by the keeper.
 */
const WAITS_MS = [250, 500, 1_000];

export interface DatagramExchange<T> {
  /** IPv4 of the router. */
  readonly router: string;
  /** Default 5351. */
  readonly port?: number;
  /** Our own IPv4 that it leaves from: the mapping is for this one. */
  readonly localAddress: string;
  /** Milliseconds that each try waits. Default 250, 500, 1000. */
  readonly waitsMs?: readonly number[];
  readonly request: Buffer;
  /** Is it an answer to this request? A problem says why not. */
  readonly parse: (data: Buffer) => Result<T, string>;
  readonly signal?: AbortSignal;
}

/**
 * One question by UDP, and the first datagram that answers it: from the router's address and port only, on a socket of its own, so that a late
 * answer to an earlier question cannot be taken for this one. Ends within 1.75 s by default. Never rejects for what happens on the network.
 */
export async function exchangeDatagrams<T>(exchange: DatagramExchange<T>): Promise<Result<T, GatewayError>> {
  const { router, port = PORT_CONTROL_PORT, localAddress, waitsMs = WAITS_MS, request, parse, signal } = exchange;
  const peer = `${router}:${port}`;
  const wrapper = DgramAsPromised.createSocket('udp4');
  const { socket } = wrapper;
  const over = new AbortController();
  let outcome: Result<T, GatewayError> | undefined;
  let misfit: string | undefined;

  const settle = (found: Result<T, GatewayError>) => {
    outcome ??= found;
    over.abort();
  };
  const stop = () => settle(fail('timeout', `stopped before ${peer} answered`));
  socket.on('message', (data, from) => {
    // The kernel has looked at the sender already; this is the rule, that is the fence.
    if (from.address !== router || from.port !== port) return;
    const parsed = parse(data);
    if (parsed.ok) settle(parsed);
    else misfit ??= parsed.problem;
  });
  socket.on('error', (cause) => settle(describe(cause, peer)));
  signal?.addEventListener('abort', stop, { once: true });
  try {
    if (signal?.aborted) stop();
    await wrapper.bind(0, localAddress);
    // Connected, so that the kernel drops what others send and tells of a port where nobody listens.
    socket.connect(port, router);
    await once(socket, 'connect');
    for (const wait of waitsMs) {
      if (outcome !== undefined) break;
      socket.send(request, (cause) => {
        if (cause) settle(describe(cause, peer));
      });
      await sleep(wait, undefined, { signal: over.signal }).catch(() => {});
    }
  } catch (cause) {
    settle(describe(cause, peer));
  } finally {
    signal?.removeEventListener('abort', stop);
    await wrapper.close().catch(() => {});
  }
  if (outcome !== undefined) return outcome;
  if (misfit !== undefined) return fail('malformed', `${peer} ${misfit}`);
  return fail('timeout', `no answer from ${peer} to ${waitsMs.length} datagrams`);
}

function describe(cause: unknown, peer: string): Result<never, GatewayError> {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return code === 'ECONNREFUSED'
    ? fail('refused', `nothing listens at ${peer}`)
    : fail('unreachable', `${peer}: ${code}`);
}

function fail(kind: 'refused' | 'timeout' | 'unreachable' | 'malformed', text: string): Result<never, GatewayError> {
  return err({ kind, text });
}
