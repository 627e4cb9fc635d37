import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import Libsql from 'libsql';
import { expect, test } from 'vitest';
import { DEFAULT_INTERNET } from '../../src/core/internet.ts';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_SITE } from '../../src/core/site.ts';
import { MIGRATIONS } from '../../src/store/migrations/all.ts';
import { migrate } from '../../src/store/migrations/migrator.ts';
import type { Schema } from '../../src/store/schema.ts';
import { LibsqlDialect } from '../../src/store/sqlite-dialect.ts';
import { makeFolder, openForTest } from './samples.ts';

/** The site as it was stored before the Internet had settings. */
const {
  internet: _internet,
  webhookSecret: _secret,
  consolePassword: _password,
  revision: _revision,
  ...CONTENT
} = {
  ...DEFAULT_SITE,
  name: 'Praxis Dr. Sommer',
  settings: { timeZone: 'Europe/Berlin' },
  retentionDays: 30,
};

/** A database of the release before, with a site in it. */
async function makeOld(): Promise<string> {
  const dataDir = await makeFolder();
  const file = join(dataDir, 'plugtone.db');
  const db = new Kysely<Schema>({ dialect: new LibsqlDialect(new Libsql(file), file) });
  const before = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => name < '0004'));
  expect(Object.keys(before)).toHaveLength(3);
  await migrate(db, file, undefined, before);
  await sql`insert into site (id, content, console_password, revision, change_seq, changed_by)
    values (1, ${JSON.stringify(CONTENT)}, null, 5, 1, 'old')`.execute(db);
  await db.destroy();
  return dataDir;
}

test('a site that was stored before the Internet had settings opens with nothing switched on', async () => {
  const store = await openForTest(await makeOld());
  expect(await store.site.get()).toEqual({
    ...DEFAULT_SITE,
    ...CONTENT,
    internet: DEFAULT_INTERNET,
    webhookSecret: null,
    revision: 5,
  });
});

test('it takes the new settings, and the secret is not on the disk as text', async () => {
  const dataDir = await makeOld();
  const store = await openForTest(dataDir);
  const internet = { ...DEFAULT_INTERNET, mapPorts: true, webhookUrl: 'https://example.com/hook' };
  const webhookSecret = new Secret('wh-s3cret-0f-the-0ffice');
  await store.site.put({ ...(await store.site.get()), internet, webhookSecret, revision: 6 });
  const again = await (await openForTest(dataDir)).site.get();
  expect(again).toMatchObject({ name: 'Praxis Dr. Sommer', internet, revision: 6 });
  expect(again.webhookSecret?.reveal()).toBe('wh-s3cret-0f-the-0ffice');
  const rows = await sql`select * from site`.execute(store.database.read);
  expect(JSON.stringify(rows.rows)).not.toContain('wh-s3cret');
});

test('a field that is younger than the stored settings has its default', async () => {
  const store = await openForTest(await makeOld());
  const content = JSON.stringify({ ...CONTENT, internet: { mapPorts: true, portMappings: [] } });
  await sql`update site set content = ${content}`.execute(store.database.read);
  expect((await store.site.get()).internet).toEqual({ ...DEFAULT_INTERNET, mapPorts: true });
});
