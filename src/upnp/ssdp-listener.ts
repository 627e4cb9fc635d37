import { networkInterfaces } from 'node:os';
import type { Logger } from '../core/logger.ts';
import { listInterfaces } from '../lan/lan-address.ts';
import { describePortHolder, findPortHolders } from '../lan/port-holder.ts';
import { type GatewayHint, parseNotice } from './parse-notice.ts';
import { openSsdpClient, SSDP_GROUP, type SsdpClient, type SsdpGroup } from './ssdp-client.ts';

export interface SsdpListenerOptions {
  /** Our own IPv4 in the LAN that is heard. When the host loses it, end this listener and start another. */
  readonly localAddress: string;
  readonly signal: AbortSignal;
  /** Each NOTIFY of a gateway: several per device, and as many as somebody likes to send. */
  readonly onHint: (hint: GatewayHint) => void;
  readonly log: Logger;
  readonly group?: SsdpGroup;
  readonly retryMs?: number;
}

/** Milliseconds. Nothing depends on being heard: the gateway is asked regularly anyway. */
const RETRY_MS = 60_000;

/**
 * Hears gateways coming and going (ssdp:alive, ssdp:byebye) on one interface, so that a restarted router is asked at once. A port that is taken is
 * no error but a state, and is tried again. Resolves after the first attempt; never rejects for what happens on the network.
 */
export async function listenForGateways(options: SsdpListenerOptions): Promise<void> {
  const { localAddress, signal, onHint, log, group = SSDP_GROUP, retryMs = RETRY_MS } = options;
  let client: SsdpClient | undefined;
  let problem: string | null = null;
  let told: string | null = null;
  let isOpening = false;
  await open();
  const timer = setInterval(keepHearing, retryMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  /** A membership dies with its interface, even when that comes back with the same address. */
  function keepHearing(): void {
    if (client !== undefined && problem === null) {
      client.rejoin();
    } else if (!isOpening) {
      client?.close();
      client = undefined;
      open().catch((cause: unknown) => tell(String(cause)));
    }
  }

  async function open(): Promise<void> {
    isOpening = true;
    problem = null;
    const prefixLength = listInterfaces(networkInterfaces()).find(
      ({ address }) => address === localAddress,
    )?.prefixLength;
    const opened = await openSsdpClient({
      localAddress,
      group,
      // To the group's own address: what is sent to this host alone is not for us.
      bind: group,
      joins: true,
      onNotice: (message, kind) => {
        const hint = parseNotice(message, kind, { localAddress, prefixLength: prefixLength ?? 32 });
        if (hint !== undefined && !signal.aborted) onHint(hint);
      },
      onProblem: tell,
    });
    isOpening = false;
    if (!opened.ok) {
      tell(opened.problem === 'EADDRINUSE' ? await describeHeld() : opened.problem);
    } else if (signal.aborted) {
      opened.value.close();
    } else {
      client = opened.value;
      // Else it was told while it opened.
      if (problem === null) {
        told = null;
        log.info({ event: 'ssdp.bound', address: localAddress, port: group.port }, 'listening for gateways');
      }
    }
  }

  async function describeHeld(): Promise<string> {
    const holders = (await findPortHolders(group.address, group.port)).map(describePortHolder);
    const who = holders.length > 0 ? holders.join(', ') : 'a program that does not share it';
    return `UDP port ${group.port} is held by ${who}: a restarted router is noticed later`;
  }

  /** Each new trouble once. */
  function tell(trouble: string): void {
    problem = trouble;
    if (trouble === told || signal.aborted) return;
    told = trouble;
    log.warn({ event: 'ssdp.deaf', address: localAddress, port: group.port, problem: trouble }, trouble);
  }

  function stop(): void {
    clearInterval(timer);
    client?.close();
    client = undefined;
  }
}
