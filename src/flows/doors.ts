import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Failure } from '../core/quarantine.ts';
import type { NotifyOutcome, NotifyRequest } from '../sip/notify-client.ts';
import type { Counters } from './counters.ts';
import type { Office } from './office.ts';

/** The LAN as flows see it: `lan/interface-watch` and `lan/neighbour-table` fit. */
export interface LanDoors {
  /** Our address on the interface that routes to the peer; undefined: no served interface does. */
  localAddressFor(peer: string): string | undefined;
  isOnLink(peer: string): boolean;
  isOwnAddress(address: string): boolean;
  macOf(address: string): Promise<MacAddress | undefined>;
  /** The same from what is known already, some seconds old at most: nothing is waited for. */
  peekMac(address: string): MacAddress | undefined;
}

export type { NotifyOutcome, NotifyRequest } from '../sip/notify-client.ts';

/** `sip/notify-client` and `sip/lan-sockets` fit. */
export interface SipDoors {
  send(localAddress: string, data: Buffer, to: { readonly address: string; readonly port: number }): void;
  portOf(localAddress: string): number | undefined;
  notify(request: NotifyRequest): Promise<NotifyOutcome>;
}

/** Who is heard at all: `source-gate` and `quarantine` fit. */
export interface SourceDoors {
  /** May a datagram from there be read? */
  hears(address: string): boolean;
  /** Tells what a source failed at: who keeps failing is kept out for some time. */
  fail(failure: Failure): void;
}

/** All that the flows reach out through. */
export interface Doors {
  readonly office: Office;
  readonly lan: LanDoors;
  readonly sip: SipDoors;
  readonly sources: SourceDoors;
  readonly counters: Counters;
  readonly log: Logger;
  /** Port of the server that phones fetch from. */
  readonly phonePort: number;
  /** The same over TLS; left out: there is none. */
  readonly phoneTlsPort?: number | undefined;
  /** Whether the certificate there is of the site's own authority; left out: no. */
  readonly hasOwnAuthority?: boolean;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}
