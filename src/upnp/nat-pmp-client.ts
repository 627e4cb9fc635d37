import { err, ok, type Result } from '../core/result.ts';
import { buildNatPmpAddressRequest, buildNatPmpMapRequest, type PortRequest } from './build-nat-pmp.ts';
import { buildPortControlFacts, checkPortRequest, formatPortKey, isOurs, unsupported } from './check-port-request.ts';
import { type DatagramExchange, exchangeDatagrams } from './datagram-exchange.ts';
import { findPcpCode } from './find-pcp-code.ts';
import type { Gateway, GatewayError, GatewayStatus, MappingRequest } from './gateway.ts';
import { type NatPmpAddress, type NatPmpMapping, parseNatPmpAddress, parseNatPmpMapping } from './parse-nat-pmp.ts';
import { createSerialQueue } from './serial-queue.ts';

/** How a router of NAT-PMP or PCP is reached. */
export type PortControlPeer = Pick<DatagramExchange<unknown>, 'router' | 'port' | 'localAddress' | 'waitsMs'>;

/** RFC 6886 3.5: it has no external address (yet). */
const NETWORK_FAILURE = 3;

/** A router that speaks NAT-PMP (RFC 6886). It tells its address and the lease; who holds a port, it cannot tell. */
export function createNatPmpGateway(peer: PortControlPeer): Gateway {
  const inTurn = createSerialQueue();
  /** By us, as it was asked for. */
  const mapped = new Map<string, PortRequest>();

  async function addMapping(request: MappingRequest): Promise<Result<{ readonly leaseSeconds: number }, GatewayError>> {
    const problem = checkPortRequest('NAT-PMP', request, peer.localAddress, mapped.get(formatPortKey(request)));
    if (problem !== undefined) return problem;
    const answer = await askMapping(peer, request);
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

  async function release(request: PortRequest): Promise<Result<NatPmpMapping, GatewayError>> {
    mapped.delete(formatPortKey(request));
    return askMapping(peer, { ...request, externalPort: 0, leaseSeconds: 0 });
  }

  return {
    facts: buildPortControlFacts('nat-pmp', peer),
    readStatus: () => inTurn(() => readNatPmpStatus(peer)),
    findMapping: async () => unsupported('NAT-PMP cannot tell who holds a port'),
    addMapping: (request) => inTurn(() => addMapping(request)),
    removeMapping: (request) =>
      inTurn(async () => {
        if (!isOurs(request, peer.localAddress, mapped)) return ok(null);
        const removed = await release(request);
        return removed.ok ? ok(null) : removed;
      }),
    listMappings: async () => unsupported('NAT-PMP has no list of mappings'),
  };
}

/** The external address, and how long the router has kept its table. */
export async function readNatPmpStatus(peer: PortControlPeer): Promise<Result<GatewayStatus, GatewayError>> {
  const answer = await askNatPmpAddress(peer);
  if (!answer.ok) {
    const { problem } = answer;
    if (problem.kind !== 'pcp' || problem.code !== NETWORK_FAILURE) return answer;
    const offline = { externalAddress: null, seen: problem.text, isConnected: false };
    return ok({ ...offline, connection: null, uptimeSeconds: null });
  }
  const { address, epochSeconds } = answer.value;
  const status = { externalAddress: address, seen: address, isConnected: null, connection: null };
  return ok({ ...status, uptimeSeconds: epochSeconds });
}

/** What is the external address? Also the way to find out whether the router speaks NAT-PMP. */
export async function askNatPmpAddress(
  peer: PortControlPeer,
  signal?: AbortSignal,
): Promise<Result<NatPmpAddress, GatewayError>> {
  const request = buildNatPmpAddressRequest();
  const answer = await exchangeDatagrams({ ...peer, request, parse: parseNatPmpAddress, ...(signal && { signal }) });
  if (!answer.ok) return answer;
  return 'address' in answer.value ? ok(answer.value) : refusal(answer.value.code);
}

async function askMapping(peer: PortControlPeer, wanted: PortRequest): Promise<Result<NatPmpMapping, GatewayError>> {
  const request = buildNatPmpMapRequest(wanted);
  const answer = await exchangeDatagrams({ ...peer, request, parse: (data) => parseNatPmpMapping(data, wanted) });
  if (!answer.ok) return answer;
  return 'externalPort' in answer.value ? ok(answer.value) : refusal(answer.value.code);
}

function refusal(code: number): Result<never, GatewayError> {
  return err({ kind: 'pcp', code, text: findPcpCode(code, 'nat-pmp').name });
}
