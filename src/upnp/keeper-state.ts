import type { GatewayError, GatewayFacts, GatewayStatus, MappingRequest, RefusedAnswer } from './gateway.ts';

/** One port that is to be open. */
export type WantedMapping = Omit<MappingRequest, 'leaseSeconds'>;

/**
 * wanted: on its way. mapped: open, as read back. conflict: another host holds the port. refused: the router says no.
 * failing: it does not work, and is tried again. no-gateway: nobody to ask.
 */
export type MappingState = 'wanted' | 'mapped' | 'conflict' | 'refused' | 'failing' | 'no-gateway';

/** Times in milliseconds since 1970. */
export interface KeptMapping {
  readonly wanted: WantedMapping;
  readonly state: MappingState;
  /** When it came into this state. */
  readonly since: number;
  /** The other host, in a conflict, where the router tells it. */
  readonly heldBy: string | null;
  /** As granted; 0: permanent; null: none. */
  readonly leaseSeconds: number | null;
  /** Null: permanent, or not mapped. */
  readonly expiresAt: number | null;
  /** When it is renewed, looked at or tried again; null: nothing is planned. */
  readonly nextAt: number | null;
  /** The last one, until it works again. */
  readonly error: GatewayError | null;
}

export interface KeeperState {
  readonly search: {
    readonly state: 'idle' | 'searching' | 'found' | 'none';
    /** End of the last search; null: there was none. */
    readonly at: number | null;
    /** Our address that it left from; null: no usable interface. */
    readonly from: string | null;
  };
  /** The one that is used. */
  readonly gateway: GatewayFacts | null;
  /** Since when it is used. */
  readonly gatewaySince: number | null;
  /** Others that answered: shown, not used. */
  readonly others: readonly GatewayFacts[];
  readonly refused: readonly RefusedAnswer[];
  /** Its last answer; the error of the last question, if that failed. */
  readonly status: GatewayStatus | null;
  readonly statusAt: number | null;
  readonly statusError: GatewayError | null;
  /** It takes permanent mappings only (725, 402). */
  readonly onlyPermanent: boolean;
  /** The last time it was seen to have lost its state; null: never since our start. */
  readonly rebootedAt: number | null;
  readonly mappings: readonly KeptMapping[];
}
