import { type Compilable, CompiledQuery } from 'kysely';
import type { Schema, Writer } from './schema.ts';

/** By table, columns and number of rows. Portions are of 50 rows at most, so there are as many texts at most for each kind of row. */
const texts = new Map<string, string>();

/**
 * Runs the INSERT that `build` makes of rows with the same columns in the same order. Its text is made once for each number of rows:
 * Kysely takes longer to make it than SQLite to run it (docs/performance.md). It must have no other parameters than the rows' values.
 */
export async function insertRows<Row extends object>(
  writer: Writer,
  table: keyof Schema,
  rows: readonly Row[],
  build: (rows: readonly Row[]) => Compilable,
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const values = rows.flatMap((row) => Object.values(row));
  const kind = `${table} ${rows.length} ${Object.keys(first)}`;
  const text = texts.get(kind) ?? makeText(build(rows).compile(), values);
  texts.set(kind, text);
  await writer.executeQuery(CompiledQuery.raw(text, values));
}

function makeText({ sql, parameters }: CompiledQuery, values: readonly unknown[]): string {
  const isSame = parameters.length === values.length && parameters.every((value, index) => value === values[index]);
  if (!isSame) throw new TypeError('an INSERT whose parameters are not its rows');
  return sql;
}
