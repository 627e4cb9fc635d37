import { join } from 'node:path';
import type { Logger } from '../core/logger.ts';
import { type AddressStore, createAddressStore } from './address-store.ts';
import { type AuditStore, createAuditStore } from './audit-store.ts';
import { finishUnfinishedRestore } from './backup/finish-restore.ts';
import { type CertificateStore, createCertificateStore } from './certificate-store.ts';
import { lastChangeSeq } from './change-sequence.ts';
import { watchChanges } from './changes-watch.ts';
import { type Database, openDatabase } from './database.ts';
import { createDecisions, type Decision, type Decisions } from './decisions.ts';
import { createDeviceStore, type DeviceStore } from './device-store.ts';
import { createExtensionStore, type ExtensionStore } from './extension-store.ts';
import { createJourneyStore, type JourneyStore } from './journey-store.ts';
import { createQuarantineStore, type QuarantineStore } from './quarantine-store.ts';
import { createSampleStore, type SampleStore } from './sample-store.ts';
import { createSessionStore, type SessionStore } from './session-store.ts';
import { createSiteStore, type SiteStore } from './site-store.ts';
import { createTokenStore, type TokenStore } from './token-store.ts';
import { createUserStore, type UserStore } from './user-store.ts';

export const DATABASE_FILE = 'plugtone.db';

/** Everything that is kept, over one open database. */
export interface Store {
  readonly database: Database;
  readonly devices: DeviceStore;
  readonly extensions: ExtensionStore;
  readonly site: SiteStore;
  readonly journeys: JourneyStore;
  readonly audit: AuditStore;
  readonly tokens: TokenStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly samples: SampleStore;
  readonly addresses: AddressStore;
  readonly quarantine: QuarantineStore;
  readonly certificates: CertificateStore;
  readonly decisions: Decisions;
  /** The number of the last commit: read it before loading, and give it to `watch`. */
  changeSeq(): Promise<number>;
  watch(options: {
    readonly since: number;
    readonly signal: AbortSignal;
    readonly onChange: (change: Decision) => void;
  }): Promise<void>;
  /** Waits for what is under way. Flush the batch writer before. */
  close(): Promise<void>;
}

/** Opens `<data dir>/plugtone.db` and its key; a backup that was being put in place is there first. Throws StoreError with a message for people. */
export async function openStore(options: {
  readonly dataDir: string;
  readonly log?: Logger | undefined;
  readonly clock?: (() => number) | undefined;
  readonly credentialsDirectory?: string | undefined;
}): Promise<Store> {
  const { dataDir, ...others } = options;
  await finishUnfinishedRestore(dataDir);
  const database = await openDatabase({ file: join(dataDir, DATABASE_FILE), ...others });
  return createStore(database, others.log);
}

export function createStore(database: Database, log?: Logger): Store {
  return {
    database,
    devices: createDeviceStore(database),
    extensions: createExtensionStore(database),
    site: createSiteStore(database),
    journeys: createJourneyStore(database),
    audit: createAuditStore(database),
    tokens: createTokenStore(database),
    users: createUserStore(database),
    sessions: createSessionStore(database),
    samples: createSampleStore(database),
    addresses: createAddressStore(database),
    quarantine: createQuarantineStore(database),
    certificates: createCertificateStore(database),
    decisions: createDecisions(database),
    changeSeq: () => lastChangeSeq(database.read),
    watch: (watching) => watchChanges({ ...watching, database, log }),
    close: () => database.close(),
  };
}
