import type { Logger } from '../core/logger.ts';
import type { Sample } from '../core/sample.ts';
import type { Counters } from './counters.ts';
import type { Office } from './office.ts';

/** Short enough for a curve of a day, long enough for a flash card: 288 small writes a day. */
export const SAMPLE_MS = 300_000;

/** As much as the charts show, and the span that its beginning lies in. */
export const HISTORY_MS = 86_400_000 + SAMPLE_MS;

export interface HistoryDoors {
  readonly office: Office;
  readonly counters: Counters;
  /** `store/sample-store` fits. */
  readonly samples: {
    append(sample: Sample, keepFrom: number): Promise<void>;
    list(from: number): Promise<readonly Sample[]>;
  };
  readonly log: Logger;
  /** Ends the sampling; `stop` keeps what was counted until then. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface History {
  /** Of the last day, oldest first; the last one is of the span that is not over yet. Nothing stands for when we were off. */
  read(): readonly Sample[];
  /** Keeps the span that is not over: resolves when it is stored. */
  stop(): Promise<void>;
}

type Counted = Pick<Sample, 'exchanges' | 'filesServed' | 'refusals'>;

/** Counts begin anew with each start of the program, so what is kept are differences. */
export async function startHistory(doors: HistoryDoors, everyMs = SAMPLE_MS): Promise<History> {
  const { office, counters, samples, log, signal, clock } = doors;
  let kept: readonly Sample[] = await samples.list(clock() - HISTORY_MS);
  let before = readCounted();
  let since = clock();
  let isFailing = false;
  const timer = setInterval(() => void keep(), everyMs);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });

  function readCounted(): Counted {
    const { repliesSent, filesServed, requestsRefused, notifiesRejected } = counters.read();
    return { exchanges: repliesSent, filesServed, refusals: requestsRefused + notifiesRejected };
  }

  function take(): Sample {
    const counted = readCounted();
    const states = { pending: 0, approved: 0, blocked: 0 };
    for (const { state } of office.devices()) states[state] += 1;
    return {
      at: clock(),
      span: Math.max(0, clock() - since),
      ...states,
      exchanges: counted.exchanges - before.exchanges,
      filesServed: counted.filesServed - before.filesServed,
      refusals: counted.refusals - before.refusals,
    };
  }

  /** Never rejects: a chart is not worth a fault. */
  async function keep(): Promise<void> {
    const sample = take();
    const keepFrom = sample.at - HISTORY_MS;
    before = readCounted();
    since = sample.at;
    kept = [...kept.filter(({ at }) => at >= keepFrom && at < sample.at), sample];
    try {
      await samples.append(sample, keepFrom);
      isFailing = false;
    } catch (cause) {
      // Once, not every five minutes: the disk has other voices.
      if (!isFailing) log.warn({ event: 'history.failed', cause: String(cause) }, 'the counts could not be stored');
      isFailing = true;
    }
  }

  return {
    read: () => [...kept.filter(({ at }) => at >= clock() - HISTORY_MS), take()],
    async stop() {
      clearInterval(timer);
      await keep();
    },
  };
}
