import { type Note, note } from '../../core/note.ts';
import type { Result } from '../../core/result.ts';
import type { ClockStatus } from '../../lan/read-clock-status.ts';
import { type DoctorCheck, type Finding, green, red, yellow } from './finding.ts';

export interface ClockDoors {
  readonly clock: () => number;
  /** No true clock is behind it: the release of our time-zone data, ms since 1970. */
  readonly notBefore: number;
  readonly askStatus: (signal: AbortSignal) => Promise<ClockStatus | null>;
  /** The site's, else the one that phones are told by default. */
  readonly ntpServer: () => Promise<string>;
  /** Ms that our clock is behind that server's. */
  readonly askTime: (server: string, signal: AbortSignal) => Promise<Result<number, string>>;
}

/** Ms. Phones show seconds, and nobody compares them closer; TLS and the audit bear more. */
const RIGHT_WITHIN_MS = 2_000;
/** Ms beyond which what the audit and the journeys say is misleading. */
const WRONG_BEYOND_MS = 60_000;

/** Is the clock right, and does something keep it so? */
export function createClockCheck({ clock, notBefore, askStatus, ntpServer, askTime }: ClockDoors): DoctorCheck {
  const id = 'clock';
  const advice = () =>
    note('doctor.clock-advice', 'Switch time synchronisation on: timedatectl set-ntp true, or install chrony.');

  async function run(signal: AbortSignal): Promise<readonly Finding[]> {
    const now = clock();
    if (now < notBefore) {
      const day = new Date(now).toISOString().slice(0, 10);
      return [
        red(id, note('doctor.clock-past', 'The clock says {day} (UTC), which is in the past.', { day }), advice()),
      ];
    }
    const status = await askStatus(signal);
    if (status !== null) {
      const { source } = status;
      if (status.isSynchronized) {
        return [green(id, note('doctor.clock-kept', 'The clock is kept right by the network ({source}).', { source }))];
      }
      return [
        yellow(id, note('doctor.clock-not-kept', 'The clock is not synchronised ({source}).', { source }), advice()),
      ];
    }
    const server = await ntpServer();
    if (server === '') {
      return [
        yellow(
          id,
          note(
            'doctor.clock-unknown',
            'Whether the clock is right is not known: nothing on this host tells, and there is no time server to ask.',
          ),
          advice(),
        ),
      ];
    }
    const asked = await askTime(server, signal);
    if (!asked.ok) {
      const values = { server, code: asked.problem };
      const sentence = note(
        'doctor.clock-unanswered',
        'Whether the clock is right is not known: the time server {server} does not tell ({code}).',
        values,
      );
      return [
        yellow(
          id,
          sentence,
          note(
            'doctor.clock-unanswered-advice',
            'See to the time server of the site and to UDP 123 in between: phones ask it, too.',
          ),
        ),
      ];
    }
    return [judge(asked.value, server)];
  }

  function judge(offsetMs: number, server: string): Finding {
    const values = { server, gap: { seconds: Math.round(Math.abs(offsetMs) / 1_000) } };
    if (Math.abs(offsetMs) <= RIGHT_WITHIN_MS) {
      return green(id, note('doctor.clock-right', 'The clock agrees with {server}.', { server }));
    }
    const sentence: Note =
      offsetMs > 0
        ? note('doctor.clock-behind', 'The clock is {gap} behind {server}.', values)
        : note('doctor.clock-ahead', 'The clock is {gap} ahead of {server}.', values);
    return Math.abs(offsetMs) > WRONG_BEYOND_MS ? red(id, sentence, advice()) : yellow(id, sentence, advice());
  }
  return { id, run };
}
