import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JourneyEvent } from '../core/journey.ts';
import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import type { SightingRecord } from './device-rows.ts';
import type { DeviceStore } from './device-store.ts';
import type { JourneyStore } from './journey-store.ts';
import { portionsOf, ROWS_PER_BATCH } from './portions.ts';
import { messageOf } from './store-error.ts';

// Loses a quarter second of history when the process is killed; makes one transaction of a boot storm's thousands.
const FLUSH_INTERVAL_MS = 250;
// About 30 MB of events. A boot storm of 5,000 phones makes some 30,000.
const MAX_QUEUED_EVENTS = 50_000;
// As many phones as the design promises to know.
const MAX_QUEUED_SIGHTINGS = 100_000;

export interface BatchWriterOptions {
  readonly devices: Pick<DeviceStore, 'recordSightings'>;
  readonly journeys: Pick<JourneyStore, 'append'>;
  /** Flushes what is queued at once. */
  readonly signal: AbortSignal;
  readonly log?: Logger | undefined;
  readonly flushIntervalMs?: number | undefined;
  readonly maxQueuedEvents?: number | undefined;
  readonly maxQueuedSightings?: number | undefined;
}

/** Takes what nobody waits for, and writes it soon, some rows per turn of the event loop. */
export interface BatchWriter {
  /** Of several sightings of a device, the last is written. */
  recordSighting(sighting: SightingRecord): void;
  recordJourney(event: JourneyEvent): void;
  /** Resolves when all that was recorded before the call is written, or could not be: then it stays queued. */
  flush(): Promise<void>;
  /** What did not fit the queue, since the start: the oldest went. */
  dropped(): number;
  queued(): number;
}

export function createBatchWriter(options: BatchWriterOptions): BatchWriter {
  const { devices, journeys, signal, log, flushIntervalMs = FLUSH_INTERVAL_MS } = options;
  const { maxQueuedEvents = MAX_QUEUED_EVENTS, maxQueuedSightings = MAX_QUEUED_SIGHTINGS } = options;
  let sightings = new Map<MacAddress, SightingRecord>();
  let events: JourneyEvent[] = [];
  // Dropped events at the head of `events`: moving the others up one by one would cost more than the writing.
  let head = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let dropped = 0;
  let reported = 0;
  let failing = false;

  function schedule(): void {
    if (timer !== undefined) return;
    timer = setTimeout(() => void flush(), signal.aborted ? 0 : flushIntervalMs);
    timer.unref();
  }

  function trim(): void {
    while (events.length - head > maxQueuedEvents) {
      head += 1;
      dropped += 1;
    }
    if (head > maxQueuedEvents) {
      events = events.slice(head);
      head = 0;
    }
    for (const mac of sightings.keys()) {
      if (sightings.size <= maxQueuedSightings) break;
      sightings.delete(mac);
      dropped += 1;
    }
  }

  /** Writes what is queued now. What fails goes back to the head of the queue, behind nothing that came meanwhile. */
  async function writeQueued(): Promise<void> {
    const seen = [...sightings.values()];
    const happened = events.slice(head);
    sightings = new Map();
    events = [];
    head = 0;
    let writtenSightings = 0;
    let writtenEvents = 0;
    try {
      for (const portion of portionsOf(seen, ROWS_PER_BATCH)) {
        await devices.recordSightings(portion);
        writtenSightings += portion.length;
        await nextTurn();
      }
      for (const portion of portionsOf(happened, ROWS_PER_BATCH)) {
        await journeys.append(portion);
        writtenEvents += portion.length;
        await nextTurn();
      }
      failing = false;
    } catch (error) {
      const newer = sightings;
      sightings = new Map(seen.slice(writtenSightings).map((sighting) => [sighting.mac, sighting]));
      for (const [mac, sighting] of newer) sightings.set(mac, sighting);
      events = [...happened.slice(writtenEvents), ...events.slice(head)];
      head = 0;
      trim();
      if (!failing)
        log?.error({ event: 'store.batch-failed', reason: messageOf(error) }, 'history could not be written');
      failing = true;
      if (!signal.aborted) schedule();
    }
    if (dropped > reported) {
      log?.warn(
        { event: 'store.batch-dropped', count: dropped - reported },
        'history was lost: it came faster than the disk',
      );
      reported = dropped;
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running = running.then(writeQueued);
    return running;
  }

  signal.addEventListener('abort', () => void flush(), { once: true });

  return {
    recordSighting(sighting) {
      // Out and in again: the queue drops from its old end.
      sightings.delete(sighting.mac);
      sightings.set(sighting.mac, sighting);
      if (sightings.size > maxQueuedSightings) trim();
      schedule();
    },
    recordJourney(event) {
      events.push(event);
      if (events.length - head > maxQueuedEvents) trim();
      schedule();
    },
    flush,
    dropped: () => dropped,
    queued: () => sightings.size + events.length - head,
  };
}
