/** Rows in memory at once: few enough to be gone before the garbage collector takes them for what lasts. */
const ROWS_AT_ONCE = 500;

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
    rows = await readAfter(last, ROWS_AT_ONCE);
    for (const row of rows) {
      items.push(toItem(row));
      last = keyOf(row);
    }
  } while (rows.length === ROWS_AT_ONCE);
  return items;
}
