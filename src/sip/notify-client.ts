import { randomBytes } from 'node:crypto';
import { answerChallengeOf } from './answer-challenge.ts';
import { buildNotify, dialogTag, newBranch } from './build-notify.ts';
import { type LanSockets, NO_SOCKET } from './lan-sockets.ts';
import { firstHeader, type SipHeader, type SipResponse } from './message.ts';
import {
  createTransaction,
  type NotifyOutcome,
  type NotifyRequest,
  T1_MS,
  type Transaction,
} from './notify-transaction.ts';
import { readVia } from './read-via.ts';

export type { NotifyOutcome, NotifyRequest } from './notify-transaction.ts';

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
    waitForAnswer(transaction);
    transmit(transaction);
  }

  function waitForAnswer(transaction: Transaction): void {
    const wait = Math.min(transaction.interval, TIMER_F_MS - transaction.elapsed);
    transaction.timer = setTimeout(() => waited(transaction, wait), wait);
  }

  function transmit(transaction: Transaction): void {
    const { request, datagram } = transaction;
    const to = { address: request.dialog.sourceAddress, port: request.dialog.sourcePort };
    transaction.copies++;
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
      waitForAnswer(transaction);
      repeat(transaction);
    } else {
      end(transaction, { kind: 'no-answer', copies: transaction.copies });
    }
  }

  /** A copy that may not be sent is left out; a later one may, and the answer to an earlier one is still waited for. */
  function repeat(transaction: Transaction): void {
    const { branch, request } = transaction;
    if (request.mayRepeat === undefined) return transmit(transaction);
    const goOn = (mayRepeat: boolean) => {
      if (mayRepeat && transactions.get(branch) === transaction) transmit(transaction);
    };
    request.mayRepeat().then(goOn, () => goOn(false));
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

const NOTIFY_CSEQ = /^[0-9]+[ \t]+NOTIFY$/;

/** Printable ASCII only, and not too much of it: it is shown to people. */
function tidy(reason: string): string {
  return reason.replace(/[^\x20-\x7e]/g, '?').slice(0, REASON_LENGTH);
}
