import type { AuditEntry } from '../core/audit.ts';
import type { Device } from '../core/device.ts';
import type { Extension } from '../core/extension.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { EndedSessions } from '../core/session.ts';
import type { Site } from '../core/site.ts';
import type { Progress } from '../core/steps.ts';
import type { UserWithPassword } from '../core/user.ts';
import { writeAudit } from './audit-chain.ts';
import { nextChange } from './change-sequence.ts';
import type { Database } from './database.ts';
import { removeDevices, writeDevices } from './device-writer.ts';
import { removeExtensions, writeExtensions } from './extension-store.ts';
import { releaseAddresses } from './quarantine-store.ts';
import { endSessions } from './session-store.ts';
import { writeSite } from './site-store.ts';
import { removeUsers, writeUsers } from './user-store.ts';

/** What one decision changes. Removals come first: what is removed and given is there afterwards. */
export interface Decision {
  readonly devices?: readonly Device[];
  readonly removedDevices?: readonly MacAddress[];
  /** Numbers that may be on two phones; of all others the second phone is refused. */
  readonly sharedExtensions?: readonly string[];
  readonly extensions?: readonly Extension[];
  readonly removedExtensions?: readonly string[];
  readonly site?: Site;
  readonly users?: readonly UserWithPassword[];
  /** By id. Their sessions end. */
  readonly removedUsers?: readonly string[];
  readonly endedSessions?: readonly EndedSessions[];
  /** IPv4 addresses whose quarantine ends now. */
  readonly releasedAddresses?: readonly string[];
  readonly audit?: readonly AuditEntry[];
}

export interface Decisions {
  /**
   * All of it or nothing, on disk when it resolves. Throws StoreError: changed-meanwhile, where another process decided
   * about the same device or the site first; nothing is stored then, and `changes-watch` soon brings the other decision.
   * `onProgress`: rows of devices and extensions so far.
   */
  commit(decision: Decision, onProgress?: (progress: Progress) => void): Promise<void>;
}

export function createDecisions(database: Database): Decisions {
  const { cipher, writer: by, clock } = database;
  return {
    commit(decision, onProgress) {
      const { devices = [], removedDevices = [], extensions = [], removedExtensions = [], site, audit = [] } = decision;
      const { users = [], removedUsers = [], endedSessions = [], releasedAddresses = [] } = decision;
      const { sharedExtensions = [] } = decision;
      const total = devices.length + extensions.length;
      return database.write(async (writer) => {
        let done = 0;
        const count = (rows: number) => {
          done += rows;
          onProgress?.({ done, total });
        };
        const change = await nextChange(writer, by);
        await removeDevices(writer, removedDevices, change, clock());
        await removeExtensions(writer, removedExtensions, change, clock());
        await writeExtensions(writer, extensions, cipher, change, count);
        await writeDevices(writer, devices, cipher, change, { shared: sharedExtensions, onDone: count });
        if (site !== undefined) await writeSite(writer, site, cipher, change);
        await removeUsers(writer, removedUsers);
        await writeUsers(writer, users);
        await endSessions(writer, endedSessions);
        if (releasedAddresses.length > 0) await releaseAddresses(writer, releasedAddresses, change, clock());
        await writeAudit(writer, audit, database);
      });
    },
  };
}
