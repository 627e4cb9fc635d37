import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { endianness } from 'node:os';
import type { Config } from '../config.ts';
import { SILENT } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import { err, type Result } from '../core/result.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import type { Site } from '../core/site.ts';
import { timeZoneDataReleasedAt, timeZoneDataVersion } from '../core/time-zones.ts';
import { createBackupCheck } from '../flows/doctor/check-backup.ts';
import { createClockCheck } from '../flows/doctor/check-clock.ts';
import { createDatabaseCheck, type DatabaseState } from '../flows/doctor/check-database.ts';
import { createDiskCheck } from '../flows/doctor/check-disk.ts';
import { createDnsCheck } from '../flows/doctor/check-dns.ts';
import { createFirewallCheck } from '../flows/doctor/check-firewall.ts';
import { createGatewayCheck } from '../flows/doctor/check-gateway.ts';
import { createGroupCheck } from '../flows/doctor/check-groups.ts';
import { createHearingCheck } from '../flows/doctor/check-hearing.ts';
import { createNeighbourCheck } from '../flows/doctor/check-neighbours.ts';
import { createOtherServerCheck } from '../flows/doctor/check-other-servers.ts';
import { createPortCheck, type WantedPort } from '../flows/doctor/check-ports.ts';
import { createReceiveBufferCheck } from '../flows/doctor/check-receive-buffer.ts';
import { createSipServerCheck } from '../flows/doctor/check-sip-server.ts';
import { createTemplateCheck } from '../flows/doctor/check-templates.ts';
import { createTimeZoneCheck } from '../flows/doctor/check-time-zones.ts';
import type { CheckPhases } from '../flows/doctor/doctor.ts';
import { buildProbeShapes } from '../flows/other-servers/build-probe-shapes.ts';
import type { OtherServersState } from '../flows/other-servers/server-facts.ts';
import { readDefaultRoute } from '../lan/default-route.ts';
import { readFirewall } from '../lan/firewall-rules.ts';
import { mayWrite, measureDisk, readHostFile, readHostTimeZones } from '../lan/host-facts.ts';
import { askClockStatus } from '../lan/host-programs.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import { isLoopbackOnly } from '../lan/lan-address.ts';
import { resolveName } from '../lan/name-resolver.ts';
import { parseIgmpTable } from '../lan/parse-igmp-table.ts';
import { findPortHolders, findTcpHolders, type PortHolder } from '../lan/port-holder.ts';
import { tryGroupPort, tryTcpPort } from '../lan/port-try.ts';
import { askReceiveBuffer, type ReceiveBuffer } from '../lan/receive-buffer.ts';
import { askTime } from '../lan/sntp-client.ts';
import { probeLoop } from '../sip/loop-probe.ts';
import { probeByOptions } from '../sip/options-probe.ts';
import { PNP_GROUP } from '../sip/pnp-listener.ts';
import { vendors } from '../vendors/all.ts';
import { searchFor } from './doctor-search.ts';

/** What differs between a doctor inside of the running appliance and one beside it. */
export interface DoctorParts {
  /** Ports as they are, or as they would be. */
  readonly config: Pick<Config, 'dataDir' | 'webPort' | 'phonePort' | 'sipPort' | 'lanAddresses' | 'tls'>;
  readonly interfaces: Pick<InterfaceWatch, 'current'>;
  readonly site: () => Promise<Site>;
  readonly countPhones: () => Promise<number>;
  readonly lookAtDatabase: () => Promise<DatabaseState>;
  readonly readTemplates: () => Promise<{ readonly problems: readonly Note[]; readonly notes: readonly Note[] }>;
  readonly checkServers: (signal: AbortSignal) => Promise<OtherServersState>;
  /** Ms since 1970; null: there is none. */
  readonly newestBackupAt: () => Promise<number | null>;
  readonly isOurs: (port: WantedPort, holders: readonly PortHolder[]) => Promise<boolean>;
  readonly isRunning: () => Promise<boolean>;
  /** In whose name is asked on the LAN. */
  readonly probeMac: MacAddress;
  readonly clock: () => number;
}

/** arp(7). */
const NEIGHBOUR_LIMIT = '/proc/sys/net/ipv4/neigh/default/gc_thresh3';

/** All checks, over the system as it is. What looks at the host comes first: what talks to the LAN joins groups and opens sockets. */
export function buildDoctorPhases(parts: DoctorParts): CheckPhases {
  const { config, site, clock } = parts;
  const { dataDir, webPort, phonePort, sipPort, lanAddresses, tls } = config;
  const isTrial = isLoopbackOnly(lanAddresses);
  const interfaces = () => parts.interfaces.current();
  const target = { address: PNP_GROUP, port: sipPort };
  const ports: readonly WantedPort[] = [
    { id: 'pnp', protocol: 'UDP', port: sipPort, flag: '--sip-port' },
    { id: 'phones', protocol: 'TCP', port: phonePort, flag: '--phone-port' },
    { id: 'web', protocol: 'TCP', port: webPort, flag: '--web-port' },
    ...(tls?.phonePort
      ? [{ id: 'phones-tls', protocol: 'TCP', port: tls.phonePort, flag: '--phone-tls-port' } as const]
      : []),
    ...(tls?.webPort ? [{ id: 'web-tls', protocol: 'TCP', port: tls.webPort, flag: '--web-tls-port' } as const] : []),
  ];
  const settings = async () => ({ ...DEFAULT_SETTINGS, ...(await site()).settings });

  const host = [
    createPortCheck({
      ports,
      tryPort: ({ id, port }) => (id === 'pnp' ? tryGroupPort(PNP_GROUP, port) : tryTcpPort(port)),
      findHolders: ({ id, port }) => (id === 'pnp' ? findPortHolders(PNP_GROUP, port) : findTcpHolders(port)),
      isOurs: parts.isOurs,
    }),
    createGroupCheck({ interfaces, group: PNP_GROUP, readGroups, isRunning: parts.isRunning }),
    createReceiveBufferCheck({ ask: askBuffer }),
    createNeighbourCheck({
      readTable: () => readHostFile('/proc/net/arp'),
      readLimit: async () => Number(await readHostFile(NEIGHBOUR_LIMIT)) || undefined,
      countPhones: parts.countPhones,
    }),
    createDiskCheck({ dataDir, measure: measureDisk, mayWrite }),
    createDatabaseCheck({ look: parts.lookAtDatabase }),
    createBackupCheck({
      nightlyKept: async () => (await site()).trust.nightlyBackupsKept,
      newestAt: parts.newestBackupAt,
      clock,
    }),
    createTemplateCheck({ read: parts.readTemplates }),
    createTimeZoneCheck({
      ours: timeZoneDataVersion,
      readHost: readHostTimeZones,
      releasedAt: timeZoneDataReleasedAt,
      clock,
    }),
  ];
  const dns = createDnsCheck({
    async names() {
      const { sipServer, ntpServer } = await settings();
      return [sipServer, ntpServer, (await site()).internet.hostName ?? ''];
    },
    resolve: (name, signal) => resolveName(name, { signal }),
  });
  const network = [
    createHearingCheck({
      interfaces,
      async hear(localAddress, signal) {
        const [shape] = buildProbeShapes(vendors, parts.probeMac);
        return shape === undefined ? 'silent' : probeLoop({ localAddress, target, shape, signal });
      },
    }),
    createFirewallCheck({
      packets: ports.map(({ id, port }) =>
        id === 'pnp' ? { id, protocol: 'udp', port, group: PNP_GROUP } : { id, protocol: 'tcp', port, group: null },
      ),
      read: (signal) => readFirewall(signal),
    }),
    createClockCheck({
      clock,
      notBefore: timeZoneDataReleasedAt,
      askStatus: (signal) => askClockStatus(signal),
      ntpServer: async () => (isTrial ? '' : (await settings()).ntpServer),
      askTime: askServerTime,
    }),
    ...(isTrial ? [] : [dns]),
    createSipServerCheck({
      async server() {
        const { sipServer, sipPort: port, sipTransport } = await settings();
        return { host: sipServer, port, transport: sipTransport };
      },
      probe: (server, signal) => probeByOptions(server, { signal }),
    }),
    createOtherServerCheck({ interfaces, check: parts.checkServers }),
    createGatewayCheck({
      readRoute: () => readDefaultRoute(),
      async search(signal) {
        return isTrial ? null : searchFor((await site()).internet.searchFrom, signal);
      },
      internet: async () => (await site()).internet,
    }),
  ];
  return [host, network];
}

async function readGroups(): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const text = await readHostFile('/proc/net/igmp');
  return text === undefined ? undefined : parseIgmpTable(text, endianness());
}

/** On a socket of its own: the system grants each the same. */
async function askBuffer(): Promise<ReceiveBuffer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  try {
    return askReceiveBuffer(socket, 'doctor', SILENT);
  } finally {
    socket.close();
  }
}

async function askServerTime(server: string, signal: AbortSignal): Promise<Result<number, string>> {
  const found = isIPv4(server) ? [server] : await resolveName(server, { signal }).then((r) => (r.ok ? r.value : []));
  const [address] = found;
  return address === undefined ? err('no-address') : askTime({ address, signal });
}
