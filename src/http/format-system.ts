import { formatAuditLink, noteAuditFault } from '../core/audit-verdict.ts';
import type { TlsFacts } from '../core/certificate.ts';
import type { Sample } from '../core/sample.ts';
import type { CheckedAudit } from '../flows/audit-check.ts';
import type { LogEntry } from '../flows/log-memory.ts';
import type { SystemFacts } from '../flows/system-facts.ts';
import { formatTls } from './format-tls.ts';
import { formatTime } from './schemas/common.ts';
import type { AuditVerdictAnswer, LogAnswer } from './schemas/record.ts';
import type { SampleAnswer, SystemAnswer } from './schemas/system.ts';

// Every field is named, as in format-answers.

export function formatSystem(facts: SystemFacts, tls: TlsFacts | null, now: number): SystemAnswer {
  const { version, startedAt, node, platform, memoryBytes, timeZoneData, logLevel, ports, listener, sockets } = facts;
  return {
    version,
    startedAt: formatTime(startedAt),
    uptimeSeconds: Math.floor((now - startedAt) / 1_000),
    node,
    platform,
    memoryBytes,
    timeZoneData,
    logLevel,
    ports: { ...ports, pnp: listener?.bound === true ? listener.port : null },
    tls: formatTls(tls),
    interfaces: facts.interfaces.map(({ name, address, prefixLength }) => ({ name, address, prefixLength })),
    listener: {
      bound: listener?.bound ?? false,
      joined: [...(listener?.joined ?? [])],
      failed: (listener?.failed ?? []).map(({ address, reason }) => ({ address, reason })),
      receiveBuffer: listener?.receiveBuffer ?? null,
      problem: listener?.problem ?? null,
    },
    sockets: {
      open: sockets.open.map(({ address, port, receiveBuffer }) => ({ address, port, receiveBuffer })),
      sent: sockets.sent,
      failed: sockets.failed,
      lastError: sockets.lastError ?? null,
    },
    database: { bytes: facts.database.bytes, walBytes: facts.database.walBytes },
    writer: { queued: facts.writer.queued, dropped: facts.writer.dropped },
    audit: facts.audit && formatAuditVerdict(facts.audit),
    templates: {
      problems: facts.templates.problems.map(({ text }) => text),
      notes: facts.templates.notes.map(({ text }) => text),
    },
  };
}

export function formatAuditVerdict(checked: CheckedAudit): AuditVerdictAnswer {
  const { fault, foundAt, checkedAt, startedAt, rows, oldRows, pruned, head } = checked;
  return {
    sound: fault === null,
    problem: fault && noteAuditFault(fault).text,
    row: fault !== null && 'row' in fault ? fault.row : null,
    foundAt: foundAt === null ? null : formatTime(foundAt),
    checkedAt: formatTime(checkedAt),
    startedAt: startedAt === null ? null : formatTime(startedAt),
    rows,
    oldRows,
    pruned,
    head: head && formatAuditLink(head),
  };
}

export function formatSample({ at, span, pending, approved, blocked, ...counted }: Sample): SampleAnswer {
  const { exchanges, filesServed, refusals } = counted;
  const phones = { pending, approved, blocked };
  return { at: formatTime(at), seconds: Math.round(span / 1_000), phones, exchanges, filesServed, refusals };
}

export function formatLogEntry({ id, at, level, event, message, detail }: LogEntry): LogAnswer {
  return { id, at: formatTime(at), level, event, message, detail };
}
