import { isUsableAddress } from '../../core/classify-address.ts';
import { beginFollowing, type FollowedAddress, followAddress } from '../../core/follow-address.ts';
import type { AddressSource } from '../../core/internet.ts';
import type { Logger } from '../../core/logger.ts';
import { ok, type Result } from '../../core/result.ts';
import { resolveName } from '../../lan/name-resolver.ts';
import { probeByOptions } from '../../sip/options-probe.ts';
import type { GatewayError, GatewayStatus } from '../../upnp/gateway.ts';
import type { LanDoors } from '../doors.ts';
import type { AddressPeriod, ExternalAddress } from '../internet-facts.ts';
import type { Office } from '../office.ts';
import { createAddressQuestions } from './address-questions.ts';
import { createAddressWebhook, type WebhookDoors, type WebhookState } from './address-webhook.ts';
import { buildExternalAddress, type ReadingSource, type Seen } from './build-external-address.ts';
import { readGatewayStatus } from './read-gateway-status.ts';
import { type SipAddressDoors, sipServerOf } from './sip-address.ts';

type Period = AddressPeriod & { readonly toldAt: number | null };

/** `store/address-store` fits. */
export interface AddressLog {
  begin(next: Pick<Period, 'address' | 'source' | 'since'>): Promise<Period>;
  markTold(since: number, toldAt: number): Promise<void>;
  list(limit: number): Promise<readonly Period[]>;
}

export interface ExternalAddressDoors {
  readonly office: Pick<Office, 'site' | 'commit'>;
  readonly lan: Pick<LanDoors, 'isOnLink'>;
  readonly addresses: AddressLog;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** For tests; by default the system's name servers and a SIP socket are asked. */
  readonly resolve?: SipAddressDoors['resolve'];
  readonly probe?: SipAddressDoors['probe'];
  readonly lookEveryMs?: number;
  readonly webhookTiming?: WebhookDoors['timing'];
}

/** An address took the place of another one. */
export interface AddressChange {
  readonly address: string;
  /** Null: it was the first. */
  readonly previous: string | null;
  readonly since: number;
}

export interface ExternalAddressService {
  read(): ExternalAddress;
  /** For templates; empty: not known. */
  current(): string;
  /** The last change, also of before our start; null: there was none. */
  lastChange(): AddressChange | null;
  /**
   * What the router said at `at`; `error` where it could not be asked, both null where there is none. Whoever asks it asks
   * again soon after a new address: one look is not believed.
   */
  takeStatus(status: GatewayStatus | null, at: number, error: GatewayError | null): void;
  /** Newest first. */
  list(limit: number): Promise<readonly AddressPeriod[]>;
  /** How the site's webhook takes the address in force. */
  webhook(): WebhookState;
  /** Called when there is something new to show. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
  /** The site is another one: looked at now, and not with the next look. */
  settingsChanged(): void;
  /** After the signal: resolves when nothing more is stored. */
  closed(): Promise<void>;
}

/** The settings and the clock are looked at, not waited for: a look costs microseconds. */
const LOOK_EVERY_MS = 500;

/** Looks in a row that come early to confirm a new address. */
const MOST_HURRIES = 5;

/** Follows the office's external address from all its sources. Ends with the signal. Rejects when the log of addresses cannot be read. */
export async function createExternalAddress(doors: ExternalAddressDoors): Promise<ExternalAddressService> {
  const { office, lan, addresses, log, signal, clock } = doors;
  const listeners = new Set<() => void>();
  const seen = new Map<ReadingSource, Seen>();
  let [period = null, before = null] = await addresses.list(2);
  let followed: FollowedAddress = beginFollowing(period?.address ?? null);
  let storing: Promise<void> | null = null;
  let isFailing = false;
  let hurries = 0;
  let site = office.site();

  const webhook = createAddressWebhook({
    office,
    newest: () => (period === null ? null : { now: period, previous: before?.address ?? null }),
    async markTold(since, at) {
      await addresses.markTold(since, at);
      if (period?.since === since) period = { ...period, toldAt: at };
    },
    onProblem: tell,
    log,
    clock,
    signal,
    ...(doors.webhookTiming && { timing: doors.webhookTiming }),
  });
  const questions = createAddressQuestions({
    resolve: doors.resolve ?? ((name) => resolveName(name, { signal })),
    probe: doors.probe ?? ((request) => probeByOptions(request, { signal })),
    isOnLink: lan.isOnLink,
    clock,
    signal,
    current: () => seen.get('name')?.address ?? followed.address,
    onAnswer(source, answer) {
      if (answer === undefined) seen.delete(source);
      else take(source, answer, clock());
      if (source === site.internet.addressSource && isInHurry()) questions.confirm(source);
    },
  });
  const timer = setInterval(look, doors.lookEveryMs ?? LOOK_EVERY_MS);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  webhook.look();
  look();

  function look(): void {
    if (signal.aborted) return;
    if (office.site() !== site) takeSettings();
    const { fixedAddress } = site.internet;
    if (fixedAddress !== null) take('fixed', ok(fixedAddress), clock());
    questions.look(site);
  }

  /** What no longer holds is forgotten. The address in force stays until there is another one. */
  function takeSettings(): void {
    const old = { ...site.internet, sip: JSON.stringify(sipServerOf(site)) };
    site = office.site();
    const now = { ...site.internet, sip: JSON.stringify(sipServerOf(site)) };
    if (now.fixedAddress !== old.fixedAddress) seen.delete('fixed');
    if (now.hostName !== old.hostName) seen.delete('name');
    if (now.sip !== old.sip) seen.delete('sip');
    if (now.pollSeconds === 0) seen.delete('upnp');
    const isOther = now.addressSource !== old.addressSource || !seen.has(now.addressSource);
    if (isOther) followed = { ...followed, candidate: null };
    webhook.look();
    tell();
  }

  function take(source: ReadingSource, answer: Result<string, string>, at: number): void {
    const last = seen.get(source) ?? { address: null, at: null, problem: null };
    const next = answer.ok ? { address: answer.value, at, problem: null } : { ...last, problem: answer.problem };
    seen.set(source, next);
    if (source === site.internet.addressSource) follow(source, answer.ok ? answer.value : null, at);
    if (next.address !== last.address || next.problem !== last.problem) tell();
  }

  /** A new address waits to be seen again. One that changes with every look is not run after. */
  function isInHurry(): boolean {
    hurries = followed.candidate === null || storing !== null ? 0 : hurries + 1;
    return hurries > 0 && hurries <= MOST_HURRIES;
  }

  function follow(source: AddressSource, address: string | null, at: number): void {
    // It is being stored: what is seen meanwhile is seen again soon.
    if (storing !== null) return;
    const usable = address !== null && isUsableAddress(source, address) ? address : null;
    const { after, isNew } = followAddress(followed, usable, at);
    if (!isNew || after.address === null) followed = after;
    else {
      storing = announce(source, after.address, followed.candidate?.at ?? at, after).finally(() => {
        storing = null;
      });
    }
  }

  /** Stored first: what is not on disk is not in force, and is tried again with the next look. */
  async function announce(
    source: AddressSource,
    address: string,
    since: number,
    after: FollowedAddress,
  ): Promise<void> {
    const old = period;
    try {
      period = await addresses.begin({ address, source, since });
    } catch (cause) {
      if (!isFailing) log.error({ event: 'address.failed', cause: String(cause) }, 'a new address cannot be stored');
      isFailing = true;
      return;
    }
    isFailing = false;
    before = old;
    followed = after;
    const previous = old?.address ?? '';
    const lastedMs = old === null ? 0 : period.since - old.since;
    const message = old === null ? 'the external address is known' : 'the external address is another one';
    log.info({ event: 'address.changed', address, previous, source, lastedMs }, message);
    webhook.look();
    tell();
    const detail = { address, previous, source, lastedMs };
    await office
      .commit({ audit: [{ at: clock(), actor: 'appliance', action: 'address.changed', subject: 'internet', detail }] })
      .catch((cause: unknown) => {
        log.error({ event: 'address.failed', cause: String(cause) }, 'the change of the address could not be noted');
      });
  }

  function tell(): void {
    for (const listener of listeners) listener();
  }

  return {
    read: () =>
      buildExternalAddress({
        internet: site.internet,
        seen,
        address: followed.address,
        since: period?.since ?? null,
        now: clock(),
      }),
    current: () => followed.address ?? '',
    lastChange() {
      if (period === null) return null;
      return { address: period.address, previous: before?.address ?? null, since: period.since };
    },
    takeStatus(status, at, error) {
      if (signal.aborted || site.internet.pollSeconds === 0) return;
      take('upnp', readGatewayStatus(status, error), at);
    },
    async list(limit) {
      return (await addresses.list(limit)).map(({ toldAt: _toldAt, ...shown }) => shown);
    },
    webhook: webhook.state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    settingsChanged: look,
    async closed() {
      await storing;
      await webhook.closed();
    },
  };
}
