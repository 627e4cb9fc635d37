import { randomUUID } from 'node:crypto';
import type { CsvFaults } from '../core/csv-faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Result } from '../core/result.ts';
import type { CsvImport } from '../flows/import-csv.ts';
import type { ImportProgress } from '../flows/import-devices.ts';

export type ImportResult = Result<CsvImport, CsvFaults>;

/** A list that is looked at or imported, and the text of it for the form. */
export interface ImportJob {
  readonly id: string;
  readonly what: 'preview' | 'import';
  /** Who gave the list: nobody else sees it, it may hold passwords. */
  readonly actor: string;
  readonly list: string;
  readonly progress: ImportProgress;
  /** Undefined: it is under way. failed: for no reason of the list; the log says why. */
  readonly outcome: ImportResult | 'failed' | undefined;
}

/** Imports that take longer than a page may. They go on when the page is closed. */
export interface ImportJobs {
  /** Resolves when it is over, or after `waitMs`: most lists are short. */
  start(
    order: Pick<ImportJob, 'what' | 'actor' | 'list'>,
    run: (onProgress: (progress: ImportProgress) => void) => Promise<ImportResult>,
    waitMs: number,
  ): Promise<ImportJob>;
  find(id: string, actor: string): ImportJob | undefined;
  /** It has been told how it went. */
  forget(id: string): void;
}

/** Lists in memory, up to 8 MB each: a person looks at one, and a few may not have come back for theirs. */
const REMEMBERED_JOBS = 4;

export function createImportJobs(log: Logger): ImportJobs {
  const jobs = new Map<string, ImportJob>();

  function update(job: ImportJob, change: Partial<ImportJob>): void {
    const now = jobs.get(job.id);
    if (now !== undefined) jobs.set(job.id, { ...now, ...change });
  }

  return {
    async start(order, run, waitMs) {
      for (const oldest of jobs.keys()) {
        if (jobs.size < REMEMBERED_JOBS) break;
        jobs.delete(oldest);
      }
      const progress: ImportProgress = { phase: 'reading', done: 0, total: 0 };
      const job: ImportJob = { ...order, id: randomUUID(), progress, outcome: undefined };
      jobs.set(job.id, job);
      const over = run((further) => update(job, { progress: further })).then(
        (outcome) => update(job, { outcome }),
        (cause: unknown) => {
          log.error({ event: 'import.failed', cause: String(cause) }, 'a list could not be imported');
          update(job, { outcome: 'failed' });
        },
      );
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, waitMs);
      });
      await Promise.race([over, late]);
      clearTimeout(timer);
      return jobs.get(job.id) ?? job;
    },
    find(id, actor) {
      const job = jobs.get(id);
      return job?.actor === actor ? job : undefined;
    },
    forget: (id) => void jobs.delete(id),
  };
}
