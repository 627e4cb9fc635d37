/** A packet that must come in. */
export interface Packet {
  readonly protocol: 'udp' | 'tcp';
  /** Destination. */
  readonly port: number;
  /** IPv4 of a multicast group; null: one of our own addresses. */
  readonly group: string | null;
}

/** Does a rule's condition hold? Null: it depends on what is not known here, such as the sender. */
export type Holds = boolean | null;

export interface FirewallRule {
  readonly holds: (packet: Packet) => Holds;
  readonly does:
    | { readonly kind: 'accept' | 'drop' | 'return' | 'nothing' }
    | { readonly kind: 'jump' | 'goto'; readonly chain: string };
  /** As people know it. */
  readonly text: string;
}

export interface FirewallChain {
  /** Unique within its table. */
  readonly name: string;
  readonly rules: readonly FirewallRule[];
}

/** One table's way in: packets must pass each of them. */
export interface FirewallEntry {
  readonly table: string;
  readonly chains: ReadonlyMap<string, FirewallChain>;
  readonly begin: string;
  /** What happens to what no rule decides. */
  readonly policy: 'accept' | 'drop';
}

/** All conditions of one rule together. */
export function holdsAll(conditions: readonly Holds[]): Holds {
  if (conditions.includes(false)) return false;
  return conditions.includes(null) ? null : true;
}

/** One of them is enough. */
export function holdsAny(conditions: readonly Holds[]): Holds {
  if (conditions.includes(true)) return true;
  return conditions.includes(null) ? null : false;
}
