import { describeGatewayError, type ErrorDescription } from './describe-gateway-error.ts';
import type { GatewayFacts } from './gateway.ts';
import type { KeptMapping } from './keeper-state.ts';

/** Why a port is not open, or will not stay so, and what to do. Null: there is no trouble, or it is only on its way. */
export function describeMappingTrouble(kept: KeptMapping, gateway: GatewayFacts | null): ErrorDescription | null {
  const { state, wanted, heldBy, error } = kept;
  const port = `${wanted.protocol} ${wanted.externalPort}`;
  if (state === 'no-gateway')
    return {
      advice: 'switch-on-upnp',
      seen: 'no router answered',
      message: `No router that opens ports was found, so ${port} is not open. What to do: switch on UPnP (or PCP, NAT-PMP) in the router, or forward ${port} to ${wanted.internalClient} port ${wanted.internalPort} by hand there.`,
    };
  if (state === 'conflict' && (error === null || heldBy !== null)) {
    const holder = heldBy ?? 'another host';
    return {
      advice: 'choose-other-port',
      seen: `${port} leads to ${holder}`,
      message: `${port} leads to ${holder}, and is not taken away from it. What to do: choose another external port here, or free this one there or in the router.`,
    };
  }
  if (error === null) return null;
  return describeGatewayError(error, {
    wanted,
    heldBy,
    localAddress: gateway?.localAddress ?? null,
    ...(gateway === null ? {} : { gatewayKind: gateway.kind }),
  });
}
