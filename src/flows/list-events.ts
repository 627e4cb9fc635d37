import type { AuditEntry } from '../core/audit.ts';
import type { JourneyEvent, JourneyStep } from '../core/journey.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { LogEntry } from './log-memory.ts';

/** decision: somebody decided (audit). phone: something happened to a phone (journey). program: a warning or an error. */
export type EventSource = 'decision' | 'phone' | 'program';

export type HappenedEvent =
  | { readonly source: 'decision'; readonly id: number; readonly at: number; readonly entry: AuditEntry }
  | { readonly source: 'phone'; readonly id: number; readonly at: number; readonly event: JourneyEvent }
  | { readonly source: 'program'; readonly id: number; readonly at: number; readonly line: LogEntry };

/** Where the next page begins, per source: what is older than this id. Left out: from the newest on. */
export type EventPosition = Partial<Readonly<Record<EventSource, number>>>;

export interface EventQuery {
  readonly sources: readonly EventSource[];
  /** Of journeys; left out: all. */
  readonly steps?: readonly JourneyStep[] | undefined;
  /** These phones only. Then there are no other subjects, and nothing of the program. Empty: none. */
  readonly macs?: readonly MacAddress[] | undefined;
  /** Part of a name: decisions of theirs only. */
  readonly person?: string | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** 1 or more. */
  readonly limit: number;
  readonly before?: EventPosition | undefined;
}

export interface EventPage {
  /** Newest first. */
  readonly items: readonly HappenedEvent[];
  /** Null: this was the last page. */
  readonly next: EventPosition | null;
}

/** Newest first, each with the number that it is kept under. */
export interface Piece<T> {
  readonly items: readonly (T & { readonly id: number })[];
  readonly next: number | null;
}

const NOTHING: Piece<never> = { items: [], next: null };

interface Range {
  readonly limit: number;
  /** An item's id: what is older. */
  readonly before?: number | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

export interface JourneyRequest extends Range {
  readonly steps?: readonly JourneyStep[] | undefined;
  readonly macs?: readonly MacAddress[] | undefined;
}

export interface AuditRequest extends Range {
  /** Part of a name. */
  readonly actor?: string | undefined;
  readonly subjects?: readonly string[] | undefined;
}

/** `store/journey-store`, `store/audit-store` and `log-memory` fit. */
export interface EventDoors {
  readonly listJourneys: (request: JourneyRequest) => Promise<Piece<JourneyEvent>>;
  readonly listAudit: (request: AuditRequest) => Promise<Piece<AuditEntry>>;
  readonly readLog: () => readonly LogEntry[];
}

/** What was done, refused and broken, as one list. The sources are read apart: each keeps its own place. */
export async function listEvents(doors: EventDoors, query: EventQuery): Promise<EventPage> {
  const { sources, steps, macs, person, from, until, limit, before = {} } = query;
  const range = { limit: limit + 1, from, until };
  // What phones do and what the program does is nobody's decision.
  const wants = (source: EventSource) => sources.includes(source) && (person === undefined || source === 'decision');
  const [decisions, phones] = await Promise.all([
    wants('decision') ? doors.listAudit({ ...range, before: before.decision, actor: person, subjects: macs }) : NOTHING,
    wants('phone') ? doors.listJourneys({ ...range, before: before.phone, steps, macs }) : NOTHING,
  ]);
  const lists: readonly HappenedEvent[][] = [
    decisions.items.map((entry) => ({ source: 'decision', id: entry.id, at: entry.at, entry })),
    phones.items.map((event) => ({ source: 'phone', id: event.id, at: event.at, event })),
    wants('program') && macs === undefined ? listLog(doors.readLog(), before.program, query) : [],
  ];
  const items = takeNewest(lists, limit);
  const isLast = lists.flat().length <= limit;
  const next: Partial<Record<EventSource, number>> = { ...before };
  for (const { source, id } of items) next[source] = id;
  return { items, next: isLast ? null : next };
}

function listLog(
  lines: readonly LogEntry[],
  before: number | undefined,
  { from = 0, until = Number.POSITIVE_INFINITY, limit }: EventQuery,
): HappenedEvent[] {
  return lines
    .filter(({ id, at }) => (before === undefined || id < before) && at >= from && at < until)
    .slice(0, limit + 1)
    .map((line) => ({ source: 'program', id: line.id, at: line.at, line }));
}

/** Each list stays in its own order, even where a clock was set back: otherwise a page would lose what it skipped. */
function takeNewest(lists: readonly (readonly HappenedEvent[])[], limit: number): HappenedEvent[] {
  const rests = lists.map((list) => [...list]);
  const taken: HappenedEvent[] = [];
  while (taken.length < limit) {
    const heads = rests.filter((rest) => rest.length > 0);
    if (heads.length === 0) break;
    const newest = heads.reduce((best, rest) => ((rest[0]?.at ?? 0) > (best[0]?.at ?? 0) ? rest : best));
    const head = newest.shift();
    if (head !== undefined) taken.push(head);
  }
  return taken;
}
