import type { SearchStart } from './choose-search-start.ts';
import type { GatewayFacts } from './gateway.ts';

export interface GatewayChoice {
  /** Index into what was found. Null: none, or none that may take the place of the one that is missed. */
  readonly index: number | null;
  /** It stays the one that was used. */
  readonly isSame: boolean;
  /** Why another one, for the log. */
  readonly reason: string;
}

export interface ChoiceCircumstances {
  readonly start: SearchStart;
  /** The last one that was used, from the same LAN. */
  readonly lastUsed: GatewayFacts | null;
  /** Ms since searches no longer find that one; 0: this is the first. */
  readonly missingFor: number;
}

/**
 * Ms that a missing router is waited for before another one takes its place. Routers restart within some three minutes; a hop
 * to a second one and back would close and open ports and announce two new addresses.
 */
const PATIENCE_MS = 300_000;

/**
 * Any host of the LAN can pose as a router, so the one that is used stays the one: same id and address first, then the same
 * id (it got another address), then the same address (new firmware, new id). Only routers that answered our own address of
 * this LAN are taken at all.
 */
export function chooseGateway(found: readonly GatewayFacts[], around: ChoiceCircumstances): GatewayChoice {
  const { start, lastUsed, missingFor } = around;
  const near = [...found.entries()].filter(([, { localAddress }]) => localAddress === start.localAddress);
  const pick = (fits: (facts: GatewayFacts) => boolean) => near.find(([, facts]) => fits(facts))?.[0];
  const preferred = pick((f) => f.isDefaultRouter || f.address === start.defaultRouter) ?? near[0]?.[0] ?? null;
  if (lastUsed === null) return { index: preferred, isSame: false, reason: '' };
  const { id, address } = lastUsed;

  const fullIgd = pick((f) => f.address === address && f.kind === 'igd');
  if (lastUsed.kind !== 'igd' && fullIgd !== undefined)
    return { index: fullIgd, isSame: false, reason: 'it speaks UPnP now' };
  const routed = pick((f) => f.address === start.defaultRouter);
  if (lastUsed.isDefaultRouter && address !== start.defaultRouter && routed !== undefined)
    return { index: routed, isSame: false, reason: 'the default route leads to it now' };
  const same = pick((f) => f.id === id && f.address === address);
  if (same !== undefined) return { index: same, isSame: true, reason: '' };
  const moved = pick((f) => f.id === id && f.kind === 'igd');
  if (moved !== undefined) return { index: moved, isSame: false, reason: 'same router, another address' };
  const renewed = pick((f) => f.address === address && f.kind === lastUsed.kind);
  if (renewed !== undefined) return { index: renewed, isSame: false, reason: 'another id at the same address' };
  if (preferred === null || missingFor < PATIENCE_MS)
    return { index: null, isSame: true, reason: 'the router that was used does not answer' };
  return { index: preferred, isSame: false, reason: 'the router that was used has not answered for minutes' };
}
