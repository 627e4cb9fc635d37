import { setTimeout as sleep } from 'node:timers/promises';
import type { Device } from '../../src/core/device.ts';
import type { Extension } from '../../src/core/extension.ts';
import type { JourneyEvent } from '../../src/core/journey.ts';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import { newDevice } from '../../src/core/new-device.ts';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE, type Site } from '../../src/core/site.ts';
import { createCounters } from '../../src/flows/counters.ts';
import type { Doors, NotifyOutcome, NotifyRequest } from '../../src/flows/doors.ts';
import { createOffice, type OfficeChange } from '../../src/flows/office.ts';
import { createQuarantine } from '../../src/flows/quarantine.ts';
import { createSourceGate } from '../../src/flows/source-gate.ts';
import { createSourceRules } from '../../src/flows/source-rules.ts';

export function mac(text: string): MacAddress {
  const parsed = parseMacAddress(text);
  if (parsed === undefined) throw new Error(`not a MAC address: ${text}`);
  return parsed;
}

export function extension(number: string, more: Partial<Extension> = {}): Extension {
  return {
    number,
    displayName: `Phone ${number}`,
    authName: number,
    password: new Secret(`pw-${number}`),
    voicemail: '',
    language: '',
    ...more,
  };
}

export function device(text: string, more: Partial<Device> = {}): Device {
  return { ...newDevice(mac(text), 0), ...more };
}

/** Doors that remember what went through them: no socket, no disk. The office itself is the real one. */
export function openDoors(contents: { devices?: Device[]; extensions?: Extension[]; site?: Partial<Site> } = {}) {
  const commits: OfficeChange[] = [];
  const journey: JourneyEvent[] = [];
  const sent: { from: string; data: string; to: { address: string; port: number } }[] = [];
  const notifies: (NotifyRequest & { answer: (outcome: NotifyOutcome) => void })[] = [];
  const neighbours = new Map<string, MacAddress>();
  const settings = { commitFails: false, now: 1_000_000, own: ['192.168.10.2', '127.0.0.1'], commitMs: 0 };
  const office = createOffice(
    {
      devices: contents.devices ?? [],
      extensions: contents.extensions ?? [],
      site: { ...DEFAULT_SITE, ...contents.site },
    },
    {
      async commit(change) {
        if (settings.commitMs > 0) await sleep(settings.commitMs);
        if (settings.commitFails) throw new Error('disk full');
        commits.push(change);
      },
    },
    { recordSighting: () => undefined, recordJourney: (event) => journey.push(event) },
  );
  const quiet = () => undefined;
  const lan = {
    localAddressFor: (peer: string) =>
      peer.startsWith('192.168.10.') ? '192.168.10.2' : peer.startsWith('127.') ? '127.0.0.1' : undefined,
    isOnLink: (peer: string) => peer.startsWith('192.168.10.') || peer.startsWith('127.'),
    isOwnAddress: (address: string) => settings.own.includes(address),
    macOf: async (address: string) => neighbours.get(address),
    peekMac: (address: string) => neighbours.get(address),
  };
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const counters = createCounters();
  const clock = () => settings.now;
  const rules = createSourceRules(office, lan);
  const quarantine = createQuarantine({ office, lan, rules, store: { put: async () => undefined }, log, clock });
  const gate = createSourceGate({ rules, quarantine, counters, log, clock });
  const doors: Doors = {
    office,
    lan,
    sip: {
      send: (from, data, to) => sent.push({ from, data: data.toString('latin1'), to }),
      portOf: () => 40_000,
      notify: (request) => new Promise((resolve) => notifies.push({ ...request, answer: resolve })),
    },
    sources: { hears: gate.hears, fail: quarantine.fail },
    counters,
    log,
    phonePort: 8060,
    clock,
  };
  return { doors, office, commits, journey, sent, notifies, neighbours, settings, quarantine, gate };
}
