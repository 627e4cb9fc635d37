import type { TrustSettings } from './trust.ts';
import type { TrustFault } from './trust-fault.ts';

/** A year of nights: what is kept longer belongs on another machine. */
export const MOST_BACKUPS_KEPT = 366;

export function checkNightlyBackups(
  { nightlyBackupsKept }: Pick<TrustSettings, 'nightlyBackupsKept'>,
  { hasBackupPassphrase }: { readonly hasBackupPassphrase: boolean },
): readonly TrustFault[] {
  if (!Number.isInteger(nightlyBackupsKept) || nightlyBackupsKept < 0 || nightlyBackupsKept > MOST_BACKUPS_KEPT) {
    const wanted = `0 for none, or how many are kept, 1-${MOST_BACKUPS_KEPT}`;
    return [{ where: 'nightlyBackupsKept', kind: 'number', saw: String(nightlyBackupsKept), wanted }];
  }
  if (nightlyBackupsKept === 0 || hasBackupPassphrase) return [];
  const wanted = 'a passphrase: the nightly backups are encrypted with it';
  return [{ where: 'backupPassphrase', kind: 'needed', saw: 'nothing', wanted }];
}
