import type { Texts } from './message-set.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `4 MiB`, `1.5 GiB`: three digits at most say enough. */
export function formatBytes(bytes: number, { language }: Pick<Texts, 'language'>): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1_024 && unit < UNITS.length - 1) {
    amount /= 1_024;
    unit += 1;
  }
  const digits = amount < 10 && unit > 0 ? 1 : 0;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(amount)} ${UNITS[unit]}`;
}

/** `3 ms`, `1.2 s`, `4 min`, `3 h`, `2 d`. */
export function formatDuration(milliseconds: number, { language }: Pick<Texts, 'language'>): string {
  const say = (value: number, unit: string, digits = 0) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value);
  if (milliseconds < 1_000) return say(Math.max(0, milliseconds), 'millisecond');
  if (milliseconds < 60_000) return say(milliseconds / 1_000, 'second', 1);
  if (milliseconds < 3_600_000) return say(milliseconds / 60_000, 'minute');
  if (milliseconds < 86_400_000) return say(milliseconds / 3_600_000, 'hour', 1);
  return say(milliseconds / 86_400_000, 'day', 1);
}
