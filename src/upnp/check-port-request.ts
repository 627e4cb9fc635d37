import { err, type Result } from '../core/result.ts';
import type { PortRequest } from './build-nat-pmp.ts';
import type { GatewayError, GatewayFacts, GatewayStatus, MappingRequest } from './gateway.ts';

/** What NAT-PMP and PCP have in common. */

/** Neither tells a name; the router's address is all there is to know it by. */
export function buildPortControlFacts(
  kind: 'pcp' | 'nat-pmp',
  { router, localAddress }: { readonly router: string; readonly localAddress: string },
): GatewayFacts {
  return {
    kind,
    id: `${kind}:${router}`,
    address: router,
    localAddress,
    name: null,
    manufacturer: null,
    model: null,
    serviceType: null,
    location: null,
    bootId: null,
    // Nobody else is ever asked: both protocols are for the router of the default route (RFC 6886 3.1, RFC 6887 8.1).
    isDefaultRouter: true,
  };
}

/** The router answers, and has no external address (yet). `text`: its word for that. */
export function buildOfflineStatus(text: string): GatewayStatus {
  return { externalAddress: null, seen: text, isConnected: false, connection: null, uptimeSeconds: null };
}

/** Both know a mapping of ours by its protocol and internal port: there is one of them at most. */
export function formatPortKey({ protocol, internalPort }: Pick<PortRequest, 'protocol' | 'internalPort'>): string {
  return `${protocol} ${internalPort}`;
}

/**
 * What cannot be asked at all; undefined: it can. `mapped` is what leads to the internal port now: a router would answer with its external
 * port, or both would be gone with the removal of one.
 */
export function checkPortRequest(
  protocol: string,
  { internalClient, internalPort, externalPort, leaseSeconds }: MappingRequest,
  localAddress: string,
  mapped: PortRequest | undefined,
): Result<never, GatewayError> | undefined {
  if (internalClient !== localAddress) {
    return unsupported(`${protocol} maps ports to the host that asks (${localAddress}); wanted ${internalClient}`);
  }
  // 0 is a removal, RFC 6886 3.4 and RFC 6887 15.1.
  if (leaseSeconds === 0) return unsupported(`${protocol} has no permanent mappings`);
  if (mapped !== undefined && mapped.externalPort !== externalPort) {
    const seen = `external port ${mapped.externalPort} leads to port ${internalPort}`;
    return unsupported(`${protocol} has one external port per internal port; ${seen}, wanted ${externalPort} as well`);
  }
  return undefined;
}

/** May this be removed? Nobody but us can have a mapping to us, and it is not the one that came in its place. */
export function isOurs(
  request: MappingRequest,
  localAddress: string,
  mapped: ReadonlyMap<string, PortRequest>,
): boolean {
  const now = mapped.get(formatPortKey(request));
  return request.internalClient === localAddress && (now === undefined || now.externalPort === request.externalPort);
}

export function unsupported(text: string): Result<never, GatewayError> {
  return err({ kind: 'unsupported', text });
}
