import { createHmac, randomBytes } from 'node:crypto';
import { err, ok, type Result } from '../core/result.ts';
import type { PortRequest } from './build-nat-pmp.ts';
import { buildPcpAnnounceRequest, buildPcpMapRequest, PCP_NONCE_LENGTH } from './build-pcp.ts';
import { buildOfflineStatus } from './check-port-request.ts';
import { exchangeDatagrams } from './datagram-exchange.ts';
import { findPcpCode } from './find-pcp-code.ts';
import type { Gateway, GatewayError, GatewayStatus } from './gateway.ts';
import { readNatPmpStatus } from './nat-pmp-client.ts';
import { type PcpAnnouncement, type PcpMapping, parsePcpAnnouncement, parsePcpMapping } from './parse-pcp.ts';
import { createPortControlGateway, type PortControlPeer } from './port-control-gateway.ts';

export interface PcpPeer extends PortControlPeer {
  /**
   * Nonces are drawn from it, one per mapping and always the same one. Routers refuse to change a mapping for another nonce, so whoever
   * wants to keep mappings over a restart of the process keeps this. Default: random, for the life of the process.
   */
  readonly nonceSecret?: string | Buffer;
  /** It speaks NAT-PMP, too. */
  readonly hasNatPmp?: boolean;
}

/** Of this process: a second search must not lose the mappings of the first one. */
const PROCESS_SECRET = randomBytes(32);

/** RFC 6887 7.4: it has no external address (yet). */
const NETWORK_FAILURE = 7;

/** miniupnpd 2.3.1 says so when asked to remove what is not there; RFC 6887 15.1 wants success. */
const NO_RESOURCES = 8;

/** RFC 863: nobody listens there. RFC 6887 11.6 names it for a mapping that is made only to learn the address. */
const DISCARD_PORT = 9;

/** Seconds. RFC 6887 section 15: routers need not grant less. It is removed at once; this is for the case that we cannot. */
const SHORTEST_LEASE = 120;

/**
 * A router that speaks PCP (RFC 6887). It tells its external address in answers about mappings only. So its status is asked for by NAT-PMP where it
 * speaks that as well: it changes nothing, and miniupnpd tells there that the WAN is down, while PCP names the old address. Else it is read by
 * renewing a mapping of ours; while there is none, by a short one of the discard port (11.6), removed at once.
 */
export function createPcpGateway(peer: PcpPeer): Gateway {
  return createPortControlGateway(peer, {
    kind: 'pcp',
    name: 'PCP',
    askMapping: (wanted) => askMapping(peer, wanted),
    readStatus: (mapped, release) => (peer.hasNatPmp ? readNatPmpStatus(peer) : readPcpStatus(peer, mapped, release)),
    isGone: (problem) => problem.kind === 'pcp' && problem.code === NO_RESOURCES,
  });
}

async function readPcpStatus(
  peer: PcpPeer,
  mapped: Iterable<PortRequest>,
  release: (request: PortRequest) => Promise<unknown>,
): Promise<Result<GatewayStatus, GatewayError>> {
  const [renewed] = mapped;
  const request = renewed ?? {
    protocol: 'UDP',
    internalPort: DISCARD_PORT,
    externalPort: 0,
    leaseSeconds: SHORTEST_LEASE,
  };
  const answer = await askMapping(peer, request);
  if (!answer.ok) {
    const { problem } = answer;
    if (problem.kind !== 'pcp' || problem.code !== NETWORK_FAILURE) return answer;
    return ok(buildOfflineStatus(problem.text));
  }
  const { externalPort, externalAddress, seenAddress, epochSeconds } = answer.value;
  if (renewed === undefined || externalPort !== renewed.externalPort) await release(request);
  const status = { externalAddress, seen: externalAddress ?? seenAddress, isConnected: null, connection: null };
  return ok({ ...status, uptimeSeconds: epochSeconds });
}

/** Does it speak PCP, and since when does it keep its state? (RFC 6887 14.1.2) */
export async function askPcpAnnouncement(
  peer: PortControlPeer,
  signal?: AbortSignal,
): Promise<Result<PcpAnnouncement, GatewayError>> {
  const answer = await exchangeDatagrams({
    ...peer,
    request: buildPcpAnnounceRequest(peer.localAddress),
    parse: parsePcpAnnouncement,
    ...(signal && { signal }),
  });
  if (!answer.ok) return answer;
  return 'epochSeconds' in answer.value ? ok(answer.value) : refusal(answer.value.code);
}

async function askMapping(peer: PcpPeer, wanted: PortRequest): Promise<Result<PcpMapping, GatewayError>> {
  const { nonceSecret = PROCESS_SECRET, hasNatPmp: _, ...place } = peer;
  const { localAddress } = place;
  const name = `${localAddress} ${wanted.protocol} ${wanted.internalPort}`;
  const nonce = createHmac('sha256', nonceSecret).update(name).digest().subarray(0, PCP_NONCE_LENGTH);
  const answer = await exchangeDatagrams({
    ...place,
    request: buildPcpMapRequest({ ...wanted, localAddress, nonce }),
    parse: (data) => parsePcpMapping(data, { ...wanted, nonce }),
  });
  if (!answer.ok) return answer;
  return 'externalPort' in answer.value ? ok(answer.value) : refusal(answer.value.code);
}

function refusal(code: number): Result<never, GatewayError> {
  return err({ kind: 'pcp', code, text: findPcpCode(code, 'pcp').name });
}
