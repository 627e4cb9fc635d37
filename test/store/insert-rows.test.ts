import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { insertRows } from '../../src/store/insert-rows.ts';
import type { Writer } from '../../src/store/schema.ts';

const row = (name: string, value: string) => ({ name, value });

async function withWriter(work: (writer: Writer) => Promise<unknown>): Promise<unknown> {
  const database = await openDatabase({ file: ':memory:' });
  try {
    return await database.write(work);
  } finally {
    await database.close();
  }
}

test('as many rows as they are, and again as many others, are all there', async () => {
  const all = await withWriter(async (writer) => {
    const insert = (...rows: { name: string; value: string }[]) =>
      insertRows(writer, 'meta', rows, (values) => writer.insertInto('meta').values(values));
    await insert();
    await insert(row('x1', 'a'), row('x2', 'b'));
    await insert(row('x3', "c'"));
    await insert(row('x4', '\0'), row('x5', ''));
    return writer.selectFrom('meta').selectAll().where('name', 'like', 'x_').orderBy('name').execute();
  });
  expect(all).toEqual([row('x1', 'a'), row('x2', 'b'), row('x3', "c'"), row('x4', '\ufffd'), row('x5', '')]);
});

test('a statement with values of its own is refused, as the next one would have them too', async () => {
  const insert = withWriter((writer) =>
    insertRows(writer, 'meta', [row('y', 'a')], (values) =>
      writer
        .insertInto('meta')
        .values(values)
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql<string>`${'own'}` })),
    ),
  );
  await expect(insert).rejects.toThrow('whose parameters are not its rows');
});
