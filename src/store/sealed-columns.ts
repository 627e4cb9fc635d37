import { type Kysely, sql } from 'kysely';
import type { Cipher } from './cipher.ts';
import { ROWS_PER_BATCH } from './portions.ts';
import type { Schema, Writer } from './schema.ts';

/** Every column that holds sealed values, and the one that names its rows: both are part of what is sealed. */
export const SEALED_COLUMNS = [
  { table: 'devices', row: 'mac', columns: ['token', 'console_passwords', 'login_password'] },
  { table: 'extensions', row: 'number', columns: ['password'] },
  { table: 'site', row: 'id', columns: ['console_password', 'webhook_secret', 'backup_passphrase'] },
  { table: 'certificates', row: 'name', columns: ['private_key'] },
] as const;

/** Sealed too, and looked after by `audit-seal`: one that does not open is evidence, and stays. */
const AUDIT_SEAL = 'audit_chain';

type Row = Readonly<Record<string, string | number | null>>;

/** Every row that has a sealed value, some at a time, with what it holds. Rows may be changed meanwhile, not added. */
async function* sealedRows(db: Kysely<Schema>) {
  for (const { table, row, columns } of SEALED_COLUMNS) {
    const names = sql.join([row, ...columns].map((name) => sql.ref(name)));
    const isSealed = sql.join(
      columns.map((name) => sql`${sql.ref(name)} is not null`),
      sql` or `,
    );
    for (let after: string | number | null = null; ; ) {
      const isLater: ReturnType<typeof sql> = after === null ? sql`1 = 1` : sql`${sql.ref(row)} > ${after}`;
      const { rows }: { rows: Row[] } = await sql<Row>`
        select ${names} from ${sql.table(table)} where ${isLater} and (${isSealed})
        order by ${sql.ref(row)} limit ${ROWS_PER_BATCH}`.execute(db);
      for (const found of rows) yield { table, row, columns, found };
      if (rows.length < ROWS_PER_BATCH) break;
      after = rows.at(-1)?.[row] ?? null;
    }
  }
}

/** Is there anything that would be lost without the key? The seal of the audit is not: without it, the record says so. */
export async function holdsSealedValues(db: Kysely<Schema>): Promise<boolean> {
  for await (const _ of sealedRows(db)) return true;
  return false;
}

/** Opens every one; resolves to how many. Throws StoreError: key-wrong, sealed-value-damaged. */
export async function checkSealedValues(db: Kysely<Schema>, cipher: Cipher): Promise<number> {
  let count = 0;
  for await (const { table, row, columns, found } of sealedRows(db)) {
    for (const column of columns) {
      const sealed = found[column];
      if (typeof sealed !== 'string') continue;
      cipher.open(sealed, { table, row: String(found[row]), column });
      count += 1;
    }
  }
  return count;
}

/** Seals every one anew; resolves to how many. Throws StoreError where one does not open: nothing may be lost on the way. */
export async function resealValues(writer: Writer, old: Cipher, next: Cipher): Promise<number> {
  let count = 0;
  for await (const { table, row, columns, found } of sealedRows(writer)) {
    const changes = columns.flatMap((column) => {
      const sealed = found[column];
      if (typeof sealed !== 'string') return [];
      const place = { table, row: String(found[row]), column };
      return [sql`${sql.ref(column)} = ${next.seal(old.open(sealed, place), place)}`];
    });
    await sql`update ${sql.table(table)} set ${sql.join(changes)} where ${sql.ref(row)} = ${found[row]}`.execute(
      writer,
    );
    count += changes.length;
  }
  await refuseForgotten(writer, old.keyId);
  return count;
}

/** What is left under the old key would be lost with it: a column that is missing in the list above must not go unnoticed. */
async function refuseForgotten(writer: Writer, keyId: string): Promise<void> {
  const tables = await writer.introspection.getTables();
  for (const { name, columns } of tables) {
    for (const column of columns.filter(({ dataType }) => /^text$/i.test(dataType))) {
      const { rows } = await sql<{ found: number }>`
        select count(*) as found from ${sql.table(name)} where ${sql.ref(column.name)} like ${`1.${keyId}.%`}
        ${name === 'meta' ? sql`and name != ${AUDIT_SEAL}` : sql``}`.execute(writer);
      if (Number(rows[0]?.found) > 0)
        throw new Error(`${name}.${column.name} holds sealed values and is not in the list`);
    }
  }
}
