import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { readDefaultRoute } from '../lan/default-route.ts';
import { chooseSearchStart } from '../upnp/choose-search-start.ts';
import type { GatewaySearch } from '../upnp/gateway.ts';
import { searchGateways } from '../upnp/gateway-search.ts';

/** Looks for routers as the appliance does; only questions are asked, so that no nonce is needed that a router would remember. */
export async function searchFor(searchFrom: string | null, signal: AbortSignal): Promise<GatewaySearch> {
  const start = chooseSearchStart(networkInterfaces(), await readDefaultRoute(), searchFrom);
  if (start === null) return { found: [], refused: [] };
  return searchGateways(start, randomBytes(32), signal);
}
