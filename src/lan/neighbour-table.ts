import { readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type ParsedNeighbours, parseNeighbourTableAfter } from './parse-neighbour-table.ts';

/** proc(5); Linux only. */
const TABLE_FILE = '/proc/net/arp';

/** Ms after which a look at what is known has the table read anew. */
const PEEK_READS_AFTER_MS = 1_000;

/** Ms. A first question after a quiet time finds an old table: better none than what was true minutes ago. */
const PEEKED_FOR_MS = 5_000;

/**
 * Between two readings there is a pause of so many times what the last one took: a storm of questions spends a tenth of its time
 * with them. Reading 5,000 entries takes some 10 ms at first, then 2 ms. Ms, at least and at most.
 */
const PAUSE_SHARE = 10;
const SHORTEST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/**
 * So many of those who waited for one reading go on in one turn of the event loop: each may have a file made of it (some 0.3 ms). All
 * at once, thousands would keep datagrams waiting for a third of a second, and the kernel drops them.
 */
const FREED_PER_TURN = 8;

/** The kernel's neighbour (ARP) table: which MAC address stands behind an IPv4 address. */
export interface NeighbourTable {
  /**
   * Undefined: not in the table now, or this system has no such table. Said only from a table that was read after the question: who
   * was there a moment ago may have lost his address to another since. Takes some ms; all who ask meanwhile share one reading.
   */
  macOf(address: string): Promise<MacAddress | undefined>;
  /** What the table said when it was last read, some seconds ago at most; reads it anew for the next question. For the hot path: nothing is waited for. */
  peek(address: string): MacAddress | undefined;
}

export interface NeighbourTableOptions {
  readonly log: Logger;
  /** The table's text. */
  readonly readText?: () => Promise<string>;
  /** Milliseconds from any start. */
  readonly clock?: () => number;
}

interface Snapshot {
  readonly table: ParsedNeighbours;
  /** When the reading began. */
  readonly at: number;
  /** Ms that it took. */
  readonly took: number;
}

/** Reads nothing before the first question. Holds nothing open. */
export function createNeighbourTable(options: NeighbourTableOptions): NeighbourTable {
  const { log, readText = () => readFile(TABLE_FILE, 'utf8'), clock = () => performance.now() } = options;
  let latest: Snapshot | undefined;
  let reading: Promise<Snapshot> | undefined;
  /** Those who ask, and those whose answer is there. */
  const waiting: (() => void)[] = [];
  const free: (() => void)[] = [];
  let isReadingForAll = false;
  let isFreeing = false;
  let absent = false;
  let told = false;

  return { macOf, peek };

  function peek(address: string): MacAddress | undefined {
    const now = clock();
    if (!absent && latestSince(now - PEEK_READS_AFTER_MS) === undefined) void startReading();
    return latestSince(now - PEEKED_FOR_MS)?.table.neighbours.get(address)?.mac;
  }

  async function macOf(address: string): Promise<MacAddress | undefined> {
    if (absent) return undefined;
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      void readForAll();
    });
    return latest?.table.neighbours.get(address)?.mac;
  }

  /** One at a time, while somebody waits. */
  async function readForAll(): Promise<void> {
    if (isReadingForAll) return;
    isReadingForAll = true;
    while (waiting.length > 0) {
      // One that is under way began too early: the pause is the one after it.
      while (reading !== undefined) await reading;
      const pause = latest === undefined ? 0 : pauseAfter(latest) - Math.abs(clock() - latest.at - latest.took);
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
      while (reading !== undefined) await reading;
      const asked = waiting.splice(0);
      await startReading();
      free.push(...asked);
      void freeInTurns();
    }
    isReadingForAll = false;
  }

  async function freeInTurns(): Promise<void> {
    if (isFreeing) return;
    isFreeing = true;
    while (free.length > 0) {
      for (const goOn of free.splice(0, FREED_PER_TURN)) goOn();
      await nextTurn();
    }
    isFreeing = false;
  }

  /** Nothing from the future: then the clock was set back, and the table's age is unknown. */
  function latestSince(time: number): Snapshot | undefined {
    return latest !== undefined && latest.at >= time && latest.at <= clock() ? latest : undefined;
  }

  function startReading(): Promise<Snapshot> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function read(): Promise<Snapshot> {
    const at = clock();
    const text = await readText().catch((cause: unknown) => tellUnreadable(cause));
    const table = parseNeighbourTableAfter(latest?.table, text);
    latest = { table, at, took: Math.max(0, clock() - at) };
    return latest;
  }

  /** Said once. A file that is not there will not come; any other trouble may pass. */
  function tellUnreadable(cause: unknown): '' {
    absent = isAbsent(cause);
    if (!told) {
      const facts = { event: 'neighbours.unreadable', file: TABLE_FILE, cause: String(cause) };
      log.warn(facts, 'no neighbour table: the MAC address behind an address cannot be checked');
    }
    told = true;
    return '';
  }
}

function pauseAfter({ took }: Snapshot): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, took * PAUSE_SHARE));
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
