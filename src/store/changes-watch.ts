import type { ExpressionBuilder } from 'kysely';
import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { lastChangeSeq } from './change-sequence.ts';
import type { Database } from './database.ts';
import type { Decision } from './decisions.ts';
import { toDevice } from './device-rows.ts';
import { toExtension } from './extension-store.ts';
import type { Reader, Schema } from './schema.ts';
import { toSite } from './site-store.ts';
import { messageOf } from './store-error.ts';

// A person who types a command and looks at the screen should not have to wait; an idle poll costs some microseconds.
const POLL_INTERVAL_MS = 500;

export interface WatchOptions {
  readonly database: Database;
  /** `lastChangeSeq` from before the contents were loaded: what came between is then not missed. */
  readonly since: number;
  readonly signal: AbortSignal;
  /**
   * What other processes have committed, in one piece. Never called for this database's own writes. Of a device, the
   * sighting (address, words, dialog, lastSeenAt) may be older than the one in memory: only its decision is news.
   * Called while the database is held still: take it in, and do not wait for the store inside.
   */
  readonly onChange: (change: Decision) => void;
  readonly intervalMs?: number | undefined;
  readonly log?: Logger | undefined;
}

/** Looks for other processes' commits until the signal aborts. Resolves after the first look. */
export async function watchChanges(options: WatchOptions): Promise<void> {
  const { database, signal, onChange, intervalMs = POLL_INTERVAL_MS, log } = options;
  let since = options.since;
  // Unlike any version that SQLite gives: the first look is a real one.
  let seenVersion = -1;
  let failing = false;

  async function look(): Promise<void> {
    const version = await database.dataVersion();
    if (version === seenVersion) return;
    await database.snapshot(async (reader) => {
      const until = await lastChangeSeq(reader);
      const change = await readChanges(reader, database, since);
      if (signal.aborted) return;
      if (change !== undefined) onChange(change);
      since = until;
    });
    // The version from before the look: a commit during it is found by the next one.
    seenVersion = version;
  }

  async function lookSafely(): Promise<void> {
    try {
      await look();
      if (failing) log?.info({ event: 'store.watch-recovered' }, 'changes of other processes are seen again');
      failing = false;
    } catch (error) {
      if (!failing && !signal.aborted) {
        log?.error(
          { event: 'store.watch-failed', reason: messageOf(error) },
          'changes of other processes are not seen',
        );
      }
      failing = true;
    }
  }

  function lookAgainLater(): void {
    if (signal.aborted) return;
    const stop = () => clearTimeout(timer);
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      void lookSafely().then(lookAgainLater);
    }, intervalMs);
    signal.addEventListener('abort', stop, { once: true });
  }

  if (signal.aborted) return;
  await lookSafely();
  lookAgainLater();
}

async function readChanges(reader: Reader, database: Database, since: number): Promise<Decision | undefined> {
  const { cipher, writer: own } = database;
  const changed = (where: ExpressionBuilder<Schema, 'devices' | 'extensions' | 'site' | 'removals'>) =>
    where.and([where('change_seq', '>', since), where('changed_by', '!=', own)]);
  const devices = await reader.selectFrom('devices').selectAll().where(changed).execute();
  const extensions = await reader.selectFrom('extensions').selectAll().where(changed).execute();
  const site = await reader.selectFrom('site').selectAll().where(changed).executeTakeFirst();
  const removals = await reader.selectFrom('removals').select(['kind', 'name']).where(changed).execute();
  if (devices.length + extensions.length + removals.length === 0 && site === undefined) return undefined;
  return {
    devices: devices.map((row) => toDevice(row, cipher)),
    removedDevices: removals.filter(({ kind }) => kind === 'device').map(({ name }) => name as MacAddress),
    extensions: extensions.map((row) => toExtension(row, cipher)),
    removedExtensions: removals.filter(({ kind }) => kind === 'extension').map(({ name }) => name),
    releasedAddresses: removals.filter(({ kind }) => kind === 'quarantine').map(({ name }) => name),
    ...(site === undefined ? {} : { site: toSite(site, cipher) }),
  };
}
