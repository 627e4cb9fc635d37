import type { MacAddress } from '../../core/mac-address.ts';
import type { Note } from '../../core/note.ts';

/** A PnP server that is not this one: whatever it says, phones believe. Texts are printable and cut; they are claims. Times: ms since 1970. */
export interface OtherServer {
  /** The MAC address, or the IPv4 address where none is to be seen: what the site's `knownServers` name. */
  readonly id: string;
  readonly address: string;
  /** By the neighbour table; null: it stands behind a router, or on this host. */
  readonly mac: MacAddress | null;
  /** Whose MAC addresses begin like this, as far as we know makes. */
  readonly make: string | null;
  /** It runs on this very host. */
  readonly isOwnHost: boolean;
  /** Our own address on the LAN where it was heard. */
  readonly heardAt: string;
  /** Its answer to a phone's question; null: it only sends NOTIFYs. */
  readonly status: number | null;
  /** What it calls itself. */
  readonly says: string | null;
  /** Where it sends phones; null: it names nothing. */
  readonly url: string | null;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

export interface OtherServersState {
  /** When the LAN was asked last; null: not yet. */
  readonly checkedAt: number | null;
  readonly isChecking: boolean;
  /** Why the last check could not ask everywhere; null: it could. */
  readonly problem: Note | null;
  readonly servers: readonly (OtherServer & { readonly isKnown: boolean })[];
}

/** Who else answers phones here. */
export interface OtherServers {
  read(): OtherServersState;
  /** Those that nobody has called wanted: the alarm. */
  alarms(): readonly OtherServer[];
  /** Asks now; resolves when the answers are in, after some seconds. */
  check(): Promise<void>;
  /** Called when there is something new to show. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}
