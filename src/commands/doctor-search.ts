import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { readDefaultRoute } from '../lan/default-route.ts';
import { chooseSearchStart } from '../upnp/choose-search-start.ts';
import type { GatewaySearch } from '../upnp/gateway.ts';
import { searchIgds } from '../upnp/igd-search.ts';
import { searchPortControl } from '../upnp/port-control-search.ts';

/** Ms. As the appliance waits: a Zyxel took more than one second to answer. */
const SEARCH_WAIT_MS = 4_000;

/** Looks for routers as the appliance does; only questions are asked, so that no nonce is needed that a router would remember. */
export async function searchFor(searchFrom: string | null, signal: AbortSignal): Promise<GatewaySearch> {
  const start = chooseSearchStart(networkInterfaces(), await readDefaultRoute(), searchFrom);
  if (start === null) return { found: [], refused: [] };
  const { localAddress, defaultRouter } = start;
  const igds = await searchIgds({ localAddress, defaultRouter, waitMs: SEARCH_WAIT_MS, signal });
  if (igds.found.length > 0 || defaultRouter === null || signal.aborted) return igds;
  const nonceSecret = randomBytes(32).toString('hex');
  const others = await searchPortControl({ localAddress, router: defaultRouter, nonceSecret, signal });
  return { found: others.found, refused: [...igds.refused, ...others.refused] };
}
