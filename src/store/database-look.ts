import { access } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { DEFAULT_SITE, type Site } from '../core/site.ts';
import { parseSiteContent } from './site-store.ts';
import { hasCode, messageOf } from './store-error.ts';

/** What a look into the database without touching it finds. */
export type DatabaseLook =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'read';
      /** What SQLite finds wrong in the file; empty: nothing. */
      readonly faults: readonly string[];
      /** Without its secrets: they are null. */
      readonly site: Site;
      readonly devices: number;
      readonly meta: ReadonlyMap<string, string>;
    }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Ms that a read waits for another process's write. */
const BUSY_TIMEOUT_MS = 2_000;

/** Opens the database read-only, beside a running appliance too. The key is not needed, as no secret is opened. Throws nothing. */
export async function lookAtDatabase(file: string): Promise<DatabaseLook> {
  try {
    await access(file);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return { kind: 'absent' };
    return { kind: 'unreadable', reason: messageOf(cause) };
  }
  let database: Libsql.Database | undefined;
  try {
    // https://www.sqlite.org/uri.html: nothing is written, not even where a write was meant.
    database = new Libsql(`${pathToFileURL(file).href}?mode=ro`);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return read(database);
  } catch (cause) {
    return { kind: 'unreadable', reason: messageOf(cause) };
  } finally {
    database?.close();
  }
}

function read(database: Libsql.Database): DatabaseLook {
  const all = (text: string) => database.prepare(text).all() as Record<string, unknown>[];
  const faults = all('PRAGMA quick_check(20)')
    .map((row) => String(Object.values(row)[0]))
    .filter((text) => text !== 'ok');
  const [row] = all('SELECT content, revision FROM site WHERE id = 1');
  const site =
    row === undefined ? DEFAULT_SITE : { ...parseSiteContent(String(row.content)), revision: Number(row.revision) };
  const [count] = all('SELECT count(*) AS devices FROM devices');
  const meta = all('SELECT name, value FROM meta').map(({ name, value }) => [String(name), String(value)] as const);
  return { kind: 'read', faults, site, devices: Number(count?.devices), meta: new Map(meta) };
}
