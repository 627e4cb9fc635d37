import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { createInsert } from '../../src/store/insert-rows.ts';
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

type MetaRow = ReturnType<typeof row>;

test('as many rows as they are, and again as many others, are all there', async () => {
  const insert = createInsert((writer, rows: readonly MetaRow[]) => writer.insertInto('meta').values(rows));
  const all = await withWriter(async (writer) => {
    await insert(writer, []);
    await insert(writer, [row('x1', 'a'), row('x2', 'b')]);
    await insert(writer, [row('x3', "c'")]);
    await insert(writer, [row('x4', '\0'), row('x5', '')]);
    return writer.selectFrom('meta').selectAll().where('name', 'like', 'x_').orderBy('name').execute();
  });
  expect(all).toEqual([row('x1', 'a'), row('x2', 'b'), row('x3', "c'"), row('x4', '\ufffd'), row('x5', '')]);
});

test('a statement with values of its own is refused, as the next one would have them too', async () => {
  const insert = createInsert((writer, rows: readonly MetaRow[]) =>
    writer
      .insertInto('meta')
      .values(rows)
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql<string>`${'own'}` })),
  );
  await expect(withWriter((writer) => insert(writer, [row('y', 'a')]))).rejects.toThrow(
    'whose parameters are not its rows',
  );
});
