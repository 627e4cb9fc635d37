/** The table of a router's port mappings, with the semantics of WANIPConnection:1 and :2 (2.4.16 to 2.4.18 of the service's definition). */

export interface FakeMapping {
  readonly protocol: string;
  readonly externalPort: number;
  readonly internalClient: string;
  readonly internalPort: number;
  readonly description: string;
  readonly enabled: boolean;
  /** By the table's clock; null: permanent. */
  readonly expiresAt: number | null;
}

/** What a test puts into the table by itself. Default: enabled, permanent, the internal port is the external one. */
export type HeldMapping = Pick<FakeMapping, 'protocol' | 'externalPort' | 'internalClient'> &
  Partial<FakeMapping> & { readonly leaseSeconds?: number };

/** How a router departs from the definition. May be changed while it runs. */
export interface TableQuirks {
  /** Every lease is this one, whatever was asked (Technicolor: 86400); 0: permanent. */
  leaseSeconds?: number | undefined;
  /** A renewal is accepted, and the old lease runs on (old miniupnpd). */
  renewalKeepsLease?: boolean;
  /** Says yes to AddPortMapping and keeps nothing. */
  ignoresMappings?: boolean;
  /** Keeps this host in place of the one that was named. */
  internalClient?: string | undefined;
  /** A renewal leaves the old description (miniupnpd). */
  keepsDescription?: boolean;
  /** Entries; one more is 728. */
  capacity?: number | undefined;
  /** Above its capacity it says yes and keeps nothing (Linksys: 32). */
  ignoresOverflow?: boolean;
  /** A mapping of another host is overwritten, without 718. */
  overwritesOthers?: boolean;
  /** Says yes when asked to delete what is not there (miniupnpd with nftables). */
  deletesSilently?: boolean;
  /** Maps, and lets others delete, only for the host that asks: 718 and 606 (miniupnpd's secure mode; IGD:2 2.5.18). */
  isSecure?: boolean;
}

export interface AddArguments {
  readonly protocol: string;
  readonly externalPort: number;
  readonly internalClient: string;
  readonly internalPort: number;
  readonly description: string;
  readonly enabled: boolean;
  readonly leaseSeconds: number;
}

export interface MappingTable {
  /** What has not run out, oldest first. */
  list(): readonly FakeMapping[];
  find(protocol: string, externalPort: number): FakeMapping | undefined;
  /** Puts a mapping there without asking anybody: that of another host, or of our own life before. */
  hold(mapping: HeldMapping): void;
  forget(protocol: string, externalPort: number): void;
  clear(): void;
  /** Seconds left, rounded up; 0: permanent. */
  secondsLeft(mapping: FakeMapping): number;
  /** UPnP error code, or 0. `sender`: the address that asks. */
  add(wanted: AddArguments, sender: string): number;
  /** UPnP error code, or 0. */
  remove(protocol: string, externalPort: number, sender: string): number;
}

/** Seconds. WANIPConnection:2 2.3.16: the longest lease, and what 0 becomes. */
const LONGEST_LEASE_V2 = 604_800;

export function createMappingTable(version: 1 | 2, quirks: TableQuirks, clock: () => number): MappingTable {
  let entries: FakeMapping[] = [];

  function list(): readonly FakeMapping[] {
    const now = clock();
    entries = entries.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
    return entries;
  }

  function find(protocol: string, externalPort: number): FakeMapping | undefined {
    return list().find((entry) => entry.protocol === protocol && entry.externalPort === externalPort);
  }

  function forget(protocol: string, externalPort: number): void {
    entries = list().filter((entry) => entry.protocol !== protocol || entry.externalPort !== externalPort);
  }

  function put(entry: FakeMapping): void {
    const old = find(entry.protocol, entry.externalPort);
    if (old === undefined) entries.push(entry);
    else entries = entries.map((other) => (other === old ? entry : other));
  }

  function expiry(leaseSeconds: number): number | null {
    return leaseSeconds === 0 ? null : clock() + 1_000 * leaseSeconds;
  }

  function grant(asked: number): number {
    if (quirks.leaseSeconds !== undefined) return quirks.leaseSeconds;
    return version === 2 && (asked === 0 || asked > LONGEST_LEASE_V2) ? LONGEST_LEASE_V2 : asked;
  }

  function add(wanted: AddArguments, sender: string): number {
    const { protocol, externalPort, leaseSeconds, ...rest } = wanted;
    if (quirks.isSecure && wanted.internalClient !== sender) return 718;
    const old = find(protocol, externalPort);
    if (old !== undefined && old.internalClient !== wanted.internalClient && !quirks.overwritesOthers) return 718;
    if (quirks.ignoresMappings) return 0;
    if (old === undefined && list().length >= (quirks.capacity ?? Number.POSITIVE_INFINITY)) {
      return quirks.ignoresOverflow ? 0 : 728;
    }
    put({
      ...rest,
      protocol,
      externalPort,
      internalClient: quirks.internalClient ?? wanted.internalClient,
      description: old !== undefined && quirks.keepsDescription ? old.description : wanted.description,
      expiresAt: old !== undefined && quirks.renewalKeepsLease ? old.expiresAt : expiry(grant(leaseSeconds)),
    });
    return 0;
  }

  function remove(protocol: string, externalPort: number, sender: string): number {
    const old = find(protocol, externalPort);
    if (old === undefined) return quirks.deletesSilently ? 0 : 714;
    if (quirks.isSecure && old.internalClient !== sender) return 606;
    forget(protocol, externalPort);
    return 0;
  }

  return {
    list,
    find,
    hold: ({ leaseSeconds = 0, ...mapping }) =>
      put({
        internalPort: mapping.externalPort,
        description: 'another host',
        enabled: true,
        expiresAt: expiry(leaseSeconds),
        ...mapping,
      }),
    forget,
    clear: () => {
      entries = [];
    },
    secondsLeft: ({ expiresAt }) => (expiresAt === null ? 0 : Math.ceil((expiresAt - clock()) / 1_000)),
    add,
    remove,
  };
}
