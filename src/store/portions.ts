import { setImmediate as nextTurn } from 'node:timers/promises';

/** Rows of one INSERT: fewer cost more statements, more cost a longer SQL text (measured: 50 to 100 is the flat bottom). */
const ROWS_PER_STATEMENT = 50;
/** Rows of one transaction that nobody waits for, and of one reading of a whole table. */
export const ROWS_PER_BATCH = 500;
// A datagram that arrives meanwhile waits this long, and one statement longer (1-2 ms on one slow core).
const TURN_BUDGET_MS = 3;

export function* portionsOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** Runs `work` for portions of one statement, and lets the event loop turn as soon as the budget is spent. `onDone`: after each, how many it had. */
export async function inPortions<T>(
  items: readonly T[],
  work: (portion: readonly T[]) => Promise<unknown>,
  onDone: (count: number) => void = () => undefined,
): Promise<void> {
  let turnedAt = performance.now();
  for (const portion of portionsOf(items, ROWS_PER_STATEMENT)) {
    if (performance.now() - turnedAt > TURN_BUDGET_MS) {
      await nextTurn();
      turnedAt = performance.now();
    }
    await work(portion);
    onDone(portion.length);
  }
}

/**
 * Reads a whole table in the order of its key, which is no empty text. Not at once: the rows of 100,000 phones would stay in memory
 * beside what is made of them, 180 MB for minutes. `readAfter`: the next rows behind that key.
 */
export async function readInPortions<Row, Item>(
  readAfter: (key: string, limit: number) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): Promise<Item[]> {
  const items: Item[] = [];
  let rows: readonly Row[] = [];
  let last = '';
  do {
    rows = await readAfter(last, ROWS_PER_BATCH);
    for (const row of rows) {
      items.push(toItem(row));
      last = keyOf(row);
    }
  } while (rows.length === ROWS_PER_BATCH);
  return items;
}
