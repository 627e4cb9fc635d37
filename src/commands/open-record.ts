import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';
import { createAuditCheck } from '../flows/audit-check.ts';
import type { Counters } from '../flows/counters.ts';
import { startHistory } from '../flows/history.ts';
import type { LogMemory } from '../flows/log-memory.ts';
import type { Office } from '../flows/office.ts';
import { createSystemReader, type SystemDoors } from '../flows/system-facts.ts';
import type { RecordDoors } from '../http/record-doors.ts';
import type { BatchWriter } from '../store/batch-writer.ts';
import { measureDatabaseFile } from '../store/database-file.ts';
import type { Store } from '../store/store.ts';
import { watchAudit } from './audit-watch.ts';

/** A reader wants to see what happened just now; under a flood it takes what is on disk rather than wait. */
const FLUSH_WAIT_MS = 200;

export interface RecordParts extends Omit<SystemDoors, 'database' | 'writer' | 'audit'> {
  readonly store: Store;
  readonly writer: BatchWriter;
  readonly office: Office;
  readonly counters: Counters;
  readonly readLog: LogMemory['read'];
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** What was done, refused and counted, and how the program is. `stop` keeps the last counts: call it before the store closes. */
export async function openRecord(parts: RecordParts): Promise<{ readonly doors: RecordDoors; stop(): Promise<void> }> {
  const { store, writer, office, counters, readLog, signal, log, clock } = parts;
  const history = await startHistory({ office, counters, samples: store.samples, signal, log, clock });
  const { file } = store.database;
  const audit = createAuditCheck({ verify: () => store.audit.verify(signal), log, clock });
  watchAudit(audit, { signal, log });
  return {
    doors: {
      async listJourneys(request) {
        await Promise.race([writer.flush(), sleep(FLUSH_WAIT_MS, undefined, { ref: false })]);
        return store.journeys.listRecent(request);
      },
      readLog,
      readHistory: history.read,
      readSystem: createSystemReader({ ...parts, audit, database: { file, measure: () => measureDatabaseFile(file) } }),
      audit,
    },
    stop: history.stop,
  };
}
