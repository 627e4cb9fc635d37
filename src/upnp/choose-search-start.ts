import {
  chooseLanInterfaces,
  findOnLink,
  isLoopbackAddress,
  type LanInterface,
  listInterfaces,
  type OsInterfaces,
} from '../lan/lan-address.ts';
import type { DefaultRoute } from '../lan/parse-route-table.ts';

/** Where a router is looked for. */
export interface SearchStart {
  /** Our own IPv4. */
  readonly localAddress: string;
  /** The host's default router, when it stands in that LAN. */
  readonly defaultRouter: string | null;
}

/**
 * The wanted address, if the host has it now; nothing wanted: our address next to the default router, or, without a default
 * route, the first private LAN. Null: no usable interface, or the wanted address is gone.
 */
export function chooseSearchStart(
  os: OsInterfaces,
  route: DefaultRoute | null,
  wanted: string | null,
): SearchStart | null {
  const all = listInterfaces(os).filter(({ address }) => wanted !== null || !isLoopbackAddress(address));
  const nextToRouter = route === null ? [] : findNextTo(all, route);
  const chosen =
    wanted === null
      ? (nextToRouter[0] ?? chooseLanInterfaces(os, [])[0])
      : all.find(({ address }) => address === wanted);
  if (chosen === undefined) return null;
  const isRouters = nextToRouter.some(({ address }) => address === chosen.address);
  return { localAddress: chosen.address, defaultRouter: isRouters && route !== null ? route.router : null };
}

/** With several addresses in the router's subnet the interface of the route goes first. */
function findNextTo(all: readonly LanInterface[], route: DefaultRoute): LanInterface[] {
  const near = findOnLink(all, route.router);
  return [...near.filter(({ name }) => name === route.device), ...near.filter(({ name }) => name !== route.device)];
}
