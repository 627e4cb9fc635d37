import type { Secret } from '../core/secret.ts';
import type { SubscribeDialog } from '../core/sighting.ts';

/** RFC 3261 17.1.1.1: estimate of the round trip, in ms; the first retransmission comes after it. */
export const T1_MS = 500;

export interface NotifyRequest {
  readonly dialog: SubscribeDialog;
  /** Ours, of the interface that leads to the phone. */
  readonly localAddress: string;
  readonly event: string;
  readonly body?: { readonly contentType: string; readonly text: string };
  /** Default 1. A further NOTIFY of the same dialog has a higher one (RFC 3261 12.2.1.1). */
  readonly cseq?: number;
  /** Answers one 401 or 407. */
  readonly credentials?: { readonly username: string; readonly password: Secret };
  /** Asked when a challenge has come: may its sender have the answer, which passwords can be tried against? Left out: yes. */
  readonly mayProve?: () => Promise<boolean>;
  /** Asked before each further copy of an unanswered request: is somebody there who may have it? Left out: yes. */
  readonly mayRepeat?: () => Promise<boolean>;
  readonly signal?: AbortSignal;
}

export type NotifyOutcome =
  /** `afterMs` from the first copy of the request that was answered; `copies` over all requests. */
  | { readonly kind: 'acknowledged'; readonly status: number; readonly afterMs: number; readonly copies: number }
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string }
  | { readonly kind: 'no-answer'; readonly copies: number }
  | { readonly kind: 'not-sent'; readonly reason: string }
  | { readonly kind: 'cancelled' };

/** One NOTIFY until its outcome; the answer to a challenge goes on in the same object, under a new branch. */
export interface Transaction {
  readonly request: NotifyRequest;
  readonly settle: (outcome: NotifyOutcome) => void;
  branch: string;
  cseq: number;
  datagram: Buffer;
  startedAt: number;
  /** Copies that left, over all branches. */
  copies: number;
  /** Copies that the system refused. */
  refused: number;
  /** Ms to the next copy, timer E; and ms since this branch's first. */
  interval: number;
  elapsed: number;
  /** A 1xx came: RFC 3261 17.1.2.2, "Proceeding". */
  isProceeding: boolean;
  hasAnsweredChallenge: boolean;
  timer: NodeJS.Timeout | undefined;
}

export function createTransaction(request: NotifyRequest, settle: Transaction['settle']): Transaction {
  return {
    request,
    settle,
    branch: '',
    cseq: request.cseq ?? 1,
    datagram: NOTHING,
    startedAt: 0,
    copies: 0,
    refused: 0,
    interval: T1_MS,
    elapsed: 0,
    isProceeding: false,
    hasAnsweredChallenge: false,
    timer: undefined,
  };
}

const NOTHING = Buffer.alloc(0);
