import { classifyAddress } from '../core/classify-address.ts';
import { describeMappingTrouble } from '../upnp/describe-mapping-trouble.ts';
import type { GatewayFacts } from '../upnp/gateway.ts';
import type { KeeperState, KeptMapping, MappingState } from '../upnp/keeper-state.ts';
import type { Texts } from './message-set.ts';

/** Ports in a row of which all is the same, as one row of the table. Times: milliseconds since 1970. */
export interface OpenPortRow {
  /** Unique on the page: `udp-10000`. */
  readonly id: string;
  readonly protocol: string;
  /** `5060`, `10000–10015`. */
  readonly ports: string;
  /** The host that gets what comes in, and its ports. */
  readonly host: string;
  readonly isOwn: boolean;
  readonly hostPorts: string;
  readonly description: string;
  readonly state: MappingState;
  readonly kind: 'good' | 'wait' | 'bad';
  readonly stateText: string;
  readonly since: number;
  readonly isPermanent: boolean;
  /** The first that ends; null: permanent, or there is none. */
  readonly expiresAt: number | null;
  readonly nextAt: number | null;
  readonly nextText: string;
  /** The router's answer in its own words; empty: there is no trouble. */
  readonly seen: string;
  readonly advice: string;
}

export interface OpenPorts {
  readonly rows: readonly OpenPortRow[];
  /** Ports, not rows. */
  readonly open: number;
  readonly wanted: number;
  /** The router says that it has no public address: what is open there is not reached. */
  readonly isHidden: boolean;
}

const KINDS: Readonly<Record<MappingState, OpenPortRow['kind']>> = {
  mapped: 'good',
  wanted: 'wait',
  failing: 'wait',
  'no-gateway': 'wait',
  conflict: 'bad',
  refused: 'bad',
};

export function buildOpenPorts({ mappings, gateway, status }: KeeperState, texts: Texts): OpenPorts {
  const groups: KeptMapping[][] = [];
  for (const kept of mappings) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && isNextOf(last, kept)) group.push(kept);
    else groups.push([kept]);
  }
  return {
    rows: groups.map((group) => buildRow(group, gateway, texts)),
    open: mappings.filter(({ state }) => state === 'mapped').length,
    wanted: mappings.length,
    isHidden: status !== null && classifyAddress(status.externalAddress ?? '') !== 'public',
  };
}

function isNextOf(a: KeptMapping, b: KeptMapping): boolean {
  return (
    a.wanted.protocol === b.wanted.protocol &&
    a.wanted.externalPort + 1 === b.wanted.externalPort &&
    a.wanted.internalPort + 1 === b.wanted.internalPort &&
    a.wanted.internalClient === b.wanted.internalClient &&
    nameOf(a) === nameOf(b) &&
    a.state === b.state &&
    a.heldBy === b.heldBy &&
    (a.leaseSeconds === 0) === (b.leaseSeconds === 0) &&
    JSON.stringify(a.error) === JSON.stringify(b.error)
  );
}

/** Each entry in the router has a name of its own: its port at the end says nothing here. */
function nameOf({ wanted: { description, protocol, externalPort } }: KeptMapping): string {
  const port = ` ${protocol} ${externalPort}`;
  return description.endsWith(port) ? description.slice(0, -port.length) : description;
}

function buildRow(group: readonly KeptMapping[], gateway: GatewayFacts | null, { t }: Texts): OpenPortRow {
  const [first] = group;
  if (first === undefined) throw new Error('a group of no ports');
  const { wanted, state } = first;
  const { protocol, externalPort, internalPort, internalClient } = wanted;
  const trouble = describeMappingTrouble(first, gateway);
  const ends = group.flatMap(({ expiresAt }) => expiresAt ?? []);
  const next = group.flatMap(({ nextAt }) => nextAt ?? []);
  return {
    id: `${protocol.toLowerCase()}-${externalPort}`,
    protocol,
    ports: formatPortRange(externalPort, group.length),
    host: internalClient,
    isOwn: internalClient === gateway?.localAddress,
    hostPorts: formatPortRange(internalPort, group.length),
    description: nameOf(first),
    state,
    kind: KINDS[state],
    stateText: t(`mapping.${state}`, { host: first.heldBy ?? t('mapping.another-host') }),
    since: Math.max(...group.map(({ since }) => since)),
    isPermanent: state === 'mapped' && first.leaseSeconds === 0,
    expiresAt: ends.length === 0 ? null : Math.min(...ends),
    nextAt: next.length === 0 ? null : Math.min(...next),
    nextText: t(state === 'mapped' ? 'mapping.next-look' : 'mapping.next-try'),
    seen: trouble?.seen ?? '',
    advice: trouble === null ? '' : t(`advice.${trouble.advice}`),
  };
}

/** `5060`, `10000–10015`. */
export function formatPortRange(first: number, count: number): string {
  return count > 1 ? `${first}–${first + count - 1}` : String(first);
}
