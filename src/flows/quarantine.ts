import { describeFailure } from '../core/describe-failure.ts';
import type { Device } from '../core/device.ts';
import { giveReason } from '../core/journey.ts';
import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { note } from '../core/note.ts';
import {
  type Failure,
  isActive,
  isRemembered,
  isUnproven,
  type QuarantineEntry,
  REMEMBERED_MS,
  termOf,
} from '../core/quarantine.ts';
import type { LanDoors } from './doors.ts';
import { createFailureScores } from './failure-scores.ts';
import type { Office, OfficeChange } from './office.ts';
import { keepsOut, type SourceDoor } from './quarantine-scope.ts';
import type { SourceRulesDoor } from './source-rules.ts';

/** Keeps who keeps failing out, for a growing time. Never waits for the disk. */
export interface Quarantine {
  fail(failure: Failure): void;
  /** Why a source is kept out at this door now; undefined: it is not. */
  find(address: string, door: SourceDoor): QuarantineEntry | undefined;
  /** The entry that concerns a phone, at whatever door. */
  findPhone(device: Pick<Device, 'mac' | 'address'>): QuarantineEntry | undefined;
  /** Who is out now; the latest first. */
  list(): readonly QuarantineEntry[];
  /** Ends entries, durably and in the audit; all of them where nobody is named. Resolves to those that there were. */
  release(addresses: readonly string[] | undefined, actor: string): Promise<readonly QuarantineEntry[]>;
  /** Takes in what another process has released. */
  adopt(change: Pick<OfficeChange, 'releasedAddresses'>): void;
}

export interface QuarantineDoors {
  readonly office: Office;
  readonly lan: Pick<LanDoors, 'isOwnAddress' | 'peekMac'>;
  readonly rules: SourceRulesDoor;
  /** `store/quarantine-store` fits. */
  readonly store: { put(entry: QuarantineEntry, endedBefore: number): Promise<void> };
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Entries, ended ones too; the ones that were entered first go. The store keeps as many. */
const MOST_ENTRIES = 4_096;

/** `kept`: entries from before the start. */
export function createQuarantine(doors: QuarantineDoors, kept: readonly QuarantineEntry[] = []): Quarantine {
  const { office, lan, rules, store, log, clock } = doors;
  const scores = createFailureScores();
  const byAddress = new Map<string, QuarantineEntry>();
  const byMac = new Map<MacAddress, QuarantineEntry>();
  let isFailing = false;
  for (const entry of [...kept].reverse()) remember(entry);

  function remember(entry: QuarantineEntry): void {
    forget(byAddress.get(entry.address));
    // The same host from another address: it has one entry.
    forget(entry.mac === null ? undefined : byMac.get(entry.mac));
    byAddress.set(entry.address, entry);
    if (entry.mac !== null) byMac.set(entry.mac, entry);
    if (byAddress.size <= MOST_ENTRIES) return;
    const [oldest] = byAddress.values();
    forget(oldest);
  }

  function forget(entry: QuarantineEntry | undefined): void {
    if (entry === undefined) return;
    byAddress.delete(entry.address);
    if (entry.mac !== null && byMac.get(entry.mac) === entry) byMac.delete(entry.mac);
  }

  /** The entry of a host: that of its MAC address where both are known, so that nobody pays for who had his address before. */
  function entryOf(address: string, mac: MacAddress | undefined): QuarantineEntry | undefined {
    const ofMac = mac === undefined ? undefined : byMac.get(mac);
    if (ofMac !== undefined) return ofMac;
    const entry = byAddress.get(address);
    return entry === undefined || mac === undefined || entry.mac === null || entry.mac === mac ? entry : undefined;
  }

  function find(address: string, door: SourceDoor): QuarantineEntry | undefined {
    // As almost always.
    if (byAddress.size === 0 || !office.site().trust.quarantine) return undefined;
    const mac = lan.peekMac(address);
    const entry = entryOf(address, mac);
    if (entry === undefined || !isActive(entry, clock()) || !keepsOut(entry.reason, door)) return undefined;
    // Anybody can send datagrams in an approved phone's name.
    if (isUnproven(entry.reason) && mac !== undefined && isApproved(mac)) return undefined;
    return entry;
  }

  function isApproved(mac: MacAddress): boolean {
    return office.findDevice(mac)?.state === 'approved';
  }

  function isExempt({ kind, address }: Failure, mac: MacAddress | undefined): boolean {
    if (!office.site().trust.quarantine || lan.isOwnAddress(address)) return true;
    if (rules(address, isUnproven(kind) ? 'sip' : 'http').action === 'trust') return true;
    // A forged sender where nobody is, or where an approved phone is.
    return isUnproven(kind) && (mac === undefined || isApproved(mac));
  }

  function fail(failure: Failure): void {
    const { kind, address, what = '' } = failure;
    const mac = failure.mac ?? lan.peekMac(address);
    if (isExempt(failure, mac)) return;
    const now = clock();
    const who = mac ?? address;
    if (!scores.add(who, kind, { what, isShared: mac === undefined, now })) return;
    scores.forget(who);
    enter(failure, mac, now);
  }

  function enter({ kind, address }: Failure, mac: MacAddress | undefined, now: number): void {
    const before = entryOf(address, mac);
    const times = before !== undefined && isRemembered(before, now) ? before.times + 1 : 1;
    const term = termOf(times);
    const entry = { address, mac: mac ?? null, reason: kind, since: now, until: now + term, times };
    remember(entry);
    const because = describeFailure(kind);
    const facts = { address, mac: entry.mac, reason: kind, until: new Date(entry.until).toISOString(), times };
    log.warn({ event: 'quarantine.entered', ...facts }, `nothing is taken from ${address}: ${because.text}`);
    keep(entry);
    const phone = phoneOf(entry);
    if (phone === undefined) return;
    const reason = note('reason.quarantined', 'for {term} nothing is taken from {address}, because of {why}', {
      term: { seconds: term / 1_000 },
      address,
      why: because,
    });
    office.record({ mac: phone.mac, at: now, step: 'refused', ...giveReason(reason), detail: { address } });
  }

  function phoneOf({ address, mac }: QuarantineEntry): Device | undefined {
    if (mac !== null) return office.findDevice(mac);
    for (const device of office.devices()) if (device.address === address) return device;
    return undefined;
  }

  /** A power cut or a full disk forgives: what counts is in memory. */
  function keep(entry: QuarantineEntry): void {
    store.put(entry, entry.since - REMEMBERED_MS).then(
      () => {
        isFailing = false;
      },
      (cause: unknown) => {
        const facts = { event: 'quarantine.unstored', cause: String(cause) };
        if (!isFailing) log.warn(facts, 'a quarantine would not outlive a restart');
        isFailing = true;
      },
    );
  }

  function list(): readonly QuarantineEntry[] {
    const now = clock();
    return [...byAddress.values()].filter((entry) => isActive(entry, now)).sort((a, b) => b.since - a.since);
  }

  function adopt({ releasedAddresses = [] }: Pick<OfficeChange, 'releasedAddresses'>): void {
    for (const address of releasedAddresses) {
      const entry = byAddress.get(address);
      if (entry === undefined) continue;
      forget(entry);
      scores.forget(entry.mac ?? address);
      log.info({ event: 'quarantine.released', address, mac: entry.mac, reason: entry.reason }, 'released');
    }
  }

  return {
    fail,
    find,
    findPhone({ mac, address }) {
      if (!office.site().trust.quarantine) return undefined;
      const entry = byMac.get(mac) ?? (address === null ? undefined : byAddress.get(address));
      const isOf = entry !== undefined && (entry.mac === null || entry.mac === mac);
      return isOf && isActive(entry, clock()) ? entry : undefined;
    },
    list,
    async release(addresses, actor) {
      const entries = list().filter(({ address }) => addresses?.includes(address) ?? true);
      const change = planRelease(entries, actor, clock());
      if (change === undefined) return [];
      await office.exclusively(() => office.commit(change));
      adopt(change);
      return entries;
    },
    adopt,
  };
}

/** The decision that ends these entries; undefined: there are none. */
export function planRelease(
  entries: readonly QuarantineEntry[],
  actor: string,
  now: number,
): (OfficeChange & Required<Pick<OfficeChange, 'releasedAddresses'>>) | undefined {
  if (entries.length === 0) return undefined;
  return {
    releasedAddresses: entries.map(({ address }) => address),
    audit: entries.map(({ address, mac, reason, times }) => ({
      at: now,
      actor,
      action: 'quarantine.released',
      subject: address,
      detail: { reason, times, ...(mac !== null && { mac }) },
    })),
  };
}
