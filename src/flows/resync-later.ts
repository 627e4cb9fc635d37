import { findNextLocalTime } from '../core/find-next-local-time.ts';
import { hasFile, type JourneyEvent } from '../core/journey.ts';
import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { resyncDevice } from './decide-device.ts';
import type { Deliveries } from './delivery.ts';
import type { Office } from './office.ts';

/** Many phones that are asked to fetch their files. */
export interface ResyncRun {
  readonly by: string;
  readonly startedAt: number;
  /** Null: it goes on. */
  readonly endedAt: number | null;
  readonly phones: number;
  /** Asked so far. */
  readonly asked: number;
  readonly fetched: number;
  /** Asked, and something went wrong: their journeys say what. */
  readonly stuck: number;
  /** Could not be asked: forgotten meanwhile, or never seen. They fetch when they boot. */
  readonly skipped: number;
}

export interface ResyncPlan {
  readonly at: number;
  readonly macs: readonly MacAddress[];
  readonly by: string;
}

/** Where a plan outlives a restart. */
export interface PlanStore {
  read(): Promise<ResyncPlan | null>;
  write(plan: ResyncPlan | null): Promise<void>;
}

export interface Resyncs {
  /** Asks them, a few at a time. What an older run has not asked yet is asked too. */
  start(macs: readonly MacAddress[], actor: string): Promise<ResyncRun>;
  /** The same, in the night to come. What was planned before is done then, too. */
  planTonight(macs: readonly MacAddress[], actor: string): Promise<ResyncPlan>;
  /** Takes back what is planned; a run that goes on asks no more phones. False: there was nothing. */
  cancel(actor: string): Promise<boolean>;
  /** The newest; null: none since the start. */
  run(): ResyncRun | null;
  plan(): ResyncPlan | null;
  stop(): void;
}

/**
 * Phones per second. Each fetches a few files of some kB and registers anew, and some makes restart for it: a PBX takes
 * this in its stride, and 5,000 phones are through in nine minutes.
 */
const PHONES_AT_ONCE = 10;
const PAUSE_MS = 1_000;

/** What did not fetch by then is stuck: the delivery's own patience is 45 s. */
const LAST_WAIT_MS = 60_000;

/** Local time. Nobody phones, and the clocks of Europe and America have changed by then. */
export const NIGHT_HOUR = 3;

/** The clock may be set: it is looked at, not waited for. */
const LOOK_EVERY_MS = 20_000;

/** An appliance that was off at night does it at once if the night is not over, else in the next one. */
const LATE_MS = 2 * 3_600_000;

interface Options {
  readonly office: Office;
  readonly deliveries: Deliveries;
  readonly plans: PlanStore;
  readonly log: Logger;
  readonly clock: () => number;
  /** For tests. */
  readonly pauseMs?: number;
  readonly lookEveryMs?: number;
  readonly lastWaitMs?: number;
}

/** Resyncs of many phones, now or at night, at a bounded rate. Reads what was planned before. */
export async function openResyncs(options: Options): Promise<Resyncs> {
  const { office, deliveries, plans, log, clock } = options;
  let plan = await plans.read();
  let run: ResyncRun | null = null;
  let waiting: MacAddress[] = [];
  const asked = new Set<MacAddress>();
  let timer: NodeJS.Timeout | undefined;

  const endJourney = office.onJourney((event) => {
    if (run === null || !asked.has(event.mac)) return;
    const outcome = outcomeOf(event);
    if (outcome === undefined) return;
    asked.delete(event.mac);
    run = { ...run, [outcome]: run[outcome] + 1 };
    endIfOver();
  });
  const look = setInterval(() => void startPlanned(), options.lookEveryMs ?? LOOK_EVERY_MS);
  look.unref();

  function askNext(): void {
    if (run === null) return;
    for (const mac of waiting.splice(0, PHONES_AT_ONCE)) {
      asked.add(mac);
      run = { ...run, asked: run.asked + 1 };
      const result = resyncDevice(office, deliveries, mac, 'resync');
      // A delivery that fails at once has told so in the journey already.
      if (result.ok || !asked.delete(mac)) continue;
      run = { ...run, asked: run.asked - 1, skipped: run.skipped + 1 };
    }
    if (waiting.length > 0) timer = setTimeout(askNext, options.pauseMs ?? PAUSE_MS);
    else timer = setTimeout(giveUp, options.lastWaitMs ?? LAST_WAIT_MS);
    timer.unref();
    endIfOver();
  }

  function giveUp(): void {
    if (run === null) return;
    run = { ...run, stuck: run.stuck + asked.size };
    asked.clear();
    endIfOver();
  }

  function endIfOver(): void {
    if (run === null || run.endedAt !== null || waiting.length > 0 || asked.size > 0) return;
    clearTimeout(timer);
    run = { ...run, endedAt: clock() };
    const { phones, fetched, stuck, skipped } = run;
    log.info({ event: 'resync.ended', phones, fetched, stuck, skipped }, 'a resync of many phones is over');
  }

  function begin(macs: readonly MacAddress[], by: string): ResyncRun {
    clearTimeout(timer);
    const isGoingOn = run !== null && run.endedAt === null;
    const before = isGoingOn && run !== null ? run : undefined;
    const known = new Set([...waiting, ...asked]);
    const more = [...new Set(macs)].filter((mac) => !known.has(mac));
    waiting = [...waiting, ...more];
    run = {
      ...(before ?? { startedAt: clock(), endedAt: null, asked: 0, fetched: 0, stuck: 0, skipped: 0 }),
      by,
      phones: (before?.phones ?? 0) + more.length,
    };
    askNext();
    return run;
  }

  async function startPlanned(): Promise<void> {
    const due = plan;
    const now = clock();
    if (due === null || now < due.at) return;
    try {
      if (now - due.at > LATE_MS) {
        plan = { ...due, at: nextNight() };
        await plans.write(plan);
        return;
      }
      plan = null;
      await plans.write(null);
      await audit('phones.resynced', due.by, { phones: due.macs.length, planned: true });
      begin(due.macs, due.by);
    } catch (cause) {
      // Tried again with the next look.
      plan = due;
      log.error({ event: 'resync.failed', cause: String(cause) }, 'a planned resync could not be begun');
    }
  }

  function nextNight(): number {
    return findNextLocalTime(office.site().settings.timeZone ?? 'Etc/UTC', NIGHT_HOUR, clock());
  }

  function audit(action: string, actor: string, detail: Readonly<Record<string, number | boolean>>): Promise<void> {
    return office.commit({ audit: [{ at: clock(), actor, action, subject: 'phones', detail }] });
  }

  return {
    async start(macs, actor) {
      await audit('phones.resynced', actor, { phones: macs.length, planned: false });
      return begin(macs, actor);
    },
    async planTonight(macs, actor) {
      const all = [...new Set([...(plan?.macs ?? []), ...macs])];
      const made: ResyncPlan = { at: nextNight(), macs: all, by: actor };
      await plans.write(made);
      plan = made;
      await audit('resync.planned', actor, { phones: all.length });
      return made;
    },
    async cancel(actor) {
      const isGoingOn = run !== null && run.endedAt === null && waiting.length > 0;
      if (plan === null && !isGoingOn) return false;
      if (plan !== null) await plans.write(null);
      plan = null;
      if (isGoingOn && run !== null) {
        run = { ...run, phones: run.phones - waiting.length };
        waiting = [];
        endIfOver();
      }
      await audit('resync.cancelled', actor, {});
      return true;
    },
    run: () => run,
    plan: () => plan,
    stop() {
      clearInterval(look);
      clearTimeout(timer);
      endJourney();
    },
  };
}

function outcomeOf(event: JourneyEvent): 'fetched' | 'stuck' | undefined {
  const { step } = event;
  if (step === 'fetched') return hasFile(event) ? 'fetched' : undefined;
  return step === 'stalled' || step === 'refused' ? 'stuck' : undefined;
}
