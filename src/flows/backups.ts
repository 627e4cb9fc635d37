import type { Readable } from 'node:stream';
import type { BackupFile, BackupKind, BackupTry } from '../core/backup.ts';
import {
  checkBackupPassphrase,
  describePassphraseFault,
  type PassphraseFault,
} from '../core/check-backup-passphrase.ts';
import { findNextLocalTime } from '../core/find-next-local-time.ts';
import type { Logger } from '../core/logger.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Secret } from '../core/secret.ts';
import type { Office } from './office.ts';

/** Local time of the site: half an hour before resyncs are planned. */
const NIGHTLY_AT = 2.5;

/** Backups of people that are kept: who presses the button every day fills no disk. */
export const MOST_MANUAL = 10;

/** The clock may be set: it is looked at, not waited for. */
const LOOK_EVERY_MS = 20_000;

/** What was missed while the appliance was off is not made while all the phones boot with it. */
const AFTER_START_MS = 10 * 60_000;

const AFTER_FAILURE_MS = 60 * 60_000;

export type BackupProblem =
  | { readonly kind: 'no-backup-passphrase' }
  | { readonly kind: 'weak-passphrase'; readonly fault: PassphraseFault }
  | { readonly kind: 'backup-running' }
  | { readonly kind: 'backup-failed'; readonly reason: string }
  | { readonly kind: 'no-such-backup'; readonly name: string };

export interface BackupState {
  readonly isRunning: boolean;
  readonly last: BackupTry | null;
  /** When the next nightly one is due, at the earliest; null: none is wanted. */
  readonly nextAt: number | null;
}

export interface Backups {
  /** Newest first. */
  list(): Promise<readonly BackupFile[]>;
  state(): Promise<BackupState>;
  /** `passphrase`: left out, the site's own. */
  make(actor: string, passphrase?: Secret): Promise<Result<BackupFile, BackupProblem>>;
  /** For a download, which goes to the audit. */
  read(
    name: string,
    actor: string,
  ): Promise<Result<{ readonly bytes: number; readonly stream: Readable }, BackupProblem>>;
  /** Waits for the one under way. */
  stop(): Promise<void>;
}

export interface BackupDoors {
  readonly office: Office;
  /** `store/backup/backup-folder` fits. */
  readonly folder: {
    list(): Promise<readonly BackupFile[]>;
    prune(kind: BackupKind, keep: number): Promise<number>;
    read(name: string): Promise<{ readonly bytes: number; readonly stream: Readable } | undefined>;
  };
  /** Resolves to the file; else why there is none, in one sentence. */
  readonly write: (kind: BackupKind, passphrase: Secret, now: number) => Promise<Result<BackupFile, string>>;
  /** Where the last try outlives a restart. */
  readonly tries: { read(): Promise<BackupTry | null>; write(last: BackupTry): Promise<void> };
  readonly log: Logger;
  readonly clock: () => number;
  /** For tests. */
  readonly lookEveryMs?: number;
}

/** Backups by people and by night. Stops with `stop`. */
export function createBackups(doors: BackupDoors): Backups {
  const { office, folder, tries, log, clock } = doors;
  const startedAt = clock();
  let last: BackupTry | null | undefined;
  let running: Promise<unknown> | undefined;
  let isStopped = false;
  const look = setInterval(() => void makeNightly(), doors.lookEveryMs ?? LOOK_EVERY_MS);
  look.unref();

  async function run(kind: BackupKind, passphrase: Secret, actor: string): Promise<Result<BackupFile, BackupProblem>> {
    if (running !== undefined) return err({ kind: 'backup-running' });
    const work = writeAndTell(kind, passphrase, actor);
    running = work.catch(() => undefined);
    try {
      return await work;
    } finally {
      running = undefined;
    }
  }

  async function writeAndTell(
    kind: BackupKind,
    passphrase: Secret,
    actor: string,
  ): Promise<Result<BackupFile, BackupProblem>> {
    const at = clock();
    const written = await doors.write(kind, passphrase, at);
    if (!written.ok) {
      log.error({ event: 'backup.failed', kind, reason: written.problem }, 'a backup was not made');
      await keepTry({ at, kind, problem: written.problem });
      return err({ kind: 'backup-failed', reason: written.problem });
    }
    const file = written.value;
    const removed = await folder.prune(kind, kind === 'manual' ? MOST_MANUAL : office.site().trust.nightlyBackupsKept);
    log.info({ event: 'backup.made', kind, file: file.name, bytes: file.bytes, removed }, 'backup made');
    await audit('backup.made', actor, { file: file.name, bytes: file.bytes });
    await keepTry({ at, kind, problem: null });
    return ok(file);
  }

  async function readLast(): Promise<BackupTry | null> {
    last ??= await tries.read();
    return last;
  }

  async function keepTry(tried: BackupTry): Promise<void> {
    last = tried;
    await tries.write(tried);
  }

  function audit(action: string, actor: string, detail: Readonly<Record<string, string | number>>): Promise<void> {
    return office.commit({ audit: [{ at: clock(), actor, action, subject: 'site', detail }] });
  }

  async function makeNightly(): Promise<void> {
    try {
      const { backupPassphrase } = office.site();
      const due = await findNext();
      if (due === null || backupPassphrase === null || isStopped || running !== undefined || clock() < due) return;
      await run('nightly', backupPassphrase, 'nightly backup');
    } catch (cause) {
      // The store is in trouble, say.
      last = { at: clock(), kind: 'nightly', problem: 'The backup was not made; the log says why.' };
      log.error({ event: 'backup.failed', kind: 'nightly', reason: String(cause) }, 'a backup was not made');
    }
  }

  /** The first one as soon as it is wanted: then it is known that it works. Null: none is wanted. */
  async function findNext(): Promise<number | null> {
    const { trust, backupPassphrase, settings } = office.site();
    if (trust.nightlyBackupsKept === 0 || backupPassphrase === null) return null;
    const now = clock();
    // A clock that was ahead for a while must not keep us from it for as long.
    const before = (await folder.list()).find(({ kind, madeAt }) => kind === 'nightly' && madeAt <= now);
    const due =
      before === undefined ? now : findNextLocalTime(settings.timeZone ?? 'Etc/UTC', NIGHTLY_AT, before.madeAt);
    const tried = await readLast();
    const hasFailed = tried !== null && tried.problem !== null && tried.at <= now;
    const again = hasFailed ? tried.at + AFTER_FAILURE_MS : 0;
    // What is due by the clock, as it runs, waits for nothing.
    const isLate = due < startedAt || before === undefined;
    return Math.max(due, again, isLate ? startedAt + AFTER_START_MS : 0);
  }

  return {
    list: () => folder.list(),
    state: async () => ({ isRunning: running !== undefined, last: await readLast(), nextAt: await findNext() }),
    async make(actor, given) {
      const passphrase = given ?? office.site().backupPassphrase;
      if (passphrase === null) return err({ kind: 'no-backup-passphrase' });
      const fault = checkBackupPassphrase(passphrase.reveal());
      if (fault !== undefined) return err({ kind: 'weak-passphrase', fault });
      return run('manual', passphrase, actor);
    },
    async read(name, actor) {
      const found = await folder.read(name);
      if (found === undefined) return err({ kind: 'no-such-backup', name });
      try {
        await audit('backup.downloaded', actor, { file: name });
      } catch (cause) {
        // Nobody will read it.
        found.stream.destroy();
        throw cause;
      }
      return ok(found);
    },
    async stop() {
      isStopped = true;
      clearInterval(look);
      await running;
    },
  };
}

/** One sentence for people; never the passphrase. */
export function describeBackupProblem(problem: BackupProblem): string {
  switch (problem.kind) {
    case 'no-backup-passphrase':
      return 'A passphrase was wanted, and the site has none for its backups either.';
    case 'weak-passphrase': {
      const { saw, wanted } = describePassphraseFault(problem.fault);
      return `The passphrase will not do: saw ${saw}, wanted ${wanted}.`;
    }
    case 'backup-running':
      return 'A backup is being made already: it is listed when it is done.';
    case 'backup-failed':
      return problem.reason;
    case 'no-such-backup':
      return 'There is no backup of that name; GET /backups lists them.';
    default:
      return problem satisfies never;
  }
}
