import { findHolder, isRemovable } from './find-holder.ts';
import type { Gateway, GatewayMapping, MappingRequest } from './gateway.ts';
import type { KeeperPlan } from './keeper-plan.ts';
import { isSilence } from './plan-contact.ts';
import { isSameKey } from './plan-parts.ts';

/** Entries that are read of a router's table. Real tables have some hundred places at most, and each costs a request. */
export const MOST_LISTED = 128;

export interface FarewellResult {
  readonly removed: number;
  /** Ours and not removed: a lease ends them, or they stay. */
  readonly left: number;
}

/**
 * Takes our own entries out of the router: those without a lease first, because nothing else would end them. Looks before
 * it deletes, since a port may be another host's by now. Ends at the first silence, or once `isOver`.
 */
export async function sayFarewell(plan: KeeperPlan, gateway: Gateway, isOver: () => boolean): Promise<FarewellResult> {
  const requests = findRequests(plan, gateway.facts.id);
  let listed: readonly GatewayMapping[] | undefined;
  let removed = 0;
  let left = 0;
  for (const [index, request] of requests.entries()) {
    const rest = requests.length - index;
    if (isOver()) return { removed, left: left + rest };
    const found = await findEntry(request);
    if (found === 'silence') return { removed, left: left + rest };
    if (found === null) continue;
    if (isOver()) return { removed, left: left + rest };
    const result = await gateway.removeMapping(request);
    if (result.ok) removed += 1;
    else if (isSilence(result.problem)) return { removed, left: left + rest };
    else left += 1;
  }
  return { removed, left };

  /** Null: it is not there any more, or not ours, or nobody can tell and its lease will end it. */
  async function findEntry(request: MappingRequest): Promise<MappingRequest | 'silence' | null> {
    // What PCP and NAT-PMP delete can only be the asker's own.
    if (gateway.facts.kind !== 'igd') return request;
    const found = await gateway.findMapping(request);
    if (!found.ok && isSilence(found.problem)) return 'silence';
    const entry = found.ok ? found.value : request.leaseSeconds === 0 ? await findListed(request) : null;
    if (entry === null) return null;
    // Whether its time is over does not matter: it stands there.
    const now = Number.NEGATIVE_INFINITY;
    return findHolder(plan, request, entry, now) === 'us' && isRemovable(plan, entry, now) ? request : null;
  }

  async function findListed(request: MappingRequest): Promise<GatewayMapping | null> {
    if (listed === undefined) {
      const answer = await gateway.listMappings(MOST_LISTED);
      listed = answer.ok ? answer.value : [];
    }
    return listed.find((entry) => isSameKey(entry, request)) ?? null;
  }
}

function findRequests(plan: KeeperPlan, gatewayId: string): MappingRequest[] {
  const own = [...plan.made, ...plan.leaving]
    .filter((entry) => entry.gatewayId === gatewayId)
    .map(({ request }) => request);
  const places = own.map((r) => `${r.protocol} ${r.externalPort} ${r.internalClient} ${r.internalPort}`);
  const unique = own.filter((_, index) => places.indexOf(places[index] ?? '') === index);
  return unique.sort((a, b) => Number(a.leaseSeconds !== 0) - Number(b.leaseSeconds !== 0));
}
