import type { MappingProtocol } from '../core/internet.ts';
import type { Result } from '../core/result.ts';

export type GatewayKind = 'igd' | 'pcp' | 'nat-pmp';

/** A router that maps ports. Texts come from the network: printable, cut, never trusted. */
export interface GatewayFacts {
  readonly kind: GatewayKind;
  /** UDN of the IGD (not validated: Thomson and BT invent their own form); `<kind>:<address>` for the others. */
  readonly id: string;
  /** IPv4 on our LAN. */
  readonly address: string;
  /** Our own IPv4 there. */
  readonly localAddress: string;
  /** Friendly name, or null. */
  readonly name: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  /** `urn:schemas-upnp-org:service:WANIPConnection:2`; null where it is no IGD. */
  readonly serviceType: string | null;
  /** Where its description was read; null where it is no IGD. */
  readonly location: string | null;
  /** BOOTID.UPNP.ORG of its answer (UDA 1.1), or null. */
  readonly bootId: number | null;
  /** Is it the router of the host's default route? */
  readonly isDefaultRouter: boolean;
}

export interface MappingKey {
  readonly protocol: MappingProtocol;
  readonly externalPort: number;
}

export interface MappingRequest extends MappingKey {
  readonly internalClient: string;
  readonly internalPort: number;
  /** Printable ASCII. */
  readonly description: string;
  /** 0: permanent (IGD only). */
  readonly leaseSeconds: number;
}

/** A mapping as the router tells it. */
export interface GatewayMapping extends MappingKey {
  readonly internalClient: string;
  readonly internalPort: number;
  readonly description: string;
  readonly enabled: boolean;
  /** What is left of it; 0: permanent. */
  readonly leaseSeconds: number;
}

export interface GatewayStatus {
  /** A well-formed IPv4, of any range; null: empty, missing or malformed (then `seen` says what came). */
  readonly externalAddress: string | null;
  readonly seen: string;
  /** `Connected` and `Up` count as connected; null: it does not tell. */
  readonly isConnected: boolean | null;
  /** ConnectionStatus in its own word, or null. */
  readonly connection: string | null;
  /** Of the connection (IGD), or the epoch of NAT-PMP and PCP: smaller than before means it lost its state. Null: not told. */
  readonly uptimeSeconds: number | null;
}

/**
 * Why a router did not do it. `upnp`: an error code of the IGD (UPnP DCP). `pcp`: a result code of RFC 6887 7.4 or
 * RFC 6886 3.5. `refused`: nothing listens where its control URL was: it has moved. `timeout`, `unreachable`: no answer in time, no way there.
 * `malformed`, `too-large`, `redirected`: it answered what no router should. `unsupported`: this protocol has no such question.
 * `other-port`: NAT-PMP or PCP granted another external port than wanted (given back at once).
 */
export type GatewayError =
  | { readonly kind: 'upnp'; readonly code: number; readonly text: string }
  | { readonly kind: 'pcp'; readonly code: number; readonly text: string }
  | { readonly kind: 'other-port'; readonly granted: number }
  | {
      readonly kind: 'refused' | 'timeout' | 'unreachable' | 'malformed' | 'too-large' | 'redirected' | 'unsupported';
      /** What was seen, and what was wanted; printable. */
      readonly text: string;
    };

/** One router. Every call ends within seconds, and one runs at a time: small daemons are single-threaded. Never throws for what a router does. */
export interface Gateway {
  readonly facts: GatewayFacts;
  readStatus(): Promise<Result<GatewayStatus, GatewayError>>;
  /** Null: there is none (714). */
  findMapping(key: MappingKey): Promise<Result<GatewayMapping | null, GatewayError>>;
  /** What was granted, as far as it tells; read it back with `findMapping` where that is supported. */
  addMapping(request: MappingRequest): Promise<Result<{ readonly leaseSeconds: number }, GatewayError>>;
  /** Also ok when there was none. */
  removeMapping(request: MappingRequest): Promise<Result<null, GatewayError>>;
  /** Reads the table from its begin; at most `most` entries. */
  listMappings(most: number): Promise<Result<readonly GatewayMapping[], GatewayError>>;
}

/** An answer that was not believed, for the page and `doctor`. */
export interface RefusedAnswer {
  /** IPv4 that it came from. */
  readonly address: string;
  /** What was seen and what was wanted; printable. */
  readonly reason: string;
}

export interface GatewaySearch {
  /** Preferred first: the default router, IGD before PCP before NAT-PMP; one per device. */
  readonly found: readonly Gateway[];
  readonly refused: readonly RefusedAnswer[];
}
