import { randomBytes } from 'node:crypto';
import type { Secret } from '../core/secret.ts';
import type { SubscribeDialog } from '../core/sighting.ts';
import { answerChallengeOf } from './answer-challenge.ts';
import { buildNotify, dialogTag, newBranch } from './build-notify.ts';
import { type LanSockets, NO_SOCKET } from './lan-sockets.ts';
import { firstHeader, type SipHeader, type SipResponse } from './message.ts';
import { readVia } from './read-via.ts';

/** RFC 3261 17.1.1.1: estimate of the round trip, in ms; the first retransmission comes after it. */
const T1_MS = 500;
/** RFC 3261 17.1.2.2: retransmissions are never further apart, in ms. */
const T2_MS = 4_000;
/** RFC 3261 17.1.2.2, timer F: the transaction ends after this, in ms. */
const TIMER_F_MS = 64 * T1_MS;

/**
 * After so many copies that the system refused, and none that left, the answer is `not-sent`: 1.5 s, long enough for
 * an interface that is just coming up, short enough for the person who waits at the screen.
 */
const REFUSED_COPIES = 3;

/** RFC 7616 3.4 leaves the length of a cnonce open; as many bytes as MD5 has. */
const CNONCE_BYTES = 16;

/** For reasons that came off the wire: characters kept, for a journey. */
const REASON_LENGTH = 100;

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
  readonly signal?: AbortSignal;
}

export type NotifyOutcome =
  /** `afterMs` from the first copy of the request that was answered; `copies` over all requests. */
  | { readonly kind: 'acknowledged'; readonly status: number; readonly afterMs: number; readonly copies: number }
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string }
  | { readonly kind: 'no-answer'; readonly copies: number }
  | { readonly kind: 'not-sent'; readonly reason: string }
  | { readonly kind: 'cancelled' };

export interface NotifyClient {
  /** Never rejects for anything that happens on the network. */
  notify(request: NotifyRequest): Promise<NotifyOutcome>;
  /** Feed every response that arrives; true: it belonged to a transaction of ours. */
  handleResponse(response: SipResponse): boolean;
  openTransactions(): number;
}

export interface NotifyClientOptions {
  readonly sockets: Pick<LanSockets, 'send' | 'portOf'>;
  /** Ends all transactions as `cancelled`. */
  readonly signal: AbortSignal;
  /** Milliseconds from any start. */
  readonly clock?: () => number;
}

/** One NOTIFY until its outcome; the answer to a challenge goes on in the same object, under a new branch. */
interface Transaction {
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

/** NOTIFY as a non-INVITE client transaction over UDP (RFC 3261 17.1.2): a Map entry and a timer for each. */
export function createNotifyClient(options: NotifyClientOptions): NotifyClient {
  const { sockets, signal, clock = () => performance.now() } = options;
  /** By branch: RFC 3261 17.1.3. */
  const transactions = new Map<string, Transaction>();

  signal.addEventListener('abort', cancelAll, { once: true });
  return { notify, handleResponse, openTransactions: () => transactions.size };

  function notify(request: NotifyRequest): Promise<NotifyOutcome> {
    return new Promise((resolve) => {
      if (signal.aborted || request.signal?.aborted === true) return resolve({ kind: 'cancelled' });
      const transaction = createTransaction(request, settle);
      request.signal?.addEventListener('abort', cancel, { once: true });
      begin(transaction, undefined);

      function cancel(): void {
        end(transaction, { kind: 'cancelled' });
      }
      function settle(outcome: NotifyOutcome): void {
        request.signal?.removeEventListener('abort', cancel);
        resolve(outcome);
      }
    });
  }

  function begin(transaction: Transaction, authorization: SipHeader | undefined): void {
    const { request, cseq } = transaction;
    const { dialog, localAddress, event, body } = request;
    const localPort = sockets.portOf(localAddress);
    // Without a port there is no Via, and so no way back for the answer.
    if (localPort === undefined) {
      end(transaction, { kind: 'not-sent', reason: NO_SOCKET });
      return;
    }
    const branch = newBranch();
    const datagram = buildNotify({
      ...{ dialog, toTag: dialogTag(dialog), branch, localAddress, localPort, cseq, event },
      ...(body === undefined ? {} : { body }),
      ...(authorization === undefined ? {} : { authorization }),
    });
    transaction.branch = branch;
    transaction.datagram = datagram;
    transaction.startedAt = clock();
    transaction.interval = T1_MS;
    transaction.elapsed = 0;
    transaction.isProceeding = false;
    transactions.set(branch, transaction);
    transmit(transaction);
  }

  function transmit(transaction: Transaction): void {
    const { request, datagram } = transaction;
    const to = { address: request.dialog.sourceAddress, port: request.dialog.sourcePort };
    transaction.copies++;
    const wait = Math.min(transaction.interval, TIMER_F_MS - transaction.elapsed);
    transaction.timer = setTimeout(() => waited(transaction, wait), wait);
    sockets.send(request.localAddress, datagram, to, (reason) => {
      transaction.copies--;
      transaction.refused++;
      if (transaction.copies === 0 && transaction.refused >= REFUSED_COPIES)
        end(transaction, { kind: 'not-sent', reason });
    });
  }

  /** Timers E and F in one. */
  function waited(transaction: Transaction, wait: number): void {
    transaction.elapsed += wait;
    if (transaction.elapsed < TIMER_F_MS) {
      transaction.interval = transaction.isProceeding ? T2_MS : Math.min(transaction.interval * 2, T2_MS);
      transmit(transaction);
    } else {
      end(transaction, { kind: 'no-answer', copies: transaction.copies });
    }
  }

  function handleResponse(response: SipResponse): boolean {
    const branch = readVia(firstHeader(response, 'via') ?? '')?.parameters.get('branch');
    const transaction = branch === undefined ? undefined : transactions.get(branch);
    if (transaction === undefined || !NOTIFY_CSEQ.test(firstHeader(response, 'cseq') ?? '')) return false;
    const { status } = response;
    if (status < 200) {
      transaction.isProceeding = true;
    } else if (status < 300) {
      const { startedAt, copies } = transaction;
      end(transaction, { kind: 'acknowledged', status, afterMs: clock() - startedAt, copies });
    } else {
      reject(transaction, response);
    }
    return true;
  }

  /** RFC 3261 22.2: a challenge is answered by the same request once more, with credentials, CSeq one higher. */
  function reject(transaction: Transaction, response: SipResponse): void {
    const { request, hasAnsweredChallenge } = transaction;
    const { mayProve, credentials } = request;
    const cnonce = randomBytes(CNONCE_BYTES).toString('hex');
    const challenged = { method: 'NOTIFY', uri: request.dialog.contactUri, cnonce };
    const authorization =
      credentials === undefined || hasAnsweredChallenge
        ? undefined
        : answerChallengeOf(response, { ...challenged, ...credentials });
    if (authorization === undefined) return goOn(false);
    // No more copies while that is being found out.
    forget(transaction);
    if (mayProve === undefined) goOn(true);
    else mayProve().then(goOn, () => goOn(false));

    function goOn(mayAnswer: boolean): void {
      if (signal.aborted || request.signal?.aborted === true) return end(transaction, { kind: 'cancelled' });
      const { status, reason } = response;
      if (!mayAnswer) return end(transaction, { kind: 'rejected', status, reason: tidy(reason) });
      transaction.hasAnsweredChallenge = true;
      transaction.cseq++;
      begin(transaction, authorization);
    }
  }

  /** Settling twice is harmless: a promise keeps its first outcome. */
  function end(transaction: Transaction, outcome: NotifyOutcome): void {
    forget(transaction);
    transaction.settle(outcome);
  }

  function forget({ branch, timer }: Transaction): void {
    clearTimeout(timer);
    transactions.delete(branch);
  }

  function cancelAll(): void {
    for (const transaction of [...transactions.values()]) end(transaction, { kind: 'cancelled' });
  }
}

function createTransaction(request: NotifyRequest, settle: Transaction['settle']): Transaction {
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

const NOTIFY_CSEQ = /^[0-9]+[ \t]+NOTIFY$/;

/** Printable ASCII only, and not too much of it: it is shown to people. */
function tidy(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, '?').slice(0, REASON_LENGTH);
}
