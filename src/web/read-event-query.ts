import type { JourneyStep } from '../core/journey.ts';
import type { Role } from '../core/role.ts';
import { hasRole } from '../core/role.ts';
import type { EventPosition, EventSource } from '../flows/list-events.ts';

/** What the list may be narrowed to. `matters`: all but the single steps of phones. */
export const EVENT_KINDS = ['matters', 'trouble', 'decisions', 'program', 'steps'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What the address of the list says. Anything that means nothing is as if it were not there. */
export interface EventQuery {
  readonly kind: EventKind;
  /** As it was typed: a MAC address or an extension; empty: any. */
  readonly phone: string;
  /** Part of a name; empty: anybody. */
  readonly person: string;
  /** `2026-01-07`; empty: any. */
  readonly from: string;
  readonly to: string;
  readonly before: EventPosition | undefined;
}

const TROUBLE: readonly JourneyStep[] = ['refused', 'stalled'];
/** With the audit before one's eyes, the journeys' own word of a decision would say it twice. */
const DECIDED: readonly JourneyStep[] = ['approved', 'blocked'];
const SOURCES: readonly EventSource[] = ['decision', 'phone', 'program'];

/** The kinds that somebody of this role may see. */
export function kindsFor(role: Role): readonly EventKind[] {
  return EVENT_KINDS.filter(
    (kind) => (kind !== 'decisions' || hasRole(role, 'admin')) && (kind !== 'program' || hasRole(role, 'technician')),
  );
}

export function readEventQuery(query: unknown, role: Role): EventQuery {
  const get = (name: string) => {
    const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
    return typeof value === 'string' ? value.trim().slice(0, 64) : '';
  };
  const day = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(get(name)) ? get(name) : '');
  return {
    kind: kindsFor(role).find((kind) => kind === get('kind')) ?? 'matters',
    phone: get('phone'),
    person: hasRole(role, 'admin') ? get('person') : '',
    from: day('from'),
    to: day('to'),
    before: readPosition(get('before')),
  };
}

/** Sources and steps of a kind, as far as the role may see them. */
export function sourcesOf(kind: EventKind, role: Role) {
  const isAdmin = hasRole(role, 'admin');
  const wanted: Readonly<Record<EventKind, { sources: readonly EventSource[]; steps?: readonly JourneyStep[] }>> = {
    matters: { sources: SOURCES, steps: isAdmin ? TROUBLE : [...TROUBLE, ...DECIDED] },
    trouble: { sources: ['phone'], steps: TROUBLE },
    decisions: { sources: ['decision'] },
    program: { sources: ['program'] },
    steps: { sources: ['phone'] },
  };
  const { sources, steps } = wanted[kind];
  const may = { decision: isAdmin, phone: true, program: hasRole(role, 'technician') };
  return { sources: sources.filter((source) => may[source]), steps };
}

/** The query part of an address, with a `?` where there is any; what is as usual is left out. */
export function formatEventQuery(query: EventQuery, change: Partial<EventQuery> = {}): string {
  const { kind, phone, person, from, to, before } = { ...query, ...change };
  const parameters = new URLSearchParams();
  if (kind !== 'matters') parameters.set('kind', kind);
  for (const [name, value] of Object.entries({ phone, person, from, to }))
    if (value !== '') parameters.set(name, value);
  if (before !== undefined) parameters.set('before', formatPosition(before));
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** `12.34.5`: of decisions, phones and program; empty: from the newest on. */
function formatPosition(position: EventPosition): string {
  return SOURCES.map((source) => position[source] ?? '').join('.');
}

function readPosition(text: string): EventPosition | undefined {
  const match = /^(\d{0,15})\.(\d{0,15})\.(\d{0,15})$/.exec(text);
  if (match === null) return undefined;
  const position: Partial<Record<EventSource, number>> = {};
  SOURCES.forEach((source, index) => {
    const part = match[index + 1] ?? '';
    if (part !== '') position[source] = Number(part);
  });
  return position;
}
