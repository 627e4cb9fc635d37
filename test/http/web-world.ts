import type { AuditEntry } from '../../src/core/audit.ts';
import type { TlsFacts } from '../../src/core/certificate.ts';
import type { Device } from '../../src/core/device.ts';
import type { Extension } from '../../src/core/extension.ts';
import type { JourneyEvent, JourneyStep } from '../../src/core/journey.ts';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import { newDevice } from '../../src/core/new-device.ts';
import { note } from '../../src/core/note.ts';
import { err, ok } from '../../src/core/result.ts';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { createAttemptLimiter } from '../../src/flows/attempt-limiter.ts';
import type { CheckedAudit } from '../../src/flows/audit-check.ts';
import { createBackups } from '../../src/flows/backups.ts';
import { createCounters } from '../../src/flows/counters.ts';
import { createDoctor } from '../../src/flows/doctor/doctor.ts';
import type { DoctorCheck } from '../../src/flows/doctor/finding.ts';
import { createSourceJudge } from '../../src/flows/judge-source.ts';
import { createLampBoard } from '../../src/flows/lamps.ts';
import type { LogEntry } from '../../src/flows/log-memory.ts';
import { createOffice } from '../../src/flows/office.ts';
import { createPasswordHasher } from '../../src/flows/password-hasher.ts';
import type { PeopleDoors } from '../../src/flows/people.ts';
import { resolveDeviceSettings } from '../../src/flows/preview-config.ts';
import { createSipProber, type ProbeOutcome } from '../../src/flows/probe-sip-server.ts';
import { createQuarantine } from '../../src/flows/quarantine.ts';
import { createSetUp } from '../../src/flows/set-up.ts';
import { createSourceRules } from '../../src/flows/source-rules.ts';
import type { SystemFacts } from '../../src/flows/system-facts.ts';
import type { ApiUser, Role, TlsDoors, TokenFacts, WebDoors } from '../../src/http/web-doors.ts';
import { createInternetMemory } from '../peers/internet-memory.ts';
import { nameSecrets } from '../peers/known-secrets.ts';
import { createServersMemory } from '../peers/servers-memory.ts';
import { createBackupsMemory } from './backups-memory.ts';
import { createLogMemory } from './log-memory.ts';
import { createPeopleMemory } from './people-memory.ts';
import { openSiteWorld } from './site-world.ts';

/** Everything here that must never come out of the API. */
export const SECRETS = [
  'sip-Pa55-of-101',
  'sip-Pa55-of-102',
  'c0nsole-Pa55-admin',
  'c0nsole-Pa55-user',
  'urlt0kenurlt0ken',
];
nameSecrets(SECRETS);

/** Wednesday, 7 January 2026, 08:00 UTC. */
export const NOW = Date.UTC(2026, 0, 7, 8);

export function mac(text: string): MacAddress {
  const read = parseMacAddress(text);
  if (read === undefined) throw new Error(`${text} is no MAC address`);
  return read;
}

export function device(text: string, more: Partial<Device> = {}): Device {
  return { ...newDevice(mac(text), NOW), vendorId: 'yealink', model: 'T46S', lastSeenAt: NOW, ...more };
}

export function extension(number: string, more: Partial<Extension> = {}): Extension {
  const password = new Secret(`sip-Pa55-of-${number}`);
  return { number, displayName: `Phone ${number}`, authName: number, password, voicemail: '', language: '', ...more };
}

const DIALOG = {
  sourceAddress: '127.0.0.1',
  sourcePort: 5060,
  contactUri: 'sip:127.0.0.1:5060',
  callId: 'c',
  from: '<sip:a>;tag=1',
  to: '<sip:b>',
};

const BUFFER = { asked: 4_194_304, granted: 212_992 };

/** A record that somebody took two rows from. */
const CHECKED_AUDIT: CheckedAudit = {
  fault: { kind: 'rows-removed', row: 3, until: 4 },
  foundAt: null,
  checkedAt: NOW,
  startedAt: NOW - 86_400_000,
  rows: 2,
  oldRows: 1,
  pruned: 0,
  head: { id: 9, hash: 'f'.repeat(64) },
};

/** As the appliance tells of itself: one interface, one broken override. */
export const SYSTEM: SystemFacts = {
  version: '1.2.3',
  startedAt: NOW - 3_600_000,
  node: '20.19.0',
  platform: 'linux arm64',
  memoryBytes: 104_857_600,
  timeZoneData: '2026f',
  logLevel: 'info',
  ports: { web: 8080, phones: 8060 },
  interfaces: [{ name: 'eth0', address: '192.168.10.2', prefixLength: 24 }],
  listener: {
    bound: true,
    port: 5060,
    joined: ['192.168.10.2'],
    failed: [],
    receiveBuffer: BUFFER,
    problem: undefined,
  },
  sockets: {
    open: [{ address: '192.168.10.2', port: 40_123, receiveBuffer: BUFFER }],
    sent: 12,
    failed: 0,
    lastError: undefined,
  },
  database: { file: '/var/lib/plugtone/plugtone.db', bytes: 1_048_576, walBytes: 65_536 },
  writer: { queued: 0, dropped: 0 },
  audit: CHECKED_AUDIT,
  templates: { problems: [note('test.broken', 'overrides.json is broken: line 3')], notes: [] },
};

export const PENDING = mac('00156500000a');
export const APPROVED = mac('00156500000b');
export const BLOCKED = mac('00156500000c');
export const UNKNOWN_MAKE = mac('00304fa99948');

/** An office in memory: one phone of each state, one of an unknown make, two extensions, a token for each role. */
export function createWorld(
  more: { readonly devices?: readonly Device[]; readonly extensions?: readonly Extension[] } = {},
) {
  const journeys: JourneyEvent[] = [];
  const neighbours = new Map<string, MacAddress>();
  const audit: AuditEntry[] = [];
  const delivered: { readonly mac: MacAddress; readonly cause: string }[] = [];
  const tokens = new Map<string, TokenFacts>();
  const { log, lines } = createLogMemory();
  const memory = createPeopleMemory(() => now);
  const probed: string[] = [];
  let probeOutcome: ProbeOutcome = { kind: 'no-answer', waitedMs: 3_000 };
  const logged: LogEntry[] = [];
  let now = NOW;
  let ready = true;

  const office = createOffice(
    {
      devices: [
        device(PENDING, { address: '192.168.10.41', dialog: DIALOG, lastSeenAt: NOW - 1_000 }),
        device(APPROVED, {
          state: 'approved',
          extensions: ['101'],
          token: 'urlt0kenurlt0ken',
          address: '192.168.10.42',
          dialog: DIALOG,
          firmware: '66.86.0.15',
          words: { userAgent: 'Yealink SIP-T46S 66.86.0.15', vendor: 'Yealink', model: 'T46S', firmware: '66.86.0.15' },
          consolePasswords: { admin: new Secret('c0nsole-Pa55-admin'), user: new Secret('c0nsole-Pa55-user') },
        }),
        device(BLOCKED, { state: 'blocked' }),
        device(UNKNOWN_MAKE, {
          vendorId: null,
          model: 'VIP-2140PT',
          lastSeenAt: NOW - 9_000,
          firstSeenAt: NOW - 9_000,
        }),
        ...(more.devices ?? []),
      ],
      extensions: [extension('101', { displayName: 'Empfang' }), extension('102'), ...(more.extensions ?? [])],
      site: DEFAULT_SITE,
    },
    {
      async commit(change) {
        audit.unshift(...(change.audit ?? []));
        memory.commit(change);
      },
    },
    {
      recordSighting: () => undefined,
      recordJourney: (event) => journeys.unshift(event),
    },
  );

  function addToken(name: string, role: Role): string {
    const token = `plt_${role}-${tokens.size}-secret`;
    tokens.set(token, { id: `id-${name}`, name, role, createdAt: NOW, lastUsedAt: null });
    return token;
  }

  function pageOf<T>(
    items: readonly T[],
    { limit, before }: { readonly limit: number; readonly before?: number | undefined },
  ) {
    // As the store's ids: the oldest is 1.
    const rest = items.slice(before === undefined ? 0 : items.length - before + 1);
    const page = rest.slice(0, limit);
    const numbered = page.map((item, index) => ({ ...item, id: rest.length - index }));
    return { items: numbered, next: rest.length > limit ? rest.length - limit + 1 : null };
  }

  const ofPhone = (phone: MacAddress) => journeys.filter((event) => event.mac === phone);
  const lan = {
    isOnLink: (peer: string) => peer.startsWith('192.168.10.'),
    isOwnAddress: (address: string) => address === '192.168.10.2' || address.startsWith('127.'),
    peekMac: (address: string) => neighbours.get(address),
  };
  const rules = createSourceRules(office, lan);
  const quarantine = createQuarantine({
    office,
    lan,
    rules,
    store: { put: async () => undefined },
    log,
    clock: () => now,
  });
  const people: PeopleDoors = {
    office,
    ...memory.doors,
    passwords: createPasswordHasher(),
    attempts: createAttemptLimiter(() => now),
    sources: {
      find: (address) => quarantine.find(address, 'people'),
      fail: (address) => quarantine.fail({ kind: 'wrong-password', address }),
    },
    log,
    clock: () => now,
  };
  const internet = createInternetMemory();
  const otherServers = createServersMemory(office);
  const tls = { facts: null as TlsFacts | null, authority: null as ReturnType<TlsDoors['authority']> };
  const backups = createBackupsMemory();
  let checks: readonly DoctorCheck[] = [];
  const patience = new AbortController();
  const siteDoors = openSiteWorld(office, () => now);
  const doors: WebDoors = {
    ...siteDoors,
    people,
    setUp: createSetUp(people),
    probeSip: createSipProber(async ({ host, port, transport }) => {
      probed.push(`${transport} ${host} ${port}`);
      return probeOutcome;
    }),
    internet: internet.doors,
    quarantine,
    judgeSource: createSourceJudge(lan, quarantine),
    otherServers: otherServers.doors,
    tls: { read: () => tls.facts, authority: () => tls.authority },
    backups: createBackups({ office, ...backups.doors, log, clock: () => now }),
    doctor: createDoctor({ phases: () => [checks], log, clock: () => now, signal: patience.signal }),
    office,
    deliveries: {
      deliver: (phone, cause) => void delivered.push({ mac: phone.mac, cause }),
      fetched: () => undefined,
      stop: () => undefined,
    },
    lamps: createLampBoard({ office, readJourney: async (phone, limit) => ofPhone(phone).slice(0, limit) }),
    counters: createCounters(),
    tokens: {
      find: async (token) => tokens.get(token) satisfies ApiUser | undefined,
      list: async () => [...tokens.values()],
      async create({ name, role }) {
        if ([...tokens.values()].some((known) => known.name === name)) return err({ kind: 'name-taken', name });
        const token = addToken(name, role);
        return ok({ id: `id-${name}`, name, role, createdAt: NOW, lastUsedAt: null, token });
      },
      async revoke(nameOrId) {
        const found = [...tokens].find(([, { id, name }]) => id === nameOrId || name === nameOrId);
        if (found !== undefined) tokens.delete(found[0]);
        return found?.[1];
      },
    },
    listJourney: async (phone, page) => pageOf(ofPhone(phone), page),
    listAudit: async (page) =>
      pageOf(
        audit.filter(
          ({ actor, subject }) => actor.includes(page.actor ?? '') && (page.subjects?.includes(subject) ?? true),
        ),
        page,
      ),
    record: {
      listJourneys: async (page) =>
        pageOf(
          journeys.filter(
            ({ mac: phone, step }) => (page.steps?.includes(step) ?? true) && (page.macs?.includes(phone) ?? true),
          ),
          page,
        ),
      readLog: () => logged,
      readHistory: () => [
        { at: NOW, span: 300_000, pending: 2, approved: 1, blocked: 1, exchanges: 3, filesServed: 4, refusals: 5 },
      ],
      readSystem: async () => SYSTEM,
      audit: { run: async () => CHECKED_AUDIT, last: () => CHECKED_AUDIT },
    },
    previewConfig(phone, fileName) {
      if (office.findDevice(phone) === undefined)
        return err({ kind: 'no-such-device', note: note('test.problem', 'No such phone.') });
      if (office.findDevice(phone)?.state !== 'approved')
        return err({ kind: 'not-approved', note: note('test.problem', 'Not approved.') });
      if (fileName === 'broken')
        return err({ kind: 'file-cannot-be-made', note: note('test.problem', 'The name has a line break.') });
      if (fileName !== undefined) return err({ kind: 'no-such-file', note: note('test.problem', 'No such file.') });
      return ok({
        file: 'a.cfg',
        contentType: 'text/plain',
        text: 'password = ••••••\n',
        notes: [note('test.no-tone', 'no tone for DE')],
      });
    },
    resolveDeviceSettings: (phone) => resolveDeviceSettings({ office }, phone),
    isReady: () => ready,
    version: '1.2.3',
    log,
    clock: () => now,
  };

  return {
    doors,
    internet,
    quarantine,
    neighbours,
    otherServers,
    /** How connections are encrypted: change it. */
    tls,
    backups,
    /** What the doctor looks at from now on. */
    examine(...wanted: readonly DoctorCheck[]) {
      checks = wanted;
    },
    siteDir: siteDoors.siteDir,
    office,
    journeys,
    audit,
    delivered,
    lines,
    logged,
    tokens: {
      viewer: addToken('vera', 'viewer'),
      technician: addToken('theo', 'technician'),
      admin: addToken('anna', 'admin'),
    } satisfies Record<Role, string>,
    revoke: (token: string) => tokens.delete(token),
    probed,
    answerProbes(outcome: ProbeOutcome) {
      probeOutcome = outcome;
    },
    wait(ms: number) {
      now += ms;
    },
    setReady(value: boolean) {
      ready = value;
    },
    record(phone: MacAddress, step: JourneyStep, detail: JourneyEvent['detail'] = {}, reason = '') {
      now += 1;
      office.record({ mac: phone, at: now, step, reason, detail });
      return now;
    },
  };
}

export type World = ReturnType<typeof createWorld>;
