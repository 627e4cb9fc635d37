import type { MappingKey } from './gateway.ts';
import type { KeeperPlan, Note, PlannedMapping } from './keeper-plan.ts';
import type { WantedMapping } from './keeper-state.ts';

/** What ends a round with a mapping, whatever came of it. */
export const END_OF_ROUND = {
  step: 'look',
  clearing: null,
  isCleared: false,
  asksPermanent: false,
  isDisputed: false,
  request: null,
} as const;

/** What a mapping has that is not open. */
export const NOT_OPEN = { leaseSeconds: null, expiresAt: null, renewAt: null } as const;

export function isSameKey(a: MappingKey, b: MappingKey): boolean {
  return a.protocol === b.protocol && a.externalPort === b.externalPort;
}

/** The same port leading to the same place. */
export function isSameMapping(a: Omit<WantedMapping, 'description'>, b: Omit<WantedMapping, 'description'>): boolean {
  return isSameKey(a, b) && a.internalClient === b.internalClient && a.internalPort === b.internalPort;
}

export function withNote(plan: KeeperPlan, note: Note): KeeperPlan {
  return { ...plan, notes: [...plan.notes, note] };
}

export function withMapping(plan: KeeperPlan, wanted: WantedMapping, patch: Partial<PlannedMapping>): KeeperPlan {
  const mappings = plan.mappings.map((m) => (isSameMapping(m.wanted, wanted) ? { ...m, ...patch } : m));
  return { ...plan, mappings };
}

/** The facts that each line about one mapping has. */
export function describeWanted(wanted: WantedMapping): Readonly<Record<string, unknown>> {
  const { protocol, externalPort, internalClient, internalPort } = wanted;
  return { protocol, externalPort, to: `${internalClient}:${internalPort}` };
}
