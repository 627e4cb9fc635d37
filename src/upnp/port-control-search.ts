import type { Result } from '../core/result.ts';
import type { GatewayError, GatewaySearch } from './gateway.ts';
import { askNatPmpAddress, createNatPmpGateway } from './nat-pmp-client.ts';
import { askPcpAnnouncement, createPcpGateway, type PcpPeer } from './pcp-client.ts';
import type { PortControlPeer } from './port-control-gateway.ts';

export interface PortControlSearch extends Omit<PcpPeer, 'hasNatPmp'> {
  readonly signal: AbortSignal;
}

/** RFC 6886 3.5, RFC 6887 7.4: the same number in both. */
const UNSUPPORTED_VERSION = 1;

/** RFC 6886 3.5: a router that lacks the first of all questions is no router of NAT-PMP. */
const UNSUPPORTED_OPCODE = 5;

/** RFC 6886 3.5. */
const NETWORK_FAILURE = 3;

/**
 * Does the router of the default route speak PCP, or NAT-PMP? The fallback where no IGD answers. Both are asked at once, which takes 1.75 s at most;
 * PCP wins, and UNSUPP_VERSION means that the other one is spoken (RFC 6887 section 9). A router that refuses is found as well: its reason is
 * what the person has to know. Never rejects for what happens on the network.
 */
export async function searchPortControl({ signal, ...peer }: PortControlSearch): Promise<GatewaySearch> {
  const plain: PortControlPeer = peer;
  const [pcp, natPmp] = await Promise.all([askPcpAnnouncement(plain, signal), askNatPmpAddress(plain, signal)]);
  const refused = [describe('PCP', pcp), describe('NAT-PMP', natPmp)].flatMap((reason) =>
    reason === undefined ? [] : [{ address: peer.router, reason }],
  );
  if (isSpoken(pcp, [UNSUPPORTED_VERSION]))
    return { found: [createPcpGateway({ ...peer, hasNatPmp: tellsAddress(natPmp) })], refused };
  if (isSpoken(natPmp, [UNSUPPORTED_VERSION, UNSUPPORTED_OPCODE]))
    return { found: [createNatPmpGateway(plain)], refused };
  return { found: [], refused };
}

function isSpoken(answer: Result<unknown, GatewayError>, foreign: readonly number[]): boolean {
  return answer.ok || (answer.problem.kind === 'pcp' && !foreign.includes(answer.problem.code));
}

/** That it has none at the moment is an answer, too. */
function tellsAddress(answer: Result<unknown, GatewayError>): boolean {
  return answer.ok || (answer.problem.kind === 'pcp' && answer.problem.code === NETWORK_FAILURE);
}

/** Silence is no answer. */
function describe(protocol: string, answer: Result<unknown, GatewayError>): string | undefined {
  return answer.ok || answer.problem.kind !== 'malformed' ? undefined : `${protocol}: ${answer.problem.text}`;
}
