import type { GatewayKind } from './gateway.ts';

/**
 * What to do about an error.
 * retry: again after a short, growing pause. slow-retry: only a person can change it, so look again rarely. give-up: not before
 * the settings or the router change. rediscover: the router has moved; look for it, then again. ask-permanent: again at once
 * without a lease. look: see who holds the port. delete-and-add: the holder is our own old self. conflict: another host is, and
 * keeps it. no-entry: it is the answer "there is none". cannot-ask: this router never answers this question.
 */
export type Reaction =
  | { readonly do: 'retry' | 'slow-retry' | 'conflict' | 'rediscover'; readonly afterMs: number }
  | { readonly do: 'give-up' | 'ask-permanent' | 'look' | 'delete-and-add' | 'no-entry' | 'cannot-ask' };

/** Who has the external port: not looked yet, nobody, we, what we were before, another host. */
export type Holder = 'unknown' | 'nobody' | 'us' | 'old-self' | 'other';

export interface ErrorCircumstances {
  readonly gatewayKind: GatewayKind;
  readonly asked: 'status' | 'list' | 'find' | 'add' | 'remove';
  /** Failures in a row before this one. */
  readonly failures: number;
  /** Of the request; 0: it asked for a permanent mapping. */
  readonly leaseSeconds: number;
  readonly holder: Holder;
  /** Does the mapping lead to another host than this one? */
  readonly isForAnother: boolean;
}

/** Ms: quick while it may be a moment's trouble, then once a minute for as long as it takes. */
const RETRY_DELAYS_MS = [10_000, 30_000, 60_000];

/** Ms. For what a person must change in the router: soon enough for him to see it, rare enough for months. */
export const SLOW_RETRY_MS = 600_000;

/** Ms between two looks at a port that another host holds. It may be gone any moment; one question is cheap. */
export const CONFLICT_RETRY_MS = 60_000;

/** Failures in a row after which a router that answers nonsense is asked rarely. */
const PATIENCE = 5;

/** Calls in a row without an answer after which the router is looked for again (go-libp2p takes three as well). */
export const SILENT_CALLS = 3;

export function retryDelay(failures: number): number {
  return RETRY_DELAYS_MS[failures] ?? 60_000;
}

export function slowRetry(): Reaction {
  return { do: 'slow-retry', afterMs: SLOW_RETRY_MS };
}

export function retryThenSlow({ failures }: ErrorCircumstances): Reaction {
  return failures < PATIENCE ? { do: 'retry', afterMs: retryDelay(failures) } : slowRetry();
}
