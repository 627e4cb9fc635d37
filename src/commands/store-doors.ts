import { setTimeout as sleep } from 'node:timers/promises';
import type { WebDoors } from '../http/web-doors.ts';
import type { BatchWriter } from '../store/batch-writer.ts';
import type { Store } from '../store/store.ts';

/** A reader wants to see what happened just now; under a flood it takes what is on disk rather than wait. */
const FLUSH_WAIT_MS = 200;

/** The store as the API sees it. */
export function storeDoors(store: Store, writer: BatchWriter): Pick<WebDoors, 'listJourney' | 'listAudit' | 'tokens'> {
  return {
    async listJourney(mac, page) {
      await Promise.race([writer.flush(), sleep(FLUSH_WAIT_MS, undefined, { ref: false })]);
      return store.journeys.list(mac, page);
    },
    listAudit: store.audit.listRecent,
    tokens: store.tokens,
  };
}
