import type { Logger } from '../../core/logger.ts';
import { note } from '../../core/note.ts';
import { type DoctorCheck, type Finding, yellow } from './finding.ts';

/** Checks of a phase run side by side; a phase begins when the one before is over, so that they do not see each other's work. */
export type CheckPhases = readonly (readonly DoctorCheck[])[];

export interface DoctorRun {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Null: it goes on. */
  readonly endedAt: number | null;
  /** Checks. */
  readonly done: number;
  readonly total: number;
  /** Of the checks that are done, in the order of the list. */
  readonly findings: readonly Finding[];
}

export interface Doctor {
  /** Runs all checks; who asks while they run gets that run. Resolves when it is over. */
  run(): Promise<DoctorRun>;
  /** The run that goes on, or the last one; null: there was none. */
  last(): DoctorRun | null;
}

export interface DoctorOptions {
  readonly phases: () => CheckPhases;
  readonly log: Logger;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly limitMs?: number;
}

/** Ms for one check. The slowest looks for a router: it ends within 12 s by itself. */
const CHECK_LIMIT_MS = 25_000;

/** Looks at everything that has to be right for phones to be served, one run at a time. */
export function createDoctor({ phases, log, clock, signal, limitMs = CHECK_LIMIT_MS }: DoctorOptions): Doctor {
  let running: Promise<DoctorRun> | undefined;
  let last: DoctorRun | null = null;

  async function runAll(): Promise<DoctorRun> {
    const planned = phases();
    const checks = planned.flat();
    const results = new Map<DoctorCheck, readonly Finding[]>();
    const startedAt = clock();
    const show = (endedAt: number | null) => {
      const findings = checks.flatMap((check) => results.get(check) ?? []);
      last = { startedAt, endedAt, done: results.size, total: checks.length, findings };
      return last;
    };
    show(null);
    for (const phase of planned) {
      await Promise.all(
        phase.map(async (check) => {
          results.set(check, await runOne(check));
          show(null);
        }),
      );
    }
    return show(clock());
  }

  async function runOne(check: DoctorCheck): Promise<readonly Finding[]> {
    const timeout = AbortSignal.timeout(limitMs);
    const limited = AbortSignal.any([signal, timeout]);
    let stop = () => {};
    // Some doors cannot be ended from outside: what takes too long is left alone.
    const tooLong = new Promise<readonly Finding[]>((resolve) => {
      const giveUp = () => resolve([describeSilence(check.id)]);
      limited.addEventListener('abort', giveUp, { once: true });
      stop = () => limited.removeEventListener('abort', giveUp);
      if (limited.aborted) giveUp();
    });
    try {
      return await Promise.race([check.run(limited), tooLong]);
    } catch (cause) {
      log.error({ event: 'doctor.failed', check: check.id, cause: String(cause) }, 'a check of the doctor failed');
      return [describeSilence(check.id)];
    } finally {
      stop();
    }
  }

  return {
    run() {
      running ??= runAll().finally(() => {
        running = undefined;
      });
      return running;
    },
    last: () => last,
  };
}

function describeSilence(id: string): Finding {
  return yellow(
    id,
    note('doctor.check-failed', 'This could not be looked at: the check did not come to an end.'),
    note('doctor.check-failed-advice', 'Run the doctor again; if it stays, look into the log.'),
  );
}
