import { err, ok, type Result } from '../core/result.ts';
import { buildNatPmpAddressRequest, buildNatPmpMapRequest, type PortRequest } from './build-nat-pmp.ts';
import { buildOfflineStatus } from './check-port-request.ts';
import { exchangeDatagrams } from './datagram-exchange.ts';
import { findPcpCode } from './find-pcp-code.ts';
import type { Gateway, GatewayError, GatewayStatus } from './gateway.ts';
import { type NatPmpAddress, type NatPmpMapping, parseNatPmpAddress, parseNatPmpMapping } from './parse-nat-pmp.ts';
import { createPortControlGateway, type PortControlPeer } from './port-control-gateway.ts';

/** RFC 6886 3.5: it has no external address (yet). */
const NETWORK_FAILURE = 3;

/** A router that speaks NAT-PMP (RFC 6886). */
export function createNatPmpGateway(peer: PortControlPeer): Gateway {
  return createPortControlGateway(peer, {
    kind: 'nat-pmp',
    name: 'NAT-PMP',
    askMapping: (wanted) => askMapping(peer, wanted),
    readStatus: () => readNatPmpStatus(peer),
    isGone: () => false,
  });
}

/** The external address, and how long the router has kept its table. */
export async function readNatPmpStatus(peer: PortControlPeer): Promise<Result<GatewayStatus, GatewayError>> {
  const answer = await askNatPmpAddress(peer);
  if (!answer.ok) {
    const { problem } = answer;
    if (problem.kind !== 'pcp' || problem.code !== NETWORK_FAILURE) return answer;
    return ok(buildOfflineStatus(problem.text));
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
