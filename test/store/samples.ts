import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Device } from '../../src/core/device.ts';
import type { Extension } from '../../src/core/extension.ts';
import { type MacAddress, parseMacAddress } from '../../src/core/mac-address.ts';
import { newDevice } from '../../src/core/new-device.ts';
import { Secret } from '../../src/core/secret.ts';
import { openStore, type Store } from '../../src/store/store.ts';

/** A folder of this test's own; gone when it ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plugtone-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Opened in `dataDir`, closed when the test ends. */
export async function openForTest(dataDir: string, clock?: () => number): Promise<Store> {
  const store = await openStore({ dataDir, clock });
  onTestFinished(() => store.close());
  return store;
}

export async function openFresh(clock?: () => number): Promise<Store> {
  return openForTest(await makeFolder(), clock);
}

export function macOf(number: number): MacAddress {
  const mac = parseMacAddress((0x001565000000 + number).toString(16).padStart(12, '0'));
  if (mac === undefined) throw new Error(`${number} makes no MAC address`);
  return mac;
}

export function approvedDevice(number: number, changes: Partial<Device> = {}): Device {
  return {
    ...newDevice(macOf(number), 1_000),
    state: 'approved',
    vendorId: 'acme',
    model: 'T1',
    firmware: '1.2.3',
    address: '192.0.2.7',
    words: { userAgent: 'Acme T1 1.2.3', vendor: 'Acme', model: 'T1', firmware: '1.2.3' },
    dialog: {
      sourceAddress: '192.0.2.7',
      sourcePort: 5062,
      contactUri: 'sip:t1@192.0.2.7:5062',
      callId: 'call-1',
      from: '<sip:t1@224.0.1.75>;tag=1',
      to: '<sip:t1@224.0.1.75>',
    },
    extensions: [String(100 + number)],
    token: `token-of-phone-${number}`,
    settings: { language: 'de', codecs: ['pcma'] },
    consolePasswords: { admin: new Secret(`admin-of-${number}`), user: new Secret(`user-of-${number}`) },
    revision: 1,
    lastSeenAt: 2_000,
    ...changes,
  };
}

export function extensionOf(number: number, changes: Partial<Extension> = {}): Extension {
  const text = String(100 + number);
  const password = new Secret(`password-of-${text}`);
  const names = { number: text, displayName: `Phone ${text}`, authName: text };
  return { ...names, password, voicemail: '*97', language: 'fr', ...changes };
}

/** With every secret opened, so that a comparison compares them. */
export function opened(value: Device | Extension | undefined): unknown {
  if (value === undefined) return undefined;
  if ('number' in value) return { ...value, password: value.password.reveal() };
  const passwords = value.consolePasswords;
  return { ...value, consolePasswords: passwords && [passwords.admin.reveal(), passwords.user.reveal()] };
}
