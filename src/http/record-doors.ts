import type { Sample } from '../core/sample.ts';
import type { AuditCheck } from '../flows/audit-check.ts';
import type { EventDoors } from '../flows/list-events.ts';
import type { SystemFacts } from '../flows/system-facts.ts';

/** What was done, refused and counted, and how the program is. */
export interface RecordDoors extends Pick<EventDoors, 'listJourneys' | 'readLog'> {
  /** Of the last day, oldest first. */
  readonly readHistory: () => readonly Sample[];
  readonly readSystem: () => Promise<SystemFacts>;
  readonly audit: AuditCheck;
}
