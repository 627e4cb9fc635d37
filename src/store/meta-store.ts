import type { Database } from './database.ts';

/** A few notes by name that are nobody's row. Durable when a write resolves. */
export interface MetaStore {
  read(name: string): Promise<string | undefined>;
  /** Null removes it. */
  write(name: string, value: string | null): Promise<void>;
}

export function createMetaStore(database: Database): MetaStore {
  return {
    async read(name) {
      const row = await database.read.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
      return row?.value;
    },
    write(name, value) {
      return database.write(async (writer) => {
        await writer.deleteFrom('meta').where('name', '=', name).execute();
        if (value !== null) await writer.insertInto('meta').values({ name, value }).execute();
      });
    },
  };
}
