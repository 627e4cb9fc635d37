/** What was counted since the start, by name: shown at /metrics. */
export interface Counters {
  count(name: CounterName): void;
  read(): Readonly<Record<CounterName, number>>;
}

const NAMES = [
  'datagramsHeard',
  'datagramsIgnored',
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
  'filesRendered',
] as const;

export type CounterName = (typeof NAMES)[number];

export function createCounters(): Counters {
  const values = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<CounterName, number>;
  return {
    count(name) {
      values[name] += 1;
    },
    read: () => ({ ...values }),
  };
}
