import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressSource } from '../../core/internet.ts';
import type { Logger } from '../../core/logger.ts';
import { readUrl } from '../../core/read-url.ts';
import type { Secret } from '../../core/secret.ts';
import type { Office } from '../office.ts';
import { type AddressNews, buildWebhookMessage } from './build-webhook-message.ts';

/** An address as it is stored: what `store/address-store` gives. Milliseconds since 1970. */
export interface ToldAddress {
  readonly address: string;
  readonly source: AddressSource;
  readonly since: number;
  /** When the webhook took it; null: it did not (yet). */
  readonly toldAt: number | null;
}

export interface WebhookState {
  /** off: there is no address of a webhook, or no key. waiting: the last try failed, there will be another. */
  readonly state: 'off' | 'idle' | 'telling' | 'waiting' | 'told' | 'given-up';
  /** When it was told, or tried last. */
  readonly at: number | null;
  /** Why the last try failed, in one sentence. */
  readonly problem: string | null;
  /** When it is tried again. */
  readonly nextAt: number | null;
}

export interface AddressWebhook {
  /** Looks what is to be told: a new address, or another webhook. What is being told already goes on. */
  look(): void;
  state(): WebhookState;
  /** After the signal: resolves when nothing more is sent or stored. */
  closed(): Promise<void>;
}

export interface WebhookDoors {
  readonly office: Pick<Office, 'site'>;
  /** The newest address and the one before it; null: there is none yet. */
  readonly newest: () => { readonly now: ToldAddress; readonly previous: string | null } | null;
  /** Durable. */
  readonly markTold: (since: number, at: number) => Promise<void>;
  /** Called when the last try failed, or no longer did. */
  readonly onProblem: () => void;
  readonly log: Logger;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly timing?: Partial<WebhookTiming>;
}

interface WebhookTiming {
  /** The pause after the first failure; each later one is twice as long, up to `longestPauseMs`. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A receiver that is away for longer finds the address another way, or has the next one by then. */
  readonly giveUpAfterMs: number;
  readonly answerWaitMs: number;
}

const TIMING: WebhookTiming = {
  firstPauseMs: 10_000,
  longestPauseMs: 3_600_000,
  giveUpAfterMs: 86_400_000,
  answerWaitMs: 10_000,
};

const OFF: WebhookState = { state: 'off', at: null, problem: null, nextAt: null };

/**
 * Tells the site's webhook each new external address, until it is taken. A newer address takes the place of one that is
 * still being told; what was not told when the program ended is told after the next start.
 */
export function createAddressWebhook(doors: WebhookDoors): AddressWebhook {
  const { office, newest, markTold, onProblem, log, clock, signal } = doors;
  const timing = { ...TIMING, ...doors.timing };
  /** What is being told, to whom, and the end of it. */
  let task: {
    readonly since: number;
    readonly url: string;
    readonly secret: Secret;
    readonly end: AbortController;
  } | null = null;
  /** The address that was told, or given up, by this process. */
  let doneSince: number | null = null;
  /** Undefined: not looked yet. */
  let lastUrl: string | null | undefined;
  let running: Promise<void> = Promise.resolve();
  let state: WebhookState = OFF;
  signal.addEventListener('abort', () => task?.end.abort(), { once: true });

  function look(): void {
    if (signal.aborted) return;
    const { internet, webhookSecret: secret } = office.site();
    const url = internet.webhookUrl;
    // A receiver that was set up just now wants to know where the office is, whoever was told before.
    const isOtherReceiver = lastUrl !== undefined && url !== lastUrl;
    lastUrl = url;
    const news = newest();
    if (url === null || secret === null) return settle(OFF);
    if (news === null) return settle({ ...OFF, state: 'idle' });
    const { since, toldAt } = news.now;
    if (task?.since === since && task.url === url && task.secret === secret) return;
    const isDue = toldAt === null && doneSince !== since && clock() - since <= timing.giveUpAfterMs;
    if (task === null && !isDue && !isOtherReceiver) {
      if (state.state === 'off') state = { ...OFF, state: toldAt === null ? 'idle' : 'told', at: toldAt };
      return;
    }
    task?.end.abort();
    const end = new AbortController();
    task = { since, url, secret, end };
    const telling = { ...news.now, previous: news.previous, siteName: office.site().name };
    running = Promise.all([running, tell(telling, end.signal)]).then(() => undefined);
  }

  function settle(next: WebhookState): void {
    task?.end.abort();
    task = null;
    show(next);
  }

  function show(next: WebhookState): void {
    const isNews = next.problem !== state.problem;
    state = next;
    if (isNews) onProblem();
  }

  async function tell(news: AddressNews, ended: AbortSignal): Promise<void> {
    const giveUpAt = clock() + timing.giveUpAfterMs;
    let pauseMs = timing.firstPauseMs;
    for (let tries = 1; ; tries += 1) {
      state = { ...state, state: 'telling', nextAt: null };
      const problem = await send(news, ended);
      if (ended.aborted) return;
      const at = clock();
      if (problem === null) {
        log.info(
          { event: 'webhook.delivered', address: news.address, tries },
          'the webhook was told the external address',
        );
        await keep(news.since, at);
        if (!ended.aborted) settle({ state: 'told', at, problem: null, nextAt: null });
        return;
      }
      if (tries === 1)
        log.warn(
          { event: 'webhook.failed', address: news.address, reason: problem },
          'the webhook did not take the external address',
        );
      if (at + pauseMs > giveUpAt) {
        log.error(
          { event: 'webhook.given-up', address: news.address, tries, reason: problem },
          'the webhook was not told the external address',
        );
        doneSince = news.since;
        settle({ state: 'given-up', at, problem, nextAt: null });
        return;
      }
      show({ state: 'waiting', at, problem, nextAt: at + pauseMs });
      await sleep(pauseMs, undefined, { signal: ended, ref: false }).catch(() => undefined);
      if (ended.aborted) return;
      pauseMs = Math.min(pauseMs * 2, timing.longestPauseMs);
    }
  }

  async function keep(since: number, at: number): Promise<void> {
    doneSince = since;
    try {
      await markTold(since, at);
    } catch (cause) {
      // Told once more after a restart: the receiver knows it by its id.
      log.error({ event: 'address.failed', cause: String(cause) }, 'that the webhook was told could not be stored');
    }
  }

  /** Null: it was taken. */
  async function send(news: AddressNews, ended: AbortSignal): Promise<string | null> {
    const { internet, webhookSecret } = office.site();
    if (internet.webhookUrl === null || webhookSecret === null) return 'there is no webhook any more';
    const url = readUrl(internet.webhookUrl);
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
      return 'saw no usable address of a webhook, wanted http:// or https:// without user and password';
    const { headers, body } = buildWebhookMessage(news, webhookSecret, clock());
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([ended, AbortSignal.timeout(timing.answerWaitMs)]),
      });
      // What it says does not matter, however much it is.
      await answer.body?.cancel().catch(() => undefined);
      if (answer.ok) return null;
      const isRedirect = answer.status >= 300 && answer.status < 400;
      return isRedirect
        ? `it answers ${answer.status}, and redirects are not followed: wanted the address that it leads to`
        : `it answers ${answer.status}, wanted 2xx`;
    } catch (error) {
      return describeFault(error, timing.answerWaitMs);
    }
  }

  return { look, state: () => state, closed: () => running };
}

/** `fetch` says only that it failed; the cause behind it has the system's word. Never the URL: it may hold a key. */
function describeFault(error: unknown, waitedMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `it did not answer within ${waitedMs / 1_000} s`;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no connection';
  return `it cannot be reached (${code.slice(0, 60)})`;
}
