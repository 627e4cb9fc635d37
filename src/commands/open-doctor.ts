import { hostname } from 'node:os';
import type { Config } from '../config.ts';
import { deriveProbeMac } from '../core/derive-probe-mac.ts';
import type { Logger } from '../core/logger.ts';
import type { DatabaseState } from '../flows/doctor/check-database.ts';
import { createDoctor, type Doctor } from '../flows/doctor/doctor.ts';
import type { Office } from '../flows/office.ts';
import type { OtherServers } from '../flows/other-servers/server-facts.ts';
import type { RecordDoors } from '../http/record-doors.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import type { PortHolder } from '../lan/port-holder.ts';
import { measureDatabaseFile } from '../store/database-file.ts';
import { createMetaStore } from '../store/meta-store.ts';
import type { Store } from '../store/store.ts';
import { buildDoctorPhases } from './doctor-checks.ts';
import { findNewestBackup } from './newest-backup.ts';
import { PROBE_SEED_NAME } from './open-other-servers.ts';

export interface DoctorDoors {
  readonly config: Config;
  readonly ports: () => { readonly web: number; readonly phones: number; readonly sip: number };
  readonly office: Office;
  readonly interfaces: Pick<InterfaceWatch, 'current'>;
  readonly otherServers: OtherServers;
  readonly readSystem: RecordDoors['readSystem'];
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: () => number;
}

/** Bytes. SQLite reads all of it, and phones wait meanwhile: a larger file is for the doctor of the command line. */
const LARGEST_CHECKED = 64 * 1024 * 1024;

/** The doctor inside of the running appliance. */
export async function openDoctor(doors: DoctorDoors): Promise<Doctor> {
  const { config, ports, office, interfaces, otherServers, readSystem, store, signal, log, clock } = doors;
  const probeMac = deriveProbeMac((await createMetaStore(store.database).read(PROBE_SEED_NAME)) ?? hostname());
  const phases = () => {
    const { web, phones, sip } = ports();
    return buildDoctorPhases({
      config: { ...config, webPort: web, phonePort: phones, sipPort: sip },
      interfaces,
      site: async () => office.site(),
      countPhones: async () => office.deviceCount(),
      lookAtDatabase: () => lookAtOwn(store, office),
      readTemplates: async () => (await readSystem()).templates,
      async checkServers() {
        await otherServers.check();
        return otherServers.read();
      },
      newestBackupAt: () => findNewestBackup(config.dataDir),
      isOurs: async (_port, holders) => holders.some(isOurs),
      isRunning: async () => true,
      probeMac,
      clock,
    });
  };
  return createDoctor({ phases, log, clock, signal });
}

async function lookAtOwn({ database }: Store, office: Office): Promise<DatabaseState> {
  const { bytes } = await measureDatabaseFile(database.file);
  if (bytes > LARGEST_CHECKED) return { kind: 'large', bytes };
  return { kind: 'read', faults: await database.check(), devices: office.deviceCount() };
}

/** Where the process behind a socket is hidden, its user must do. */
function isOurs({ pid, uid }: PortHolder): boolean {
  return pid === undefined ? uid === process.getuid?.() : pid === process.pid;
}
