import type { AddressKind } from '../core/address-kind.ts';
import type { AddressSource, MappingProtocol } from '../core/internet.ts';
import type { KeeperState } from '../upnp/keeper-state.ts';
import type { WebhookState } from './internet/address-webhook.ts';

/** What one source says of the external address. `sip`: what the site's SIP server saw (`received=` of our Via, RFC 3581). Times: ms since 1970. */
export interface AddressReading {
  readonly source: AddressSource | 'sip';
  /** Is it the one that decides? */
  readonly decides: boolean;
  /** The last good one; null: there never was one. */
  readonly address: string | null;
  /** Of the address, public or why it is not. Null: no address. */
  readonly kind: AddressKind | null;
  /** When `address` was last confirmed. */
  readonly at: number | null;
  /** Why the last try failed, in one sentence; null: it did not. Then `address` is of `at`, and stale. */
  readonly problem: string | null;
}

export interface ExternalAddress {
  /** The valid one in force: what templates and the webhook are told; null: not known (yet). */
  readonly address: string | null;
  readonly since: number | null;
  readonly readings: readonly AddressReading[];
  /** Two fresh sources name different addresses. */
  readonly isDisputed: boolean;
}

/** The office had this address from `since` on; `until` null: it still has. */
export interface AddressPeriod {
  readonly address: string;
  readonly source: AddressSource;
  readonly since: number;
  readonly until: number | null;
}

/** What a test of one open port found. None of it proves that the Internet comes through: only an outside can. */
export interface MappingTest {
  readonly protocol: MappingProtocol;
  readonly externalPort: number;
  /** The router has the entry, and it leads to us. Null: it cannot be asked. */
  readonly isMapped: boolean | null;
  /** A program of this host listens on the internal port; null: it leads to another host. */
  readonly isHeard: boolean | null;
  /** What we sent to our own external address came back through the router (hairpin); false: it did not, which many routers never do; null: not tried, the port is in use. */
  readonly cameBack: boolean | null;
}

/** How the office is reached from outside, and what can be done about it. */
export interface InternetDoors {
  readKeeper(): KeeperState;
  readAddress(): ExternalAddress;
  readWebhook(): WebhookState;
  /** Newest first, at most `limit`. */
  listAddresses(limit: number): Promise<readonly AddressPeriod[]>;
  /** Looks for routers again and restores everything. Resolves when that is done: up to some 10 s. */
  search(): Promise<void>;
  /** Renews every mapping now. */
  renew(): Promise<void>;
  test(): Promise<readonly MappingTest[]>;
  /** Called when the keeper, the address or the webhook have something new to show. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}
