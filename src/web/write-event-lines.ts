import type { EventPage, EventPosition, HappenedEvent } from '../flows/list-events.ts';

export interface EventLines {
  readonly readPage: (before: EventPosition | undefined) => Promise<EventPage>;
  readonly format: (event: HappenedEvent) => string;
  /** Rows that are written at most; of older ones the last row tells. */
  readonly most: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** In portions, so that a long list is never in memory as a whole. */
export async function* writeEventLines({ readPage, format, most, now }: EventLines): AsyncGenerator<string> {
  let before: EventPosition | undefined;
  let rows = 0;
  do {
    const { items, next } = await readPage(before);
    rows += items.length;
    if (items.length > 0) yield items.map(format).join('');
    if (next === null) return;
    before = next;
  } while (rows < most);
  // A list that was cut must not look whole.
  yield format(noteCut(rows, now));
}

function noteCut(rows: number, now: number): HappenedEvent {
  const message = `only the newest ${rows} rows are in this file: narrow the time for the older ones`;
  const line = { id: 0, at: now, level: 'warn', event: 'download.cut', message, detail: {} } as const;
  return { source: 'program', id: 0, at: now, line };
}
