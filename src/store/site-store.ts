import { Secret } from '../core/secret.ts';
import { DEFAULT_SITE, type Site } from '../core/site.ts';
import { type Change, nextChange } from './change-sequence.ts';
import type { Cipher } from './cipher.ts';
import type { Database } from './database.ts';
import type { SiteRow, Writer } from './schema.ts';
import { StoreError } from './store-error.ts';

/** The site on disk; `DEFAULT_SITE` until one was put. */
export interface SiteStore {
  get(): Promise<Site>;
  /** Durable when it resolves. Throws StoreError: changed-meanwhile. */
  put(site: Site): Promise<void>;
}

const SITE_ID = 1;
const CONSOLE_PASSWORD = { table: 'site', row: String(SITE_ID), column: 'console_password' };
const WEBHOOK_SECRET = { table: 'site', row: String(SITE_ID), column: 'webhook_secret' };
const BACKUP_PASSPHRASE = { table: 'site', row: String(SITE_ID), column: 'backup_passphrase' };

export function createSiteStore(database: Database): SiteStore {
  const { cipher, read, writer: by } = database;
  return {
    async get() {
      const row = await read.selectFrom('site').selectAll().where('id', '=', SITE_ID).executeTakeFirst();
      return row === undefined ? DEFAULT_SITE : toSite(row, cipher);
    },
    put(site) {
      return database.write(async (writer) => writeSite(writer, site, cipher, await nextChange(writer, by)));
    },
  };
}

/** What a row holds in the open. A field that is younger than the row has its default; secrets are null. */
export function parseSiteContent(text: string): Site {
  const content = JSON.parse(text) as Partial<Site>;
  return {
    ...DEFAULT_SITE,
    ...content,
    internet: { ...DEFAULT_SITE.internet, ...content.internet },
    trust: { ...DEFAULT_SITE.trust, ...content.trust },
    consolePassword: null,
    webhookSecret: null,
    backupPassphrase: null,
  };
}

/** Throws StoreError where a secret does not open. */
export function toSite(row: SiteRow, cipher: Cipher): Site {
  return {
    ...parseSiteContent(row.content),
    consolePassword: open(row.console_password, CONSOLE_PASSWORD),
    webhookSecret: open(row.webhook_secret, WEBHOOK_SECRET),
    backupPassphrase: open(row.backup_passphrase, BACKUP_PASSPHRASE),
    revision: row.revision,
  };

  function open(sealed: string | null, place: typeof WEBHOOK_SECRET): Secret | null {
    return sealed === null ? null : new Secret(cipher.open(sealed, place));
  }
}

export async function writeSite(writer: Writer, site: Site, cipher: Cipher, change: Change): Promise<void> {
  const { consolePassword, webhookSecret, backupPassphrase, revision, ...content } = site;
  const row = {
    content: JSON.stringify(content),
    console_password: consolePassword && cipher.seal(consolePassword.reveal(), CONSOLE_PASSWORD),
    webhook_secret: webhookSecret && cipher.seal(webhookSecret.reveal(), WEBHOOK_SECRET),
    backup_passphrase: backupPassphrase && cipher.seal(backupPassphrase.reveal(), BACKUP_PASSPHRASE),
    revision,
    change_seq: change.seq,
    changed_by: change.by,
  };
  const stored = await writer
    .selectFrom('site')
    .select(['revision', 'content'])
    .where('id', '=', SITE_ID)
    .executeTakeFirst();
  const overtaken =
    stored !== undefined &&
    (stored.revision > revision || (stored.revision === revision && stored.content !== row.content));
  if (overtaken) {
    const message = `The site was changed meanwhile (revision ${stored.revision} is stored, ${revision} was to be). Look again and repeat.`;
    throw new StoreError('changed-meanwhile', message);
  }
  await writer
    .insertInto('site')
    .values({ id: SITE_ID, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}
