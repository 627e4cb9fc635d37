/** What was counted since the start, by name: shown at /metrics. */
export interface Counters {
  count(name: CounterName): void;
  /** Something was refused: `requestsRefused`, and by its reason (the key of the note that says it). */
  refuse(reason: string): void;
  read(): Readonly<Record<CounterName, number>>;
  /** Refusals by reason, as far as there were any. */
  readRefusals(): ReadonlyMap<string, number>;
}

const NAMES = [
  'datagramsHeard',
  'datagramsIgnored',
  'datagramsFiltered',
  'datagramsQuarantined',
  'datagramsLimited',
  'subscribesHeard',
  'subscribesRepeated',
  'repliesSent',
  'notifiesSent',
  'notifiesAcknowledged',
  'notifiesUnanswered',
  'notifiesRejected',
  'filesServed',
  'filesAbsent',
  'requestsRefused',
  'requestsFiltered',
  'requestsQuarantined',
  'requestsLimited',
  'filesRendered',
] as const;

export type CounterName = (typeof NAMES)[number];

export function createCounters(): Counters {
  const values = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<CounterName, number>;
  const refusals = new Map<string, number>();
  return {
    count(name) {
      values[name] += 1;
    },
    refuse(reason) {
      values.requestsRefused += 1;
      const name = reason.replace(/^reason\./, '');
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
    },
    readRefusals: () => refusals,
    read: () => ({ ...values }),
  };
}
