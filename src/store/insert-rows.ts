import { type Compilable, CompiledQuery } from 'kysely';
import type { Writer } from './schema.ts';

/**
 * Makes the function that inserts rows, all with the same columns in the same order, by the INSERT that `build` makes. Its text is made
 * once for each number of rows (portions are of 50 at most): Kysely takes longer to make it than SQLite to run it
 * (docs/performance.md). It must have no other parameters than the rows' values: throws TypeError.
 */
export function createInsert<Row extends object>(
  build: (writer: Writer, rows: readonly Row[]) => Compilable,
): (writer: Writer, rows: readonly Row[]) => Promise<void> {
  const texts = new Map<number, string>();
  return async (writer, rows) => {
    if (rows.length === 0) return;
    const values = rows.flatMap((row) => Object.values(row));
    const text = texts.get(rows.length) ?? makeText(build(writer, rows).compile(), values);
    texts.set(rows.length, text);
    await writer.executeQuery(CompiledQuery.raw(text, values));
  };
}

function makeText({ sql, parameters }: CompiledQuery, values: readonly unknown[]): string {
  const isSame = parameters.length === values.length && parameters.every((value, index) => value === values[index]);
  if (!isSame) throw new TypeError('an INSERT whose parameters are not its rows');
  return sql;
}
