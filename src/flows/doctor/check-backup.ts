import { note } from '../../core/note.ts';
import { type DoctorCheck, green, red, yellow } from './finding.ts';

export interface BackupDoors {
  /** As the site wants it; 0: none. */
  readonly nightlyKept: () => Promise<number>;
  /** When the newest of them was made, ms since 1970; null: there is none. */
  readonly newestAt: () => Promise<number | null>;
  readonly clock: () => number;
}

const HOUR_MS = 3_600_000;
/** Ms. A night that was missed for a restart is caught up with the next one. */
const LATE_AFTER_MS = 50 * HOUR_MS;

/** Would a dead disk take the site with it? */
export function createBackupCheck({ nightlyKept, newestAt, clock }: BackupDoors): DoctorCheck {
  const id = 'backup';
  return {
    id,
    async run() {
      const [kept, newest] = await Promise.all([nightlyKept(), newestAt()]);
      if (kept === 0) {
        return [
          yellow(
            id,
            note('doctor.backup-none', 'No nightly backup is made.'),
            note(
              'doctor.backup-none-advice',
              'Switch nightly backups on in the site, with a passphrase, and copy them to another machine; or run plugtone backup yourself.',
            ),
          ),
        ];
      }
      const advice = note('doctor.backup-advice', 'Look into the log for why the nightly backup failed.');
      if (newest === null) {
        const sentence = note('doctor.backup-missing', 'Nightly backups are wanted, and there is none yet.');
        return [
          yellow(
            id,
            sentence,
            note(
              'doctor.backup-missing-advice',
              'The next one is made at 02:30 of the site’s time; look again tomorrow.',
            ),
          ),
        ];
      }
      const hours = Math.max(1, Math.round((clock() - newest) / HOUR_MS));
      const age = { seconds: hours * 3_600 };
      if (clock() - newest > LATE_AFTER_MS) {
        return [red(id, note('doctor.backup-old', 'The newest backup is {age} old.', { age }), advice)];
      }
      return [green(id, note('doctor.backup-good', 'The newest backup is {age} old.', { age }))];
    },
  };
}
