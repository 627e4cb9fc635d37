import { note } from '../../core/note.ts';
import { type DoctorCheck, green, yellow } from './finding.ts';

export interface TimeZoneDoors {
  /** Release of our tz database: `2026f`. */
  readonly ours: string;
  /** Of the host, or of the one that Node brings; null: neither tells. */
  readonly readHost: () => Promise<string | null>;
  /** When ours was released, ms since 1970. */
  readonly releasedAt: number;
  readonly clock: () => number;
}

/** Ms. tzdata has several releases a year; a country that changes its mind does so with some months' notice. */
const OLD_AFTER_MS = 365 * 86_400_000;

/** Do phones learn the summer times that are in force? */
export function createTimeZoneCheck({ ours, readHost, releasedAt, clock }: TimeZoneDoors): DoctorCheck {
  const id = 'time-zones';
  return {
    id,
    async run() {
      const host = await readHost();
      const advice = note('doctor.zones-advice', 'Update Plugtone: phones learn summer times from its data.');
      if (host !== null && host > ours) {
        const values = { ours, host };
        return [
          yellow(id, note('doctor.zones-older', 'The time-zone data is {ours}, the host has {host}.', values), advice),
        ];
      }
      const months = Math.floor((clock() - releasedAt) / (30 * 86_400_000));
      if (clock() - releasedAt > OLD_AFTER_MS) {
        return [
          yellow(
            id,
            note('doctor.zones-old', 'The time-zone data is {ours}, {months} months old.', { ours, months }),
            advice,
          ),
        ];
      }
      return [
        green(id, note('doctor.zones-good', 'The time-zone data is {ours}, no older than that of the host.', { ours })),
      ];
    },
  };
}
