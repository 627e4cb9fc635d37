import type { Note } from '../core/note.ts';
import { timeZoneDataVersion } from '../core/time-zones.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import { noteRenderProblem } from '../render/render-problem.ts';
import type { TemplateSet } from '../render/template-set.ts';
import type { LanSockets, LanSocketsState } from '../sip/lan-sockets.ts';
import type { PnpListenerState } from '../sip/pnp-listener.ts';
import { vendors } from '../vendors/all.ts';
import type { AuditCheck, CheckedAudit } from './audit-check.ts';

export interface SystemFacts {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly node: string;
  /** `linux arm64`. */
  readonly platform: string;
  /** Bytes of memory that the process holds. */
  readonly memoryBytes: number;
  /** Release of the tz database that phones' clocks are told from: `2026f`. */
  readonly timeZoneData: string;
  readonly logLevel: string;
  readonly ports: { readonly web: number | null; readonly phones: number };
  /** Those that are served. */
  readonly interfaces: readonly { readonly name: string; readonly address: string; readonly prefixLength: number }[];
  /** Null: not begun yet. */
  readonly listener: PnpListenerState | null;
  readonly sockets: LanSocketsState;
  readonly database: { readonly file: string; readonly bytes: number; readonly walBytes: number };
  /** History on its way to the disk. */
  readonly writer: { readonly queued: number; readonly dropped: number };
  /** The record of decisions when it was looked through last; null: not since the start. */
  readonly audit: CheckedAudit | null;
  readonly templates: {
    /** Broken files of the site: their phones get no file. */
    readonly problems: readonly Note[];
    /** Files of the site that mean nothing. */
    readonly notes: readonly Note[];
  };
}

export interface SystemDoors {
  readonly version: string;
  readonly logLevel: string;
  readonly clock: () => number;
  readonly phonePort: number;
  /** Undefined: it does not listen yet. */
  readonly webPort: () => number | undefined;
  readonly interfaces: Pick<InterfaceWatch, 'current'>;
  readonly listener: () => PnpListenerState | undefined;
  readonly sockets: Pick<LanSockets, 'state'>;
  readonly writer: { queued(): number; dropped(): number };
  readonly audit: Pick<AuditCheck, 'last'>;
  readonly templates: Pick<TemplateSet, 'problems' | 'notesOf'>;
  readonly database: {
    readonly file: string;
    readonly measure: () => Promise<{ readonly bytes: number; readonly walBytes: number }>;
  };
}

/** How the program is, now. Call it once at the start: that is when it started. */
export function createSystemReader(doors: SystemDoors): () => Promise<SystemFacts> {
  const { version, logLevel, clock, webPort, phonePort, interfaces, listener, sockets, writer, templates } = doors;
  const { audit, database } = doors;
  const startedAt = clock();
  return async () => ({
    version,
    startedAt,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    memoryBytes: process.memoryUsage.rss(),
    timeZoneData: timeZoneDataVersion,
    logLevel,
    ports: { web: webPort() ?? null, phones: phonePort },
    interfaces: interfaces.current().map(({ name, address, prefixLength }) => ({ name, address, prefixLength })),
    listener: listener() ?? null,
    sockets: sockets.state(),
    database: { file: database.file, ...(await database.measure()) },
    writer: { queued: writer.queued(), dropped: writer.dropped() },
    audit: audit.last(),
    templates: {
      problems: templates.problems().map(noteRenderProblem),
      notes: vendors.flatMap((vendor) => templates.notesOf(vendor)),
    },
  });
}
