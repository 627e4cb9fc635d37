import { err, type Result } from '../core/result.ts';
import type { GatewayError, GatewayFacts, MappingRequest } from './gateway.ts';

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

/** What cannot be asked at all; undefined: it can. */
export function checkPortRequest(
  protocol: string,
  { internalClient, leaseSeconds }: MappingRequest,
  localAddress: string,
): Result<never, GatewayError> | undefined {
  if (internalClient !== localAddress) {
    return unsupported(`${protocol} maps ports to the host that asks (${localAddress}); wanted ${internalClient}`);
  }
  // 0 is a removal, RFC 6886 3.4 and RFC 6887 15.1.
  if (leaseSeconds === 0) return unsupported(`${protocol} has no permanent mappings`);
  return undefined;
}

export function unsupported(text: string): Result<never, GatewayError> {
  return err({ kind: 'unsupported', text });
}
