import { setTimeout as sleep } from 'node:timers/promises';
import { DgramAsPromised } from 'dgram-as-promised';
import { buildProbe, type ProbeShape } from './build-probe.ts';
import { firstHeader, type SocketAddress } from './message.ts';
import { parseMessage } from './parse-message.ts';

export interface LoopProbeOptions {
  /** Of the interface that is tried. */
  readonly localAddress: string;
  /** The PnP group and its port. */
  readonly target: SocketAddress;
  readonly shape: ProbeShape;
  readonly signal: AbortSignal;
  readonly waitMs?: number;
}

/** Ms: on the host itself it takes none. */
const WAIT_MS = 1_500;

/**
 * Joins the group on one interface, says a phone's question there, and hears it by multicast loop. `heard`; `silent`: it did
 * not come back; else the system's word for what it refused (EADDRINUSE, ENODEV, ENETUNREACH …).
 */
export async function probeLoop(options: LoopProbeOptions): Promise<string> {
  const { localAddress, target, shape, signal, waitMs = WAIT_MS } = options;
  const ear = DgramAsPromised.createSocket({ type: 'udp4', reuseAddr: true });
  const mouth = DgramAsPromised.createSocket('udp4');
  const heard = new AbortController();
  for (const { socket } of [ear, mouth]) socket.on('error', () => undefined);
  try {
    await ear.bind(target.port, target.address);
    ear.addMembership(target.address, localAddress);
    await mouth.bind({ address: localAddress, port: 0 });
    mouth.setMulticastInterface(localAddress);
    const { port } = mouth.address();
    const { callId, data } = buildProbe(shape, { address: localAddress, port });
    ear.socket.on('message', (bytes: Buffer, from: SocketAddress) => {
      const parsed = parseMessage(bytes);
      const isOurs = parsed.ok && firstHeader(parsed.value, 'call-id') === callId;
      if (isOurs && from.address === localAddress) heard.abort();
    });
    // Port 0: any free one was taken.
    await mouth.send(data, 0, data.length, ear.address().port, target.address);
    await sleep(waitMs, undefined, { signal: AbortSignal.any([signal, heard.signal]) }).catch(() => undefined);
    return heard.signal.aborted ? 'heard' : 'silent';
  } catch (cause) {
    return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  } finally {
    await Promise.all([ear, mouth].map((socket) => socket.close().catch(() => undefined)));
  }
}
