import { access } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { DEFAULT_SITE, type Site } from '../core/site.ts';
import { messageOf } from './store-error.ts';

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
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { kind: 'absent' };
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
  const [site] = all('SELECT content, revision FROM site WHERE id = 1');
  const [count] = all('SELECT count(*) AS devices FROM devices');
  const meta = all('SELECT name, value FROM meta').map(({ name, value }) => [String(name), String(value)] as const);
  return { kind: 'read', faults, site: toSite(site), devices: Number(count?.devices), meta: new Map(meta) };
}

/** As `site-store` does, without the secrets. */
function toSite(row: Record<string, unknown> | undefined): Site {
  if (row === undefined) return DEFAULT_SITE;
  const content = JSON.parse(String(row.content)) as Partial<Site>;
  return {
    ...DEFAULT_SITE,
    ...content,
    internet: { ...DEFAULT_SITE.internet, ...content.internet },
    trust: { ...DEFAULT_SITE.trust, ...content.trust },
    consolePassword: null,
    webhookSecret: null,
    backupPassphrase: null,
    revision: Number(row.revision),
  };
}
