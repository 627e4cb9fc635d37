import { DEFAULT_INTERNET, type InternetSettings } from './internet.ts';
import type { Secret } from './secret.ts';
import type { SettingsPatch } from './settings.ts';
import { DEFAULT_TRUST, type TrustSettings } from './trust.ts';

/** same: the account's password of line 1. one: one password for the site. random: drawn per phone. */
export type ConsolePasswordPolicy = 'same' | 'one' | 'random';

/** Approves a new phone without a person. All that is given must fit; the extension is the range's next free one. */
export interface AutoApproveRule {
  /** A vendor's id; null: any known vendor. */
  readonly vendorId: string | null;
  /** 6-12 hex digits; null: any. */
  readonly macPrefix: string | null;
  /** Numbers, both included: 200 and 219. */
  readonly firstExtension: string;
  readonly lastExtension: string;
  /** Make a missing extension with a drawn password; otherwise only existing free ones are given out. */
  readonly createExtensions: boolean;
}

export interface Site {
  readonly name: string;
  /** The site layer. */
  readonly settings: SettingsPatch;
  /** By vendor id. */
  readonly vendorSettings: Readonly<Record<string, SettingsPatch>>;
  /** By `<vendor id>/<model>`. */
  readonly modelSettings: Readonly<Record<string, SettingsPatch>>;
  readonly consolePasswordPolicy: ConsolePasswordPolicy;
  /** Used by the policy `one`. */
  readonly consolePassword: Secret | null;
  /** Answer pending phones with 200 (no NOTIFY), so that they stop repeating. Decision 0001 says why this is off. */
  readonly answerPending: boolean;
  readonly autoApprove: readonly AutoApproveRule[];
  /** Open ports and the external address. */
  readonly internet: InternetSettings;
  /** Signs what the webhook of `internet` is told; null: there is none, and nothing is told. */
  readonly webhookSecret: Secret | null;
  /** Who is heard, and who may have secrets. */
  readonly trust: TrustSettings;
  /** Encrypts the nightly backups; null: there are none. */
  readonly backupPassphrase: Secret | null;
  /** Days that journeys and audit are kept. */
  readonly retentionDays: number;
  /** Counts up with each change: part of the rendering cache's key. */
  readonly revision: number;
}

export const DEFAULT_SITE: Site = {
  name: 'Plugtone',
  settings: {},
  vendorSettings: {},
  modelSettings: {},
  consolePasswordPolicy: 'same',
  consolePassword: null,
  answerPending: false,
  autoApprove: [],
  internet: DEFAULT_INTERNET,
  webhookSecret: null,
  trust: DEFAULT_TRUST,
  backupPassphrase: null,
  retentionDays: 90,
  revision: 0,
};
