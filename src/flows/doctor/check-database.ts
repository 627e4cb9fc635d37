import { note } from '../../core/note.ts';
import { type DoctorCheck, green, red, yellow } from './finding.ts';

/** `store/database-look` fits. */
export type DatabaseState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'read'; readonly faults: readonly string[]; readonly devices: number }
  /** So large that reading all of it would keep phones waiting. */
  | { readonly kind: 'large'; readonly bytes: number }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Characters of a fault that are told. */
const SHOWN_LENGTH = 200;

/** Is the database whole? */
export function createDatabaseCheck({ look }: { readonly look: () => Promise<DatabaseState> }): DoctorCheck {
  const id = 'database';
  return {
    id,
    async run() {
      const state = await look();
      const restore = note(
        'doctor.database-advice',
        'Stop Plugtone, keep a copy of the data directory, and restore the latest backup.',
      );
      switch (state.kind) {
        case 'absent':
          return [
            yellow(
              id,
              note('doctor.database-absent', 'There is no database yet.'),
              note(
                'doctor.database-absent-advice',
                'The first start makes it; else name the right folder with --data-dir.',
              ),
            ),
          ];
        case 'large': {
          const size = Math.round(state.bytes / 1_000_000);
          return [
            yellow(
              id,
              note(
                'doctor.database-large',
                'The database has {size} MB: it was not looked through, as phones would wait meanwhile.',
                { size },
              ),
              note('doctor.database-large-advice', 'Run plugtone doctor on the command line.'),
            ),
          ];
        }
        case 'unreadable': {
          const reason = state.reason.slice(0, SHOWN_LENGTH);
          return [
            red(id, note('doctor.database-unreadable', 'The database cannot be read: {reason}', { reason }), restore),
          ];
        }
        case 'read': {
          const [fault] = state.faults;
          if (fault !== undefined) {
            const values = { count: state.faults.length, fault: fault.slice(0, SHOWN_LENGTH) };
            return [red(id, note('doctor.database-damaged', 'The database is damaged: {fault}', values), restore)];
          }
          return [
            green(
              id,
              note('doctor.database-good', 'The database is whole (phones: {phones}).', { phones: state.devices }),
            ),
          ];
        }
        default:
          return state satisfies never;
      }
    },
  };
}
