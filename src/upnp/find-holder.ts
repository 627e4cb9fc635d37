import { DESCRIPTION_PREFIX } from './expand-mappings.ts';
import type { GatewayMapping } from './gateway.ts';
import type { KeeperPlan } from './keeper-plan.ts';
import type { WantedMapping } from './keeper-state.ts';
import { isSameMapping } from './plan-parts.ts';
import type { Holder } from './reaction.ts';

/**
 * Who has an external port. It is us when it leads where it should, whatever it is called. It is our old self when we made it
 * ourselves and its time is not over (our address was another then), or when it leads to another port of this host under our
 * name. All else is another's, another program of this host too, and stays.
 */
export function findHolder(plan: KeeperPlan, wanted: WantedMapping, entry: GatewayMapping | null, now: number): Holder {
  if (entry === null) return 'nobody';
  if (isSameMapping(entry, wanted)) return 'us';
  const isNamedOurs = entry.description.startsWith(DESCRIPTION_PREFIX);
  if (isNamedOurs && entry.internalClient === plan.gateway?.localAddress) return 'old-self';
  return (isNamedOurs || entry.description === '') && wasMade(plan, entry, now) ? 'old-self' : 'other';
}

/** May it be taken away? What a person made by hand may not, though it leads to us. */
export function isRemovable(plan: KeeperPlan, entry: GatewayMapping, now: number): boolean {
  return entry.description.startsWith(DESCRIPTION_PREFIX) || wasMade(plan, entry, now);
}

function wasMade({ made, gateway }: KeeperPlan, entry: GatewayMapping, now: number): boolean {
  return made.some(
    ({ gatewayId, request, expiresAt }) =>
      gatewayId === gateway?.id && isSameMapping(request, entry) && (expiresAt === null || expiresAt > now),
  );
}
