import { vendorById } from '../vendors/all.ts';
import { formatBytes, formatDuration } from './format-amounts.ts';
import type { Texts } from './message-set.ts';

export interface Fact {
  readonly name: string;
  readonly value: string;
}

type FactValue = string | number | boolean;

/** What an event, a decision or a line of the log carries, in the reader's words; what nobody has words for stands as it is. */
export function describeFacts(detail: Readonly<Record<string, FactValue>>, texts: Texts): readonly Fact[] {
  return Object.entries(detail)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ name: nameFact(name, texts), value: sayFact(name, value, texts) }));
}

export function nameFact(name: string, { t, has }: Texts): string {
  return has(`fact.${name}`) ? t(`fact.${name}`) : name;
}

function sayFact(name: string, value: FactValue, texts: Texts): string {
  const { t, has } = texts;
  if (typeof value === 'boolean') return t(value ? 'settings.yes' : 'settings.no');
  if (typeof value === 'number') {
    if (/^(?:mem|wal)?bytes$/i.test(name)) return formatBytes(value, texts);
    // A status or a port is no amount: it is not grouped.
    return /Ms$/.test(name) ? formatDuration(value, texts) : String(value);
  }
  switch (name) {
    case 'changed':
      return value
        .split(' ')
        .map((field) => (has(`changed.${field}`) ? t(`changed.${field}`) : field))
        .join(', ');
    case 'vendor':
      return vendorById(value)?.name ?? value;
    case 'role':
      return has(`role.${value}`) ? t(`role.${value}`) : value;
    case 'cause':
      return has(`cause.${value}`) ? t(`cause.${value}`) : value;
    default:
      return value;
  }
}
