import type { SearchStart } from './choose-search-start.ts';
import type { GatewaySearch } from './gateway.ts';
import { searchIgds } from './igd-search.ts';
import { searchPortControl } from './port-control-search.ts';

/** Ms. A Zyxel took more than one second to answer; node-ssdp asks twice within the first. */
const SEARCH_WAIT_MS = 4_000;

/**
 * The routers that open ports to the LAN of `localAddress`. An IGD tells who holds a port and how it is; the others are asked where there
 * is none. `nonceSecret`: see `PcpPeer`. Never rejects for what happens on the network.
 */
export async function searchGateways(
  { localAddress, defaultRouter }: SearchStart,
  nonceSecret: string | Buffer,
  signal: AbortSignal,
): Promise<GatewaySearch> {
  const igds = await searchIgds({ localAddress, defaultRouter, waitMs: SEARCH_WAIT_MS, signal });
  if (igds.found.length > 0 || defaultRouter === null || signal.aborted) return igds;
  const others = await searchPortControl({ localAddress, router: defaultRouter, nonceSecret, signal });
  return { found: others.found, refused: [...igds.refused, ...others.refused] };
}
