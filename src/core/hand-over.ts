import type { TrustSettings } from './trust.ts';

/** The time in which a phone may fetch its files, where the site has one. After it they are sealed. */
export interface HandOver {
  /** Milliseconds since 1970. */
  readonly until: number;
  /** IPv4 that fetched first: nobody else gets anything in this window. Null: nobody did yet. */
  readonly address: string | null;
}

type Minutes = Pick<TrustSettings, 'handOverMinutes'>;

const MS_PER_MINUTE = 60_000;

/** A window that opens now; null where the site has none, and files are served at any time. */
export function openHandOver({ handOverMinutes }: Minutes, now: number): HandOver | null {
  return handOverMinutes === 0 ? null : { until: now + handOverMinutes * MS_PER_MINUTE, address: null };
}

/** One that lasts longer than the site allows was opened by another clock, or under another setting: it is closed. */
export function isHandOverOpen(handOver: HandOver | null, { handOverMinutes }: Minutes, now: number): boolean {
  const left = (handOver?.until ?? now) - now;
  return left > 0 && left <= handOverMinutes * MS_PER_MINUTE;
}

/** Of two that are known of one approval, the one that was opened last; of the same one, what is known since the first fetch. */
export function newerHandOver(a: HandOver | null, b: HandOver | null): HandOver | null {
  if (a === null || b === null) return a ?? b;
  if (a.until !== b.until) return a.until > b.until ? a : b;
  return a.address === null ? b : a;
}

/**
 * After a start: who fetched is written soon after the fetch, so a window that nobody fetched in may be one whose first fetch was
 * lost with the power. It is closed rather than open.
 */
export function afterStart(handOver: HandOver | null): HandOver | null {
  return handOver === null || handOver.address === null ? null : handOver;
}
