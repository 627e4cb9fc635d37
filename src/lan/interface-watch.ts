import { networkInterfaces } from 'node:os';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { SourcePlace } from '../core/decide-source.ts';
import type { Logger } from '../core/logger.ts';
import { parseAddress } from '../core/parse-network.ts';
import {
  chooseLanInterfaces,
  findOnLink,
  isLoopbackAddress,
  type LanInterface,
  listInterfaces,
  type OsInterfaces,
} from './lan-address.ts';

/**
 * How often the host's interfaces are read, in ms. Node has no event for them. A phone that boots with the cable of its
 * switch needs some seconds to its SUBSCRIBE; reading costs some 20 µs, so 2 s are cheap and soon enough.
 */
const POLL_MS = 2_000;

/** RFC 863's discard port: `connect` wants a port, and no datagram is ever sent there. */
const ANY_PORT = 9;

/** Addresses whose interface and place are remembered between two polls; of more they are worked out each time. */
const REMEMBERED_PEERS = 10_000;

/** Which of the host's LANs are served, kept up to date. Answers are as of the last poll. */
export interface InterfaceWatch {
  /** The served interfaces, in the system's order. */
  current(): readonly LanInterface[];
  /** Our address on the served interface that leads to the peer; undefined: none does. */
  localAddressFor(peer: string): string | undefined;
  /** Is the peer inside the subnet of a served interface? A LAN that the host has but does not serve is not on-link. */
  isOnLink(peer: string): boolean;
  /** Is this one of the host's own addresses, served or not? All of 127/8 is. */
  isOwnAddress(address: string): boolean;
  /** Called when the served set differs from the one before. Returns the function that ends it. */
  onChange(listener: (served: readonly LanInterface[]) => void): () => void;
  /** Called after every poll, after `onChange`: for what the kernel drops without a word, like a group membership. */
  onPoll(listener: () => void): () => void;
}

export interface InterfaceWatchOptions {
  /** Addresses to serve; empty: every private one. */
  readonly wanted: readonly string[];
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly readInterfaces?: () => OsInterfaces;
  readonly pollMs?: number;
}

/** Resolves when the interfaces were read once; rejects when the system does not tell them. Ends with the signal. */
export async function watchInterfaces(options: InterfaceWatchOptions): Promise<InterfaceWatch> {
  const { wanted, signal, log, readInterfaces = networkInterfaces, pollMs = POLL_MS } = options;
  signal.throwIfAborted();

  const changeListeners = new Set<(served: readonly LanInterface[]) => void>();
  const pollListeners = new Set<() => void>();
  const localAddresses = new Map<string, string | undefined>();
  const places = new Map<string, SourcePlace>();
  let all: readonly LanInterface[] = [];
  let served: readonly LanInterface[] = [];
  let own: ReadonlySet<string> = new Set();
  let readFailed = false;

  take(readInterfaces());
  const probe = await openProbe();
  if (signal.aborted) await probe.close();
  signal.throwIfAborted();
  const timer = setInterval(poll, pollMs);
  signal.addEventListener('abort', stop, { once: true });
  log.info({ event: 'lan.chosen', interfaces: served.map(describe) }, 'interfaces chosen');

  return {
    current: () => served,
    localAddressFor,
    isOnLink: (peer) => placeOf(peer).isOnLink,
    isOwnAddress: (address) => placeOf(address).isOwn,
    onChange: (listener) => subscribe(changeListeners, listener),
    onPoll: (listener) => subscribe(pollListeners, listener),
  };

  function take(os: OsInterfaces): boolean {
    const before = served.map(describe).join();
    const now = listInterfaces(os);
    // What a peer's place follows from; the routes that local addresses follow from may be others all the same.
    if (now.map(describe).join() !== all.map(describe).join()) places.clear();
    all = now;
    own = new Set(all.map(({ address }) => address));
    served = chooseLanInterfaces(os, wanted);
    localAddresses.clear();
    return served.map(describe).join() !== before;
  }

  function poll(): void {
    if (readAgain()) {
      log.info({ event: 'lan.changed', interfaces: served.map(describe) }, 'interfaces changed');
      for (const listener of [...changeListeners]) listener(served);
    }
    for (const listener of [...pollListeners]) listener();
  }

  function readAgain(): boolean {
    try {
      const changed = take(readInterfaces());
      readFailed = false;
      return changed;
    } catch (cause) {
      // Said once, not every two seconds; what was known stays in force.
      if (!readFailed) log.warn({ event: 'lan.unreadable', cause: String(cause) }, 'the interfaces cannot be read');
      readFailed = true;
      return false;
    }
  }

  /** Over all interfaces first: the narrower LAN of an interface that is not served must not pass for a served one. */
  function findServed(peer: string): LanInterface[] {
    return findOnLink(all, peer).filter(({ address }) => served.some((candidate) => candidate.address === address));
  }

  /** Asked some ten times for each datagram. */
  function placeOf(address: string): SourcePlace {
    const known = places.get(address);
    if (known !== undefined) return known;
    const place = {
      isOwn: own.has(address) || isLoopbackAddress(address),
      isOnLink: findServed(address).length > 0,
    };
    if (places.size < REMEMBERED_PEERS) places.set(address, place);
    return place;
  }

  function localAddressFor(peer: string): string | undefined {
    if (localAddresses.has(peer)) return localAddresses.get(peer);
    const address = findLocalAddress(peer);
    if (localAddresses.size < REMEMBERED_PEERS) localAddresses.set(peer, address);
    return address;
  }

  function findLocalAddress(peer: string): string | undefined {
    if (parseAddress(peer) === undefined) return undefined;
    const onLink = findServed(peer);
    if (onLink.length === 1) return onLink[0]?.address;
    const routed = askRoute(probe, peer);
    if (served.some(({ address }) => address === routed)) return routed;
    return onLink[0]?.address;
  }

  function stop(): void {
    clearInterval(timer);
    changeListeners.clear();
    pollListeners.clear();
    probe.close().catch(() => {});
  }
}

function describe({ name, address, prefixLength }: LanInterface): string {
  return `${name} ${address}/${prefixLength}`;
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Answers at once, so that `connect` has its effect before it returns: the peer is an address already. */
function lookupNothing(
  host: string,
  _family: unknown,
  done: (error: null, address: string, family: number) => void,
): void {
  done(null, host, 4);
}

async function openProbe(): Promise<SocketAsPromised> {
  const probe = DgramAsPromised.createSocket({ type: 'udp4', lookup: lookupNothing as never });
  await probe.bind(0, '0.0.0.0');
  return probe;
}

/** The source address that the routing table chooses for the peer; sends nothing. About 4 µs on Linux. */
function askRoute({ socket }: SocketAsPromised, peer: string): string | undefined {
  const ignore = () => {};
  try {
    socket.connect(ANY_PORT, peer, ignore);
    const { address } = socket.address();
    socket.disconnect();
    return address === '0.0.0.0' ? undefined : address;
  } catch {
    // No route: `connect` failed, and `disconnect` says that there is nothing to end. Or the watch has been stopped.
    return undefined;
  } finally {
    socket.removeListener('connect', ignore);
  }
}
