import type { AuditEntry } from '../core/audit.ts';
import type { Device } from '../core/device.ts';
import { newerLogin } from '../core/device-login.ts';
import type { Extension } from '../core/extension.ts';
import { newerHandOver } from '../core/hand-over.ts';
import { giveReason, type JourneyEvent } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { note } from '../core/note.ts';
import type { EndedSessions } from '../core/session.ts';
import type { Site } from '../core/site.ts';
import type { Progress } from '../core/steps.ts';
import type { UserWithPassword } from '../core/user.ts';
import { createJourneyBudget } from './flood-limits.ts';

/** One decision: all of it is stored durably, or nothing. */
export interface OfficeChange {
  readonly devices?: readonly Device[];
  readonly removedDevices?: readonly MacAddress[];
  /** Numbers that phones get although another one has them. */
  readonly sharedExtensions?: readonly string[];
  readonly extensions?: readonly Extension[];
  readonly removedExtensions?: readonly string[];
  readonly site?: Site;
  /** People who may log in: kept by the store, not in memory. */
  readonly users?: readonly UserWithPassword[];
  /** By id. Their sessions end. */
  readonly removedUsers?: readonly string[];
  readonly endedSessions?: readonly EndedSessions[];
  /** IPv4 addresses whose quarantine ends now; see quarantine.ts. */
  readonly releasedAddresses?: readonly string[];
  readonly audit?: readonly AuditEntry[];
}

/** Where decisions are kept. Resolves when they would survive a power cut. */
export interface DecisionStore {
  /** `onProgress`: rows of phones and extensions so far. */
  commit(change: OfficeChange, onProgress?: (progress: Progress) => void): Promise<void>;
}

/** Where sightings and journeys go: soon, in batches, never in the way of a datagram. */
export interface EventSink {
  recordSighting(device: Device): void;
  recordJourney(event: JourneyEvent): void;
}

export interface DeviceChange {
  readonly before: Device | undefined;
  /** Undefined: forgotten. */
  readonly after: Device | undefined;
  /** seen: nothing was decided. */
  readonly kind: 'seen' | 'decided';
}

export interface OfficeContents {
  readonly devices: Iterable<Device>;
  readonly extensions: Iterable<Extension>;
  readonly site: Site;
}

/** The office as it is now, in memory: what the hot path reads. Every write of the program goes through here. */
export interface Office {
  findDevice(mac: MacAddress): Device | undefined;
  findDeviceByToken(token: string): Device | undefined;
  devices(): IterableIterator<Device>;
  deviceCount(): number;
  /** Devices that are pending. */
  undecidedCount(): number;
  findExtension(number: string): Extension | undefined;
  extensions(): IterableIterator<Extension>;
  /** The approved devices that have this extension on a line. */
  holdersOf(extension: string): readonly Device[];
  site(): Site;
  /** Runs decisions one after another: what one reads is not changed by another before it commits. */
  exclusively<T>(decision: () => Promise<T>): Promise<T>;
  /** Durable first, then in memory. The events are recorded between: what follows from the decision comes after them. */
  commit(
    change: OfficeChange,
    events?: readonly JourneyEvent[],
    onProgress?: (progress: Progress) => void,
  ): Promise<void>;
  /** Takes in what another process has stored already, its journeys too: who listens hears of it as of a decision made here. */
  adopt(change: OfficeChange): void;
  /** A phone showed itself: memory at once, disk in a batch. */
  see(device: Device): void;
  record(event: JourneyEvent): void;
  onDevice(listener: (change: DeviceChange) => void): () => void;
  onJourney(listener: (event: JourneyEvent) => void): () => void;
  /** Another site than before is in force. */
  onSite(listener: (site: Site) => void): () => void;
}

const TOO_MANY_EVENTS = note(
  'reason.too-much',
  'too much happens in the name of this phone: nothing more is recorded for some minutes',
);

export function createOffice(
  contents: OfficeContents,
  store: DecisionStore,
  sink: EventSink,
  clock: () => number = Date.now,
): Office {
  const devices = new Map<MacAddress, Device>();
  const tokens = new Map<string, MacAddress>();
  const holders = new Map<string, Set<MacAddress>>();
  const extensions = new Map<string, Extension>();
  const deviceListeners = new Set<(change: DeviceChange) => void>();
  const journeyListeners = new Set<(event: JourneyEvent) => void>();
  const siteListeners = new Set<(site: Site) => void>();
  const spend = createJourneyBudget();
  let undecided = 0;
  let site = contents.site;
  let queue: Promise<unknown> = Promise.resolve();

  function index(before: Device | undefined, after: Device | undefined): void {
    undecided += Number(after?.state === 'pending') - Number(before?.state === 'pending');
    if (before !== undefined && before !== after) {
      if (before.token !== null && before.token !== after?.token) tokens.delete(before.token);
      if (before.extensions !== after?.extensions) {
        for (const number of before.extensions) holders.get(number)?.delete(before.mac);
      }
    }
    if (after === undefined) return;
    if (after.token !== null) tokens.set(after.token, after.mac);
    if (before?.extensions === after.extensions) return;
    for (const number of after.extensions) {
      const macs = holders.get(number) ?? new Set();
      holders.set(number, macs.add(after.mac));
    }
  }

  function setDevice(mac: MacAddress, after: Device | undefined, kind: DeviceChange['kind']): void {
    const before = devices.get(mac);
    index(before, after);
    if (after === undefined) devices.delete(mac);
    else devices.set(mac, after);
    for (const listener of deviceListeners) listener({ before, after, kind });
  }

  function adopt(change: OfficeChange): void {
    // Extensions and site first: whoever listens for the device already sees them.
    if (change.site !== undefined) site = change.site;
    for (const extension of change.extensions ?? []) extensions.set(extension.number, extension);
    for (const number of change.removedExtensions ?? []) extensions.delete(number);
    for (const mac of change.removedDevices ?? []) setDevice(mac, undefined, 'decided');
    for (const device of change.devices ?? []) setDevice(device.mac, keepNewerSighting(device), 'decided');
    if (change.site !== undefined) for (const listener of siteListeners) listener(change.site);
  }

  /** What the other process writes into the journeys by itself; here it is only heard. */
  function tellForeign(device: Device): void {
    const { mac, state, token, extensions } = device;
    const before = devices.get(mac);
    const isDecided = state === 'approved' ? token !== before?.token : state !== before?.state;
    if (!isDecided || state === 'pending') return;
    const detail = { by: 'command line', ...(state === 'approved' && { extensions: extensions.join(' ') }) };
    const event: JourneyEvent = { mac, at: clock(), step: state, reason: '', detail };
    for (const listener of journeyListeners) listener(event);
  }

  /** A decision was made on the device as it was; the phone may have shown itself again while it was being stored. */
  function keepNewerSighting(decided: Device): Device {
    const now = devices.get(decided.mac);
    if (now === undefined) return decided;
    const isSameApproval = now.token === decided.token;
    const handOver = isSameApproval ? newerHandOver(now.handOver, decided.handOver) : decided.handOver;
    const kept = { handOver, login: newerLogin(now.login, decided.login) };
    if ((now.lastSeenAt ?? 0) <= (decided.lastSeenAt ?? 0)) return { ...decided, ...kept };
    const { address, words, dialog, firmware, lastSeenAt } = now;
    return { ...decided, address, words, dialog, firmware, lastSeenAt, ...kept };
  }

  function record(event: JourneyEvent): void {
    const spending = spend(event);
    if (spending === 'drop') return;
    const told = spending === 'last' ? { ...event, step: 'refused' as const, ...giveReason(TOO_MANY_EVENTS) } : event;
    sink.recordJourney(told);
    for (const listener of journeyListeners) listener(told);
  }

  for (const extension of contents.extensions) extensions.set(extension.number, extension);
  for (const device of contents.devices) {
    index(undefined, device);
    devices.set(device.mac, device);
  }

  return {
    findDevice: (mac) => devices.get(mac),
    findDeviceByToken(token) {
      const mac = tokens.get(token);
      return mac === undefined ? undefined : devices.get(mac);
    },
    devices: () => devices.values(),
    deviceCount: () => devices.size,
    undecidedCount: () => undecided,
    findExtension: (number) => extensions.get(number),
    extensions: () => extensions.values(),
    holdersOf(extension) {
      return [...(holders.get(extension) ?? [])].flatMap((mac) => devices.get(mac) ?? []);
    },
    site: () => site,
    exclusively(decision) {
      const run = queue.then(decision);
      queue = run.catch(() => undefined);
      return run;
    },
    async commit(change, events = [], onProgress) {
      await store.commit(change, onProgress);
      for (const event of events) record(event);
      adopt(change);
    },
    adopt(change) {
      for (const device of change.devices ?? []) tellForeign(device);
      adopt(change);
    },
    see(device) {
      setDevice(device.mac, device, 'seen');
      sink.recordSighting(device);
    },
    record,
    onDevice(listener) {
      deviceListeners.add(listener);
      return () => deviceListeners.delete(listener);
    },
    onJourney(listener) {
      journeyListeners.add(listener);
      return () => journeyListeners.delete(listener);
    },
    onSite(listener) {
      siteListeners.add(listener);
      return () => siteListeners.delete(listener);
    },
  };
}
