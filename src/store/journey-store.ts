import type { JourneyEvent, JourneyStep } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { Note } from '../core/note.ts';
import type { Database } from './database.ts';
import { createInsert } from './insert-rows.ts';
import { inPortions } from './portions.ts';
import { pruneByTime } from './pruning.ts';
import { mergeNewestFirst, type Numbered, type Position, type RecentRequest } from './recent-rows.ts';
import type { JourneyRow, Writer } from './schema.ts';

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

export interface RecentJourneyRequest extends RecentRequest {
  /** Left out: every step. */
  readonly steps?: readonly JourneyStep[] | undefined;
  /** Left out: every phone. Empty: none. */
  readonly macs?: readonly MacAddress[] | undefined;
}

export interface JourneyStore {
  /** In one transaction, in the order given. Not durable: for many at once, off the hot path. */
  append(events: readonly JourneyEvent[]): Promise<void>;
  list(mac: MacAddress, request: PageRequest): Promise<Page<JourneyEvent>>;
  /** Of all phones, newest first by time. `next` is the `id` of the last item. */
  listRecent(request: RecentJourneyRequest): Promise<Page<Numbered<JourneyEvent>>>;
  /** Removes what is older; resolves to how many. */
  prune(beforeMs: number): Promise<number>;
}

const insertEvents = createInsert((writer, rows: readonly Omit<JourneyRow, 'id'>[]) =>
  writer.insertInto('journeys').values(rows),
);

export function createJourneyStore(database: Database): JourneyStore {
  return {
    async append(events) {
      if (events.length === 0) return;
      const work = (writer: Writer) => inPortions(events, (portion) => insertEvents(writer, portion.map(toRow)));
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
      const items = rows.slice(0, limit).map(toEvent);
      return { items, next: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null };
    },
    async listRecent({ limit, before, from, until, steps, macs }) {
      const start = before === undefined ? undefined : await findPosition(database, before);
      if (before !== undefined && start === undefined) return { items: [], next: null };
      // A query for each step and phone: each reads one range of an index and stops at the limit.
      const queries = (macs ?? [undefined]).flatMap((mac) =>
        (mac === undefined ? (steps ?? [undefined]) : [undefined]).map((step) => {
          let query = database.read.selectFrom('journeys').selectAll();
          if (mac !== undefined) query = query.where('mac', '=', mac);
          if (mac !== undefined && steps !== undefined) {
            // An expression, which no index has: the events of one phone are few, those of one step may be millions.
            query = query.where((where) => where(where.fn('lower', ['step']), 'in', steps));
          }
          if (step !== undefined) query = query.where('step', '=', step);
          if (from !== undefined) query = query.where('at', '>=', from);
          if (until !== undefined) query = query.where('at', '<', until);
          if (start !== undefined) {
            const { at, id } = start;
            // Two conditions rather than one of `or`: the first is a bound of the index.
            query = query
              .where('at', '<=', at)
              .where((where) => where.or([where('at', '<', at), where('id', '<', id)]));
          }
          return query
            .orderBy('at', 'desc')
            .orderBy('id', 'desc')
            .limit(limit + 1)
            .execute();
        }),
      );
      const rows = mergeNewestFirst(await Promise.all(queries), limit + 1);
      const items = rows.slice(0, limit).map((row) => ({ ...toEvent(row), id: row.id }));
      return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    prune: (beforeMs) => pruneByTime(database, 'journeys', beforeMs),
  };
}

/** Undefined: it was pruned, and so was all that is older. */
async function findPosition(database: Database, id: number): Promise<Position | undefined> {
  const row = await database.read.selectFrom('journeys').select('at').where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : { at: Number(row.at), id };
}

/** Where the note is kept, beside the facts. No fact has such a name. */
const BECAUSE = '$because';

function toRow({ mac, at, step, reason, detail, because }: JourneyEvent): Omit<JourneyRow, 'id'> {
  const kept = because === undefined ? detail : { ...detail, [BECAUSE]: because };
  return { mac, at, step, reason, detail: JSON.stringify(kept) };
}

function toEvent(row: Omit<JourneyRow, 'id'>): JourneyEvent {
  const { [BECAUSE]: because, ...detail }: Record<string, unknown> = JSON.parse(row.detail);
  return {
    mac: row.mac as MacAddress,
    at: Number(row.at),
    step: row.step as JourneyStep,
    reason: row.reason,
    detail: detail as JourneyEvent['detail'],
    ...(because === undefined ? {} : { because: because as Note }),
  };
}
