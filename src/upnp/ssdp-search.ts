import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '../core/result.ts';
import { isGatewayTarget, readSsdpHeader, type SsdpMessage } from './parse-search-answer.ts';
import { openSsdpClient, SSDP_GROUP, type SsdpGroup } from './ssdp-client.ts';

export interface SearchOptions {
  /** Our own IPv4: the search leaves from it, and from nowhere else. */
  readonly localAddress: string;
  /** Its answers are kept even when others have used up the limit. */
  readonly defaultRouter: string | null;
  /** Milliseconds from the first question. Answers may take seconds: 3-4 s for a first search. */
  readonly waitMs: number;
  /** Ends the search early; what came until then is kept. */
  readonly signal: AbortSignal;
  /** Default: the group of SSDP. Tests name the address and port of a fake gateway. */
  readonly group?: SsdpGroup;
}

/** The way from a search to datagrams. A problem: nothing could be sent. */
export type CollectAnswers = (options: SearchOptions) => Promise<Result<readonly SsdpMessage[], string>>;

/** Some routers answer to the device only, some to the service only, some to the version they have only. */
const TARGETS = [
  'urn:schemas-upnp-org:device:InternetGatewayDevice:2',
  'urn:schemas-upnp-org:device:InternetGatewayDevice:1',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
];

/** Milliseconds. Multicast gets lost, in Wi-Fi most of all, so everything is asked twice. */
const REPEAT_AFTER_MS = 300;

/** Different answers of a search that are kept. */
const MOST_ANSWERS = 16;

/** Different LOCATIONs of one host: a box has one per version of its description. */
const MOST_OF_A_HOST = 4;

/** Asks by SSDP who is a gateway, with a fresh socket each time: addresses change. Never rejects for what happens on the network. */
export const collectAnswers: CollectAnswers = async (options) => {
  const { localAddress, defaultRouter, waitMs, signal, group = SSDP_GROUP } = options;
  const kept = new Map<string, SsdpMessage>();
  let problem: string | undefined;
  const client = await openSsdpClient({
    localAddress,
    group,
    bind: { address: localAddress, port: 0 },
    joins: false,
    onAnswer: (message, status) => {
      if (status === 200 && isGatewayTarget(readSsdpHeader(message, 'ST'))) keep(message);
    },
    onProblem: (text) => {
      problem = text;
    },
  });
  if (!client.ok) return err(client.problem);
  try {
    for (const target of TARGETS) client.value.search(target);
    const rest = waitMs - REPEAT_AFTER_MS;
    await sleep(Math.min(waitMs, REPEAT_AFTER_MS), undefined, { signal });
    if (rest > 0) {
      for (const target of TARGETS) client.value.search(target);
      await sleep(rest, undefined, { signal });
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  } finally {
    client.value.close();
  }
  return kept.size === 0 && problem !== undefined ? err(problem) : ok([...kept.values()]);

  function keep(message: SsdpMessage): void {
    const key = `${message.address} ${readSsdpHeader(message, 'LOCATION')}`;
    if (kept.has(key)) return;
    const sameHost = [...kept.values()].filter(({ address }) => address === message.address).length;
    const isPreferred = message.address === defaultRouter;
    if (sameHost < MOST_OF_A_HOST && (isPreferred || kept.size < MOST_ANSWERS)) kept.set(key, message);
  }
};
