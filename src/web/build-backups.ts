import type { BackupFile } from '../core/backup.ts';
import { LONGEST_PASSPHRASE, type PassphraseFault, SHORTEST_PASSPHRASE } from '../core/check-backup-passphrase.ts';
import { MOST_BACKUPS_KEPT } from '../core/check-nightly-backups.ts';
import type { Site } from '../core/site.ts';
import { type BackupState, MOST_MANUAL } from '../flows/backups.ts';
import { formatBytes } from './format-amounts.ts';
import type { Texts } from './message-set.ts';

/** What was typed and what is wrong with it, by field. Passphrases are never sent back. */
export interface TypedBackups {
  readonly kept?: string;
  readonly errors: Readonly<Record<string, string>>;
}

/** How it is with backups, in short. */
export function buildLastBackup(files: readonly BackupFile[], { last }: Pick<BackupState, 'last'>) {
  const { at, problem } = last ?? { at: 0, problem: null };
  return { at: files[0]?.madeAt ?? null, failed: problem === null ? null : { at, problem } };
}

/** The page about backups. */
export function buildBackups(
  files: readonly BackupFile[],
  { isRunning, last, nextAt }: BackupState,
  site: Site,
  texts: Texts,
  { kept, errors }: TypedBackups = { errors: {} },
) {
  const { t } = texts;
  const lastBackup = buildLastBackup(files, { last });
  return {
    isRunning,
    failed: lastBackup.failed,
    lastAt: lastBackup.at,
    nextAt,
    rows: files.map(({ name, kind, madeAt, bytes }) => ({
      name,
      kind: t(`backups.kind-${kind}`),
      madeAt,
      size: formatBytes(bytes, texts),
    })),
    hasPassphrase: site.backupPassphrase !== null,
    kept: kept ?? String(site.trust.nightlyBackupsKept),
    mostKept: MOST_BACKUPS_KEPT,
    mostManual: MOST_MANUAL,
    least: SHORTEST_PASSPHRASE,
    most: LONGEST_PASSPHRASE,
    revision: String(site.revision),
    errors,
  };
}

export function sayPassphraseFault(fault: PassphraseFault, { t }: Pick<Texts, 't'>): string {
  switch (fault) {
    case 'passphrase-too-short':
      return t('backups.passphrase-too-short', { least: SHORTEST_PASSPHRASE });
    case 'passphrase-too-long':
      return t('backups.passphrase-too-long', { most: LONGEST_PASSPHRASE });
    case 'passphrase-not-plain':
      return t('backups.passphrase-not-plain');
    case 'passphrase-too-simple':
      return t('backups.passphrase-too-simple');
    default:
      return fault satisfies never;
  }
}
