import type { PortMapping } from '../core/internet.ts';
import type { SearchStart } from './choose-search-start.ts';
import type {
  GatewayError,
  GatewayFacts,
  GatewayMapping,
  GatewayStatus,
  MappingRequest,
  RefusedAnswer,
} from './gateway.ts';
import type { MappingState, WantedMapping } from './keeper-state.ts';

/**
 * All that the keeper knows and intends. Times are ms of one steady clock (`steady-clock.ts`), which never runs backward and
 * counts a suspend as passed. Null as a due time: not before something else happens.
 */
export interface KeeperPlan {
  readonly start: SearchStart | null;
  /** Ms between two questions for status and address; 0: never. */
  readonly pollMs: number;
  /** The rows to map; none while mapping is switched off. */
  readonly rows: readonly PortMapping[];
  readonly search: SearchPlan;
  readonly gateway: GatewayFacts | null;
  readonly gatewaySince: number | null;
  /** The last one that was used: it stays the one, as long as it can be found. */
  readonly lastUsed: GatewayFacts | null;
  /** Since when searches no longer find `lastUsed`. */
  readonly missingSince: number | null;
  readonly others: readonly GatewayFacts[];
  readonly refused: readonly RefusedAnswer[];
  readonly contact: Contact;
  readonly status: StatusPlan;
  readonly sweep: { readonly dueAt: number | null; readonly tries: number; readonly doneFor: readonly string[] };
  /** Ids of the routers that take permanent mappings only. */
  readonly permanentOnly: readonly string[];
  readonly rebootedAt: number | null;
  readonly mappings: readonly PlannedMapping[];
  readonly leaving: readonly LeavingMapping[];
  /** What we put into a router, and may therefore take away again. */
  readonly made: readonly MadeMapping[];
  /** To be written to the log, then forgotten. */
  readonly notes: readonly Note[];
}

export interface SearchPlan {
  readonly state: 'idle' | 'searching' | 'found' | 'none';
  readonly endedAt: number | null;
  readonly from: string | null;
  readonly dueAt: number | null;
  /** Searches in a row that found nothing. */
  readonly misses: number;
  /** Alarms in a row: each makes the next one wait longer. */
  readonly alarms: number;
  readonly alarmedAt: number | null;
}

/** How talking to the present router goes. */
export interface Contact {
  /** Calls in a row without any answer. */
  readonly failures: number;
  /** Until then it is left alone. */
  readonly quietUntil: number;
  readonly answeredAt: number | null;
  /** Can it be asked for one mapping? */
  readonly canFind: boolean;
  readonly error: GatewayError | null;
}

export interface StatusPlan {
  readonly dueAt: number | null;
  readonly value: GatewayStatus | null;
  readonly readAt: number | null;
  readonly error: GatewayError | null;
  /** The last reading was the second look at a new address. */
  readonly isConfirmed: boolean;
}

/** look: see who has the port. clear: take our own old entry away. add: make or renew it. read-back: see what it became. */
export type MappingStep = 'look' | 'clear' | 'add' | 'read-back';

export interface PlannedMapping {
  readonly wanted: WantedMapping;
  readonly state: MappingState;
  readonly since: number;
  readonly step: MappingStep;
  readonly dueAt: number | null;
  readonly heldBy: string | null;
  readonly leaseSeconds: number | null;
  readonly expiresAt: number | null;
  readonly renewAt: number | null;
  readonly failures: number;
  readonly error: GatewayError | null;
  /** What `clear` takes away. */
  readonly clearing: GatewayMapping | null;
  /** It was cleared once for this renewal: not a second time. */
  readonly isCleared: boolean;
  /** The next request asks for a permanent entry, to see whether that is what the router means. */
  readonly asksPermanent: boolean;
  /** Of the last request: as asked and as granted. Null: none is under way. */
  readonly request: { readonly leaseSeconds: number; readonly granted: number } | null;
  /** Its last request was answered with 718: then nobody on the port is a conflict as well. */
  readonly isDisputed: boolean;
  /** What the log was told of it last, so that it is told once per change. */
  readonly told: string;
  /** When the log was last told that it is open again. */
  readonly restoredAt: number | null;
}

/** One of ours that is no longer wanted. */
export interface LeavingMapping {
  readonly gatewayId: string;
  readonly request: MappingRequest;
  readonly step: 'look' | 'remove';
  readonly dueAt: number;
  readonly failures: number;
  /** Then it is gone by itself; null: it stays until it is removed. */
  readonly expiresAt: number | null;
}

export interface MadeMapping {
  readonly gatewayId: string;
  readonly request: MappingRequest;
  readonly expiresAt: number | null;
}

/** A line for the log. */
export interface Note {
  readonly level: 'info' | 'warn' | 'error' | 'debug';
  readonly facts: Readonly<Record<string, unknown>> & { readonly event: string };
  readonly message: string;
}

/** Names one planned or leaving mapping. */
export type MappingTarget = { readonly of: 'mapping' | 'leaving'; readonly request: WantedMapping };

export type KeeperAction =
  /** Nothing to do before `until`; null: before something happens. */
  | { readonly do: 'rest'; readonly until: number | null }
  | { readonly do: 'search'; readonly start: SearchStart }
  | { readonly do: 'read-status' }
  | { readonly do: 'sweep' }
  /** The whole table, where `find` is not to be had. */
  | { readonly do: 'find' | 'list'; readonly target: MappingTarget }
  | { readonly do: 'add'; readonly target: MappingTarget; readonly request: MappingRequest }
  | { readonly do: 'remove'; readonly target: MappingTarget; readonly request: MappingRequest };

export const EMPTY_CONTACT: Contact = { failures: 0, quietUntil: 0, answeredAt: null, canFind: true, error: null };

export const EMPTY_PLAN: KeeperPlan = {
  start: null,
  pollMs: 0,
  rows: [],
  search: { state: 'idle', endedAt: null, from: null, dueAt: null, misses: 0, alarms: 0, alarmedAt: null },
  gateway: null,
  gatewaySince: null,
  lastUsed: null,
  missingSince: null,
  others: [],
  refused: [],
  contact: EMPTY_CONTACT,
  status: { dueAt: null, value: null, readAt: null, error: null, isConfirmed: false },
  sweep: { dueAt: null, tries: 0, doneFor: [] },
  permanentOnly: [],
  rebootedAt: null,
  mappings: [],
  leaving: [],
  made: [],
  notes: [],
};
