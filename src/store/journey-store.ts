import type { JourneyEvent, JourneyStep } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Database } from './database.ts';
import { inPortions } from './portions.ts';
import { pruneByTime } from './pruning.ts';
import type { Writer } from './schema.ts';

/** Newest first. `next` is the `before` of the following page; null: this was the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: number | null;
}

export interface PageRequest {
  /** 1 or more. */
  readonly limit: number;
  /** A page's `next`; left out: from the newest on. What is added or pruned meanwhile moves no item to another page. */
  readonly before?: number | undefined;
}

export interface JourneyStore {
  /** In one transaction, in the order given. Not durable: for many at once, off the hot path. */
  append(events: readonly JourneyEvent[]): Promise<void>;
  list(mac: MacAddress, request: PageRequest): Promise<Page<JourneyEvent>>;
  /** Removes what is older; resolves to how many. */
  prune(beforeMs: number): Promise<number>;
}

export function createJourneyStore(database: Database): JourneyStore {
  return {
    async append(events) {
      if (events.length === 0) return;
      const work = (writer: Writer) =>
        inPortions(events, (portion) =>
          writer
            .insertInto('journeys')
            .values(portion.map((event) => ({ ...event, detail: JSON.stringify(event.detail) })))
            .execute(),
        );
      await database.write(work, { durable: false });
    },
    async list(mac, { limit, before }) {
      let query = database.read.selectFrom('journeys').selectAll().where('mac', '=', mac);
      if (before !== undefined) query = query.where('id', '<', before);
      // One more than asked for: tells whether there is a next page.
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map((row) => ({
        mac,
        at: Number(row.at),
        step: row.step as JourneyStep,
        reason: row.reason,
        detail: JSON.parse(row.detail) as JourneyEvent['detail'],
      }));
      return { items, next: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null };
    },
    prune: (beforeMs) => pruneByTime(database, 'journeys', beforeMs),
  };
}
