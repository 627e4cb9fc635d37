import { createSocket } from 'node:dgram';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { deriveProbeMac } from '../core/derive-probe-mac.ts';
import { SILENT } from '../core/logger.ts';
import { DEFAULT_SITE } from '../core/site.ts';
import type { WantedPort } from '../flows/doctor/check-ports.ts';
import { createOtherServers } from '../flows/other-servers/other-servers.ts';
import { watchInterfaces } from '../lan/interface-watch.ts';
import { createNeighbourTable } from '../lan/neighbour-table.ts';
import { findTcpHolders, type PortHolder } from '../lan/port-holder.ts';
import { noteRenderProblem } from '../render/render-problem.ts';
import { openTemplateSet } from '../render/template-set.ts';
import { PNP_GROUP } from '../sip/pnp-listener.ts';
import { probeServers } from '../sip/server-probe.ts';
import { lookAtDatabase } from '../store/database-look.ts';
import { vendors } from '../vendors/all.ts';
import type { DoctorParts } from './doctor-checks.ts';
import { findNewestBackup } from './newest-backup.ts';
import { PROBE_SEED_NAME } from './open-other-servers.ts';

/** Ms: it answers within some, or nobody is there. */
const HEALTH_WAIT_MS = 2_000;

/** A check is asked for once; the regular ones are the appliance's. */
const NEVER_MS = 2 ** 31 - 1;

/** The doctor of the command line: beside a running appliance or without one. The database is opened read-only. */
export async function openDoctorBeside(config: Config, signal: AbortSignal): Promise<DoctorParts> {
  const { dataDir, siteDir, sipPort, webPort, lanAddresses } = config;
  const database = await lookAtDatabase(join(dataDir, 'plugtone.db'));
  const site = database.kind === 'read' ? database.site : DEFAULT_SITE;
  // Without a database its own lists get another entry, which is told as what it is: this host's.
  const seed = database.kind === 'read' ? database.meta.get(PROBE_SEED_NAME) : undefined;
  const probeMac = deriveProbeMac(seed ?? hostname());
  const interfaces = await watchInterfaces({ wanted: lanAddresses, signal, log: SILENT });
  const neighbours = createNeighbourTable({ log: SILENT });
  let health: Promise<boolean> | undefined;
  const isRunning = () => {
    health ??= isHealthy(webPort);
    return health;
  };

  return {
    config,
    interfaces,
    site: async () => site,
    countPhones: async () => (database.kind === 'read' ? database.devices : 0),
    lookAtDatabase: async () => database,
    async readTemplates() {
      const templates = await openTemplateSet({ vendors, siteDir });
      return {
        problems: templates.problems().map(noteRenderProblem),
        notes: vendors.flatMap((vendor) => templates.notesOf(vendor)),
      };
    },
    async checkServers(stop) {
      const servers = createOtherServers({
        office: { site: () => site },
        lan: { ...interfaces, macOf: neighbours.macOf, peekMac: neighbours.peek },
        sip: { send: (_from, data, to) => sendOnce(data, to) },
        probe: probeServers,
        target: () => ({ address: PNP_GROUP, port: sipPort }),
        mac: probeMac,
        log: SILENT,
        clock: Date.now,
        signal: stop,
        lookEveryMs: NEVER_MS,
      });
      await servers.check();
      return servers.read();
    },
    newestBackupAt: () => findNewestBackup(dataDir),
    isRunning,
    isOurs: async (port, holders) => (await isRunning()) && isHeldByAppliance(port, holders, webPort),
    probeMac,
    clock: Date.now,
  };
}

/** Whoever has the port for people, and says that it is Plugtone, has the others as well: by its process, or its user where that is hidden. */
async function isHeldByAppliance(
  { id }: WantedPort,
  holders: readonly PortHolder[],
  webPort: number,
): Promise<boolean> {
  if (id === 'web') return true;
  const owners = await findTcpHolders(webPort);
  return holders.some(({ pid, uid }) =>
    owners.some((owner) => (pid !== undefined && owner.pid !== undefined ? pid === owner.pid : uid === owner.uid)),
  );
}

async function isHealthy(webPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${webPort}/healthz`, { signal: AbortSignal.timeout(HEALTH_WAIT_MS) });
    const { status, version } = (await answer.json()) as { readonly status?: unknown; readonly version?: unknown };
    return (status === 'ok' || status === 'starting') && typeof version === 'string';
  } catch {
    return false;
  }
}

/** Makes the kernel look up who stands there: nothing is answered. */
function sendOnce(data: Buffer, to: { readonly address: string; readonly port: number }): void {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.send(data, to.port, to.address, () => socket.close());
}
