import { err, ok, type Result } from '../../src/core/result.ts';
import type {
  Gateway,
  GatewayError,
  GatewayFacts,
  GatewayMapping,
  GatewayStatus,
  MappingKey,
  MappingRequest,
} from '../../src/upnp/gateway.ts';

export interface ModelQuirks {
  /** How it refuses a lease; null: it grants them. */
  readonly leaseError: 725 | 402 | null;
  /** Every lease ends at once (old DD-WRT). */
  readonly endsLeases: boolean;
  /** A renewal is accepted and changes nothing. */
  readonly neverExtends: boolean;
  /** Seconds; longer leases are cut. */
  readonly longestLease: number;
  /** Entries; more are accepted and not kept (Linksys). */
  readonly places: number;
  /** A port of another host is overwritten without a word. */
  readonly overwrites: boolean;
  /** What a look is answered with; null: the entry. */
  readonly lookError: number | null;
  /** Only the host itself may add or delete its entries. */
  readonly isSecure: boolean;
  /** How it counts its uptime. */
  readonly uptime: 'seconds' | 'nonsense' | 'constant' | 'none';
  readonly tellsBootId: boolean;
  readonly keepsTable: boolean;
  readonly movesPort: boolean;
  /** One process for SSDP and HTTP: frozen, it is not found either. */
  readonly isOneDaemon: boolean;
}

export const STANDARD: ModelQuirks = {
  leaseError: null,
  endsLeases: false,
  neverExtends: false,
  longestLease: 604_800,
  places: 1000,
  overwrites: false,
  lookError: null,
  isSecure: false,
  uptime: 'seconds',
  tellsBootId: true,
  keepsTable: false,
  movesPort: false,
  isOneDaemon: true,
};

interface Entry {
  readonly client: string;
  readonly port: number;
  readonly description: string;
  enabled: boolean;
  expiresAt: number | null;
}

/** A router in simulated time: a table, leases, reboots, and a memory of what was done to others' entries. */
export class ModelRouter {
  readonly table = new Map<string, Entry>();
  /** Entries of others that were deleted or overwritten by a call. */
  readonly crimes: string[] = [];
  /** Times of calls. */
  readonly calls: number[] = [];
  /** Addresses that are ours, now or before. */
  readonly ours = new Set<string>();
  readonly quirks: ModelQuirks;
  readonly address: string;
  readonly udn: string;
  externalAddress = '128.66.0.5';
  bootId = 1;
  port = 5000;
  isUp = true;
  isFrozen = false;
  bootedAt = 0;
  #nonsense = 0;

  constructor(quirks: Partial<ModelQuirks> = {}, address = '192.168.77.1') {
    this.quirks = { ...STANDARD, ...quirks };
    this.address = address;
    this.udn = `uuid:model-${address}`;
  }

  static key({ protocol, externalPort }: MappingKey): string {
    return `${protocol} ${externalPort}`;
  }

  facts(localAddress: string, defaultRouter: string | null): GatewayFacts {
    return {
      kind: 'igd',
      id: this.udn,
      address: this.address,
      localAddress,
      name: 'model',
      manufacturer: null,
      model: null,
      serviceType: 'urn:schemas-upnp-org:service:WANIPConnection:1',
      location: `http://${this.address}:${this.port}/`,
      bootId: this.quirks.tellsBootId ? this.bootId : null,
      isDefaultRouter: defaultRouter === this.address,
    };
  }

  answersSearch(): boolean {
    return this.isUp && !(this.isFrozen && this.quirks.isOneDaemon);
  }

  goDown(): void {
    this.isUp = false;
  }

  comeUp(now: number): void {
    this.isUp = true;
    this.bootedAt = now;
    this.bootId += 1;
    if (this.quirks.movesPort) this.port += 1;
    if (!this.quirks.keepsTable) this.table.clear();
  }

  entry(key: MappingKey, now: number): Entry | undefined {
    const entry = this.table.get(ModelRouter.key(key));
    if (entry?.expiresAt != null && entry.expiresAt <= now) {
      this.table.delete(ModelRouter.key(key));
      return undefined;
    }
    return entry;
  }

  /** Another host maps a port, if it is free. */
  occupy(key: MappingKey, client: string, now: number): boolean {
    if (this.entry(key, now) !== undefined) return false;
    this.table.set(ModelRouter.key(key), { client, port: 9, description: 'other', enabled: true, expiresAt: null });
    return true;
  }

  release(key: MappingKey, client: string): void {
    if (this.table.get(ModelRouter.key(key))?.client === client) this.table.delete(ModelRouter.key(key));
  }

  /** Reached from an address that is not its host's any more, or at a port that it has left: refused. */
  #reach(facts: GatewayFacts, now: number): GatewayError | null {
    this.calls.push(now);
    if (!this.isUp || this.isFrozen) return { kind: 'timeout', text: 'no answer within 3 s' };
    if (facts.location !== `http://${this.address}:${this.port}/`) return { kind: 'refused', text: 'refused' };
    return null;
  }

  status(facts: GatewayFacts, now: number): Result<GatewayStatus, GatewayError> {
    const trouble = this.#reach(facts, now);
    if (trouble !== null) return err(trouble);
    const seconds = Math.floor((now - this.bootedAt) / 1000);
    const { uptime } = this.quirks;
    this.#nonsense = (this.#nonsense * 7919 + 13) % 9973;
    const told = { seconds, nonsense: this.#nonsense, constant: 5, none: null }[uptime];
    const seen = this.externalAddress;
    return ok({ externalAddress: seen, seen, isConnected: true, connection: 'Connected', uptimeSeconds: told });
  }

  find(facts: GatewayFacts, key: MappingKey, now: number): Result<GatewayMapping | null, GatewayError> {
    const trouble = this.#reach(facts, now);
    if (trouble !== null) return err(trouble);
    if (this.quirks.lookError !== null) return err({ kind: 'upnp', code: this.quirks.lookError, text: '' });
    const entry = this.entry(key, now);
    return ok(entry === undefined ? null : this.#tell(key, entry, now));
  }

  list(facts: GatewayFacts, most: number, now: number): Result<readonly GatewayMapping[], GatewayError> {
    const trouble = this.#reach(facts, now);
    if (trouble !== null) return err(trouble);
    const told = [...this.table].flatMap(([text, entry]) => {
      const [protocol = 'UDP', port] = text.split(' ');
      const key = { protocol: protocol === 'TCP' ? 'TCP' : 'UDP', externalPort: Number(port) } as const;
      return this.entry(key, now) === undefined ? [] : [this.#tell(key, entry, now)];
    });
    return ok(told.slice(0, most));
  }

  #tell({ protocol, externalPort }: MappingKey, entry: Entry, now: number): GatewayMapping {
    const { client, port, description, enabled, expiresAt } = entry;
    const leaseSeconds = expiresAt === null ? 0 : Math.ceil((expiresAt - now) / 1000);
    return { protocol, externalPort, internalClient: client, internalPort: port, description, enabled, leaseSeconds };
  }

  add(facts: GatewayFacts, request: MappingRequest, now: number): Result<{ leaseSeconds: number }, GatewayError> {
    const trouble = this.#reach(facts, now);
    if (trouble !== null) return err(trouble);
    const { leaseError, isSecure, overwrites, places, longestLease, neverExtends, endsLeases } = this.quirks;
    if (isSecure && request.internalClient !== facts.localAddress) return err({ kind: 'upnp', code: 718, text: '' });
    if (leaseError !== null && request.leaseSeconds > 0) return err({ kind: 'upnp', code: leaseError, text: '' });
    const before = this.entry(request, now);
    const isTheirs = before !== undefined && before.client !== request.internalClient;
    if (isTheirs && !overwrites) return err({ kind: 'upnp', code: 718, text: '' });
    if (isTheirs && !this.ours.has(before.client)) this.crimes.push(`overwrote ${before.client}`);
    if (before === undefined && this.table.size >= places) return ok({ leaseSeconds: request.leaseSeconds });
    const lease = Math.min(request.leaseSeconds, longestLease);
    if (endsLeases && lease > 0) {
      this.table.delete(ModelRouter.key(request));
      return ok({ leaseSeconds: request.leaseSeconds });
    }
    const granted = lease === 0 ? null : now + lease * 1000;
    const keepsOld = neverExtends && before !== undefined;
    const description = before?.description ?? request.description;
    this.table.set(ModelRouter.key(request), {
      client: request.internalClient,
      port: request.internalPort,
      description: isTheirs ? request.description : description,
      enabled: true,
      expiresAt: keepsOld ? before.expiresAt : granted,
    });
    return ok({ leaseSeconds: request.leaseSeconds });
  }

  remove(facts: GatewayFacts, request: MappingRequest, now: number): Result<null, GatewayError> {
    const trouble = this.#reach(facts, now);
    if (trouble !== null) return err(trouble);
    const entry = this.entry(request, now);
    if (entry === undefined) return ok(null);
    if (this.quirks.isSecure && entry.client !== facts.localAddress) return err({ kind: 'upnp', code: 606, text: '' });
    if (!this.ours.has(entry.client)) this.crimes.push(`removed ${entry.client}`);
    this.table.delete(ModelRouter.key(request));
    return ok(null);
  }

  /** The same router behind the interface of the clients, for the loop. */
  asGateway(facts: GatewayFacts, now: () => number, wait: () => Promise<void>): Gateway {
    const later = async <T>(answer: () => T): Promise<T> => {
      await wait();
      return answer();
    };
    return {
      facts,
      readStatus: () => later(() => this.status(facts, now())),
      findMapping: (key) => later(() => this.find(facts, key, now())),
      addMapping: (request) => later(() => this.add(facts, request, now())),
      removeMapping: (request) => later(() => this.remove(facts, request, now())),
      listMappings: (most) => later(() => this.list(facts, most, now())),
    };
  }
}
