import { err, ok, type Result } from '../core/result.ts';
import type { PortRequest } from './build-nat-pmp.ts';
import { buildPortControlFacts, checkPortRequest, formatPortKey, isOurs, unsupported } from './check-port-request.ts';
import type { DatagramExchange } from './datagram-exchange.ts';
import type { Gateway, GatewayError, GatewayStatus, MappingRequest } from './gateway.ts';
import { createSerialQueue } from './serial-queue.ts';

/** How a router of NAT-PMP or PCP is reached. */
export type PortControlPeer = Pick<DatagramExchange<unknown>, 'router' | 'port' | 'localAddress' | 'waitsMs'>;

type Answer<T> = Promise<Result<T, GatewayError>>;

/** What a router grants. */
export interface Granted {
  readonly externalPort: number;
  readonly leaseSeconds: number;
}

/** Wherein NAT-PMP and PCP differ. */
export interface PortControlProtocol {
  readonly kind: 'pcp' | 'nat-pmp';
  /** As people know it. */
  readonly name: string;
  /** Maps a port; with external port and lease 0, removes it (RFC 6886 3.4, RFC 6887 15.1). */
  readonly askMapping: (wanted: PortRequest) => Answer<Granted>;
  /** `mapped`: what is ours, as it was asked for. `release` gives one back. */
  readonly readStatus: (
    mapped: Iterable<PortRequest>,
    release: (request: PortRequest) => Answer<Granted>,
  ) => Answer<GatewayStatus>;
  /** Does a refused removal mean that there is nothing any more? */
  readonly isGone: (problem: GatewayError) => boolean;
}

/** A router that maps ports to the host that asks. It tells its address and the lease; who holds a port, it cannot tell. */
export function createPortControlGateway(peer: PortControlPeer, protocol: PortControlProtocol): Gateway {
  const { kind, name, askMapping, readStatus, isGone } = protocol;
  const inTurn = createSerialQueue();
  /** By us, as it was asked for. */
  const mapped = new Map<string, PortRequest>();

  async function addMapping(request: MappingRequest): Answer<{ readonly leaseSeconds: number }> {
    const problem = checkPortRequest(name, request, peer.localAddress, mapped.get(formatPortKey(request)));
    if (problem !== undefined) return problem;
    const answer = await askMapping(request);
    if (!answer.ok) return answer;
    const { externalPort, leaseSeconds } = answer.value;
    if (leaseSeconds === 0) return err({ kind: 'malformed', text: 'granted a lease of 0 s; wanted some' });
    if (externalPort !== request.externalPort) {
      // Nobody would come through that one: provider, firewall and SDP name the wanted port.
      await release(request);
      return err({ kind: 'other-port', granted: externalPort });
    }
    mapped.set(formatPortKey(request), request);
    return ok({ leaseSeconds });
  }

  async function release(request: PortRequest): Answer<Granted> {
    mapped.delete(formatPortKey(request));
    return askMapping({ ...request, externalPort: 0, leaseSeconds: 0 });
  }

  async function removeMapping(request: MappingRequest): Answer<null> {
    if (!isOurs(request, peer.localAddress, mapped)) return ok(null);
    const removed = await release(request);
    return removed.ok || isGone(removed.problem) ? ok(null) : removed;
  }

  return {
    facts: buildPortControlFacts(kind, peer),
    readStatus: () => inTurn(() => readStatus(mapped.values(), release)),
    findMapping: async () => unsupported(`${name} cannot tell who holds a port`),
    addMapping: (request) => inTurn(() => addMapping(request)),
    removeMapping: (request) => inTurn(() => removeMapping(request)),
    listMappings: async () => unsupported(`${name} has no list of mappings`),
  };
}
