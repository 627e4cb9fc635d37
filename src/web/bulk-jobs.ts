import { randomUUID } from 'node:crypto';
import { setImmediate as giveWay } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';

export interface BulkFailure {
  /** What it was about, for people. */
  readonly label: string;
  readonly reason: string;
}

export interface BulkState {
  readonly id: string;
  /** Message key of what is being done. */
  readonly what: string;
  readonly total: number;
  /** Tried so far, failures included. */
  readonly done: number;
  readonly failures: readonly BulkFailure[];
  /** Nothing is done yet, and nothing will be if it is taken back. */
  readonly isHeld: boolean;
  readonly isOver: boolean;
}

export interface BulkItem {
  readonly label: string;
  /** Resolves to why it was refused; undefined: done. */
  readonly run: () => Promise<string | undefined>;
}

/** Work on many phones at once, one after another, with counts to look at. It goes on when the page is closed. */
export interface BulkJobs {
  /** Begins after `holdMs`; until then it can be taken back without a trace. `unforeseen`: what is said of an item that throws. */
  start(
    what: string,
    items: readonly BulkItem[],
    options: { readonly holdMs: number; readonly unforeseen: string },
  ): BulkState;
  find(id: string): BulkState | undefined;
  /** False: it has begun, or there is none. */
  undo(id: string): boolean;
  /** Ends after the item that is under way. */
  stop(): void;
}

/** Jobs that are remembered: somebody may look a while later how it went. */
const REMEMBERED_JOBS = 20;

export function createBulkJobs(log: Logger): BulkJobs {
  const jobs = new Map<string, BulkState>();
  const held = new Map<string, NodeJS.Timeout>();
  let isStopped = false;

  async function run(id: string, items: readonly BulkItem[], unforeseen: string): Promise<void> {
    for (const { label, run: work } of items) {
      if (isStopped) break;
      const reason = await work().catch((cause: unknown) => {
        log.error({ event: 'bulk.failed', cause: String(cause) }, 'an order to many phones failed for one');
        return unforeseen;
      });
      update(id, (job) => ({
        done: job.done + 1,
        failures: reason === undefined ? job.failures : [...job.failures, { label, reason }],
      }));
      // Phones and pages come between two orders.
      await giveWay();
    }
    update(id, () => ({ isOver: true }));
  }

  function update(id: string, change: (job: BulkState) => Partial<BulkState>): void {
    const job = jobs.get(id);
    if (job !== undefined) jobs.set(id, { ...job, ...change(job) });
  }

  return {
    start(what, items, { holdMs, unforeseen }) {
      for (const oldest of jobs.keys()) {
        if (jobs.size < REMEMBERED_JOBS) break;
        jobs.delete(oldest);
      }
      const id = randomUUID();
      const job = { id, what, total: items.length, done: 0, failures: [], isHeld: holdMs > 0, isOver: false };
      jobs.set(id, job);
      const begin = () => {
        held.delete(id);
        update(id, () => ({ isHeld: false }));
        void run(id, items, unforeseen);
      };
      if (holdMs > 0) held.set(id, setTimeout(begin, holdMs));
      else begin();
      return job;
    },
    undo(id) {
      const timer = held.get(id);
      if (timer === undefined) return false;
      clearTimeout(timer);
      held.delete(id);
      jobs.delete(id);
      return true;
    },
    find: (id) => jobs.get(id),
    stop() {
      isStopped = true;
      for (const timer of held.values()) clearTimeout(timer);
      held.clear();
    },
  };
}
