import { setMaxListeners } from 'node:events';
import type { Config } from '../config.ts';
import type { Logger } from '../core/logger.ts';
import { createForesight, type ForeseeDigest, tellDigests } from '../flows/audit-digests.ts';
import { startAutoApproval } from '../flows/auto-approve.ts';
import { createConfigCache } from '../flows/config-cache.ts';
import { createCounters } from '../flows/counters.ts';
import { createDeliveries } from '../flows/delivery.ts';
import type { Doors, LanDoors } from '../flows/doors.ts';
import { createHandOvers } from '../flows/hand-overs.ts';
import { createLampBoard } from '../flows/lamps.ts';
import { createLogMemory, type LogMemory } from '../flows/log-memory.ts';
import { createOffice } from '../flows/office.ts';
import { createSubscribeHandler } from '../flows/on-subscribe.ts';
import { previewConfig, resolveDeviceSettings } from '../flows/preview-config.ts';
import { createConfigServer } from '../flows/serve-config.ts';
import type { Listening } from '../http/server-listener.ts';
import { createRequestSessions } from '../http/session-guard.ts';
import type { WebDoors } from '../http/web-doors.ts';
import { createWebServer } from '../http/web-server.ts';
import { type InterfaceWatch, watchInterfaces } from '../lan/interface-watch.ts';
import { createNeighbourTable } from '../lan/neighbour-table.ts';
import { openTemplateSet } from '../render/template-set.ts';
import { listenForPnp, PNP_GROUP, type PnpListener } from '../sip/pnp-listener.ts';
import { createBatchWriter } from '../store/batch-writer.ts';
import type { Store } from '../store/store.ts';
import { vendors } from '../vendors/all.ts';
import { openApplianceBackups } from './open-backups.ts';
import { openDataDir } from './open-data-dir.ts';
import { openDoctor } from './open-doctor.ts';
import { openGate } from './open-gate.ts';
import { openInternet } from './open-internet.ts';
import { loadOffice } from './open-office.ts';
import { openOtherServers } from './open-other-servers.ts';
import { openPages } from './open-pages.ts';
import { openPhoneServers } from './open-phone-servers.ts';
import { openRecord } from './open-record.ts';
import { openTls, openTlsDoors, openWebTls } from './open-tls.ts';
import { beginSetUp, peopleDoors } from './people-doors.ts';
import { openSiteDoors } from './site-doors.ts';
import { startPruning } from './start-pruning.ts';
import { storeDoors } from './store-doors.ts';
import { version } from './version.ts';

export interface Appliance {
  readonly webPort: number;
  readonly phonePort: number;
  readonly phoneTlsPort: number | undefined;
  readonly webTlsPort: number | undefined;
  readonly interfaces: InterfaceWatch;
  readonly listener: PnpListener;
  /** False: phones are told this host's own address as their registrar (decision 0005). */
  readonly hasSipServer: () => boolean;
  /** A small read, to see that the database answers. */
  readonly readStore: () => Promise<unknown>;
  /** Resolves when everything is closed and stored, after the signal. */
  readonly closed: Promise<void>;
}

/** The whole appliance, put together and started. Ends with the signal. Throws StoreError, or why a port cannot be had. */
export async function startAppliance(
  config: Config,
  {
    signal,
    log: ownLog,
    clock = Date.now,
  }: { readonly signal: AbortSignal; readonly log: Logger; readonly clock?: () => number },
): Promise<Appliance> {
  const { log, read: readLog } = createLogMemory(ownLog, clock);
  const store = await openDataDir(config, { log, clock });
  // What fails half way takes down what is up already.
  const undo = new AbortController();
  // Every part listens to this one signal: that is its purpose, and no leak.
  const stopping = AbortSignal.any([signal, undo.signal]);
  setMaxListeners(0, stopping);
  try {
    return await start(config, store, { signal: stopping, log, readLog, clock });
  } catch (error) {
    undo.abort();
    await store.close();
    throw error;
  }
}

async function start(
  config: Config,
  store: Store,
  {
    signal,
    log,
    readLog,
    clock,
  }: {
    readonly signal: AbortSignal;
    readonly log: Logger;
    readonly readLog: LogMemory['read'];
    readonly clock: () => number;
  },
): Promise<Appliance> {
  const changesSince = await store.changeSeq();
  const contents = await loadOffice(store);
  const writer = createBatchWriter({ devices: store.devices, journeys: store.journeys, signal, log });
  let foresee: ForeseeDigest = () => undefined;
  const decisions = tellDigests(store.decisions, (mac, change) => foresee(mac, change));
  const office = createOffice(contents, decisions, writer);
  const templates = await openTemplateSet({ vendors, siteDir: config.siteDir, signal, onChange: warnOfTemplates });
  warnOfTemplates();

  const interfaces = await watchInterfaces({ wanted: config.lanAddresses, signal, log });
  const neighbours = createNeighbourTable({ log });
  const { localAddressFor, isOnLink, isOwnAddress } = interfaces;
  const lan: LanDoors = { localAddressFor, isOnLink, isOwnAddress, macOf: neighbours.macOf, peekMac: neighbours.peek };
  const counters = createCounters();
  const gate = await openGate({ office, lan, interfaces, store, counters, signal, log, clock });

  const tls = await openTls(config, { store, interfaces, signal, log, clock });
  const phones = await openPhoneServers(config, { interfaces, sources: gate.phoneSources, tls, signal, log });

  const doors: Doors = {
    office,
    lan,
    ...gate.doors,
    counters,
    log,
    phonePort: phones.port,
    phoneTlsPort: phones.tlsPort,
    hasOwnAuthority: tls?.source.origin === 'own',
    clock,
  };
  const handOvers = createHandOvers(doors);
  const deliveries = createDeliveries(doors, handOvers);
  const { lanAddresses } = config;
  const internet = await openInternet({ office, lan: interfaces, store, lanAddresses, log, signal, clock });
  const cache = createConfigCache({ ...doors, templates, externalAddress: internet.address.current });
  foresee = createForesight(doors, cache);
  phones.serve(createConfigServer(doors, deliveries, cache, phones.hasSiteFile, handOvers, { signal }));
  const { listJourney, listAudit, tokens } = storeDoors(store, writer);
  const lamps = createLampBoard({
    office,
    readJourney: async (mac, limit) => (await listJourney(mac, { limit })).items,
  });
  const stopAutoApproval = startAutoApproval(doors);
  await store.watch({ since: changesSince, signal, onChange: gate.adopt });

  let ready = false;
  let webPort: number | undefined;
  let webTls: Listening | undefined;
  let pnp: PnpListener | undefined;
  const sipPort = () => pnp?.state().port ?? config.sipPort;
  const otherServers = await openOtherServers({ doors, interfaces, store, port: sipPort, signal });
  const record = await openRecord({
    store,
    writer,
    office,
    counters,
    readLog,
    interfaces,
    sockets: gate.sockets,
    templates,
    phonePort: phones.port,
    webPort: () => webPort,
    listener: () => pnp?.state(),
    version: version(),
    logLevel: config.logLevel,
    signal,
    log,
    clock,
  });
  const { readSystem } = record.doors;
  const ports = () => ({ web: webPort ?? config.webPort, phones: phones.port, sip: sipPort() });
  const patient = { config, ports, office, interfaces, otherServers, readSystem, store };
  const backups = openApplianceBackups({ store, office, siteDir: config.siteDir, signal, log, clock });
  const webDoors: WebDoors = {
    backups,
    office,
    otherServers,
    tls: openTlsDoors(tls, () => ({ phones: phones.tlsPort, web: webTls?.port })),
    doctor: await openDoctor({ ...patient, signal, log, clock }),
    deliveries,
    lamps,
    counters,
    tokens,
    ...peopleDoors(store, office, { sources: gate.visitors, signal, log, clock }),
    ...(await openSiteDoors(doors, deliveries, cache, { store, siteDir: config.siteDir, signal })),
    internet: internet.doors,
    ...gate.webDoors,
    listJourney,
    listAudit,
    record: record.doors,
    previewConfig: (mac, fileName) => previewConfig(doors, cache, mac, fileName),
    resolveDeviceSettings: (device) => resolveDeviceSettings(doors, device),
    isReady: () => ready,
    version: version(),
    log,
    clock,
  };
  await beginSetUp(webDoors.setUp, config);
  const pageSessions = { ...createRequestSessions(tokens, store.sessions), loginPath: '/login' };
  const pages = openPages(webDoors, pageSessions, doors, cache, internet.address.lastChange);
  const httpsOnly = tls?.config.webOnly && { httpsPort: () => webTls?.port };
  const web = await createWebServer(webDoors, { ...pages, ...httpsOnly });
  // Also when what comes after it fails: a server that listens keeps the process alive. Closing twice is harmless.
  signal.addEventListener('abort', () => void web.close(), { once: true });
  webTls = await openWebTls(web, tls, { signal, log });
  const { port } = new URL(await web.listen({ host: '0.0.0.0', port: config.webPort }));
  const listener = await listenForPnp({
    group: PNP_GROUP,
    port: config.sipPort,
    interfaces,
    signal,
    onDatagram: createSubscribeHandler(doors, deliveries),
    log,
  });
  // A URL leaves out port 80.
  webPort = Number(port || 80);
  pnp = listener;
  startPruning(store, () => office.site().retentionDays, { signal, log, clock });
  ready = true;

  return {
    webPort,
    phonePort: phones.port,
    phoneTlsPort: phones.tlsPort,
    webTlsPort: webTls?.port,
    interfaces,
    listener,
    hasSipServer: () => Boolean(office.site().settings.sipServer),
    readStore: store.changeSeq,
    closed: close(),
  };

  function warnOfTemplates(): void {
    for (const problem of templates.problems()) {
      log.warn({ event: 'templates.broken', ...problem }, 'a template or override of the site is broken');
    }
  }

  async function close(): Promise<void> {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    stopAutoApproval();
    lamps.stop();
    deliveries.stop();
    await Promise.all([phones.closed, web.close(), webTls?.closed]);
    await Promise.all([pages.stop(), internet.closed(), backups.stop()]);
    await record.stop();
    await writer.flush();
    await store.close();
  }
}
