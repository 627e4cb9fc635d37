import type { DeviceLogin } from './device-login.ts';
import type { HandOver } from './hand-over.ts';
import type { MacAddress } from './mac-address.ts';
import type { Secret } from './secret.ts';
import type { SettingsPatch } from './settings.ts';
import type { PhoneWords, SubscribeDialog } from './sighting.ts';

/** pending: seen, undecided. approved: has an extension. blocked: never answered. */
export type DeviceState = 'pending' | 'approved' | 'blocked';

export interface Device {
  readonly mac: MacAddress;
  readonly state: DeviceState;
  /** Null: of a make that no vendor file knows. */
  readonly vendorId: string | null;
  /** As the vendor's model list spells it where it is known there, else as the phone says it; null: not said. */
  readonly model: string | null;
  readonly firmware: string | null;
  /** IPv4 of the last SUBSCRIBE or request; null: never seen (imported). */
  readonly address: string | null;
  readonly words: PhoneWords;
  /** The last SUBSCRIBE's dialog: an approval is delivered into it. */
  readonly dialog: SubscribeDialog | null;
  /** Extension numbers on the phone's lines, line 1 first. Empty unless approved. */
  readonly extensions: readonly string[];
  /** Path token of the phone's URL, 128 bits or more; a new one with each approval; null unless approved. */
  readonly token: string | null;
  /** The device layer of the settings. */
  readonly settings: SettingsPatch;
  /** Console passwords that were drawn for this phone, where the site wants them random. */
  readonly consolePasswords: { readonly admin: Secret; readonly user: Secret } | null;
  /** Until when it may fetch its files, or could last; null: it was never handed over since its approval, or the site has no windows. */
  readonly handOver: HandOver | null;
  /** Drawn where the site wants phones to log in, and kept when it does not any more; null: none was drawn since its approval. */
  readonly login: DeviceLogin | null;
  /** Counts up with each decision about this device: part of the rendering cache's key. */
  readonly revision: number;
  readonly firstSeenAt: number;
  /** Milliseconds since 1970; null: never seen. */
  readonly lastSeenAt: number | null;
}
