import { noteAuditFault } from '../../core/audit-verdict.ts';
import type { SystemFacts } from '../../flows/system-facts.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { buildLastBackup } from '../build-backups.ts';
import { buildDoctor } from '../build-doctor.ts';
import { buildHttps } from '../build-https.ts';
import { buildOtherServers, buildServerAlarm } from '../build-other-servers.ts';
import { formatBytes } from '../format-amounts.ts';
import type { Texts } from '../message-set.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { sayNote } from '../say-note.ts';
import { systemTabs } from '../system-tabs.ts';

/** How the appliance is: what it hears, what it keeps, what is wrong with it. */
export function addSystemPage(app: ApiApp, kit: PageKit, doors: PageDoors): void {
  app.get('/system', { schema: { hide: true }, config: { role: 'viewer' } }, async (request, reply) => {
    const facts = await doors.record.readSystem();
    const texts = kit.texts(request);
    const servers = doors.otherServers.read();
    const [files, backups] = [await doors.backups.list(), await doors.backups.state()];
    return kit.renderPage(reply, request, {
      view: 'system',
      title: 'nav.system',
      nav: 'system',
      model: {
        tabs: systemTabs(app, request, 'system'),
        ...buildSystem(facts, texts),
        lastBackup: buildLastBackup(files, backups),
        serverAlarm: buildServerAlarm(servers, texts),
        doctor: buildDoctor(doors.doctor.last(), texts),
        https: buildHttps(doors.tls.read(), doors.office.site().trust, doors.clock()),
        otherServers: buildOtherServers(servers, doors.office.site().trust.otherServerCheckMinutes, texts),
      },
    });
  });
}

function buildSystem(facts: SystemFacts, texts: Texts) {
  const { listener, sockets, database, writer, templates, audit } = facts;
  const buffers = [
    ...(listener?.receiveBuffer === undefined ? [] : [listener.receiveBuffer]),
    ...sockets.open.map(({ receiveBuffer }) => receiveBuffer),
  ];
  const smallest = buffers.reduce((least, { granted }) => Math.min(least, granted), Number.POSITIVE_INFINITY);
  const wanted = buffers[0]?.asked ?? 0;
  const isHeard = listener?.bound === true && listener.joined.length > 0;
  return {
    isHeard,
    hearing: { port: listener?.port ?? 0, joined: listener?.joined ?? [], problem: listener?.problem ?? '' },
    buffer: {
      isSmall: smallest < wanted,
      granted: Number.isFinite(smallest) ? formatBytes(smallest, texts) : '',
      wanted: formatBytes(wanted, texts),
      remedy: `sysctl -w net.core.rmem_max=${wanted}`,
    },
    interfaces: facts.interfaces.map(({ name, address, prefixLength }) => ({
      name,
      address,
      prefixLength,
      isHeard: listener?.joined.includes(address) === true,
      sendPort: sockets.open.find((open) => open.address === address)?.port ?? 0,
    })),
    sent: sockets.sent,
    failed: sockets.failed,
    lastError: sockets.lastError ?? '',
    ports: { web: facts.ports.web ?? 0, phones: facts.ports.phones },
    version: facts.version,
    startedAt: facts.startedAt,
    node: facts.node,
    platform: facts.platform,
    memory: formatBytes(facts.memoryBytes, texts),
    timeZoneData: facts.timeZoneData,
    logLevel: facts.logLevel,
    database: { size: formatBytes(database.bytes, texts), wal: formatBytes(database.walBytes, texts) },
    queued: writer.queued,
    dropped: writer.dropped,
    audit: audit && {
      ...audit,
      fault: audit.fault === null ? '' : sayNote(texts, noteAuditFault(audit.fault)),
    },
    problems: templates.problems.map((problem) => sayNote(texts, problem)),
    notes: templates.notes.map((note) => sayNote(texts, note)),
  };
}
