import { expect, test } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.ts';
import type { JourneyEvent } from '../../src/core/journey.ts';
import { type EventDoors, type EventPosition, listEvents } from '../../src/flows/list-events.ts';
import type { LogEntry } from '../../src/flows/log-memory.ts';
import { mac } from '../peers/office-doors.ts';

const PHONE = mac('00156500000a');

/** Three histories, newest first, each with numbers of its own. */
function openDoors(times: { decisions: number[]; phones: number[]; lines: number[] }) {
  const number = <T>(list: readonly T[]) => list.map((item, index) => ({ ...item, id: list.length - index }));
  const decisions = number(
    times.decisions.map(
      (at): AuditEntry => ({ at, actor: 'anna', action: 'site.changed', subject: 'site', detail: {} }),
    ),
  );
  const phones = number(
    times.phones.map((at): JourneyEvent => ({ mac: PHONE, at, step: 'refused', reason: '', detail: {} })),
  );
  const lines = number(
    times.lines.map((at) => ({ at, level: 'warn' as const, event: 'x.y', message: '', detail: {} })),
  );
  const asked: string[] = [];
  const page = <T extends { id: number }>(
    list: readonly T[],
    { limit, before = Infinity }: { limit: number; before?: number | undefined },
  ) => {
    const items = list.filter(({ id }) => id < before).slice(0, limit);
    return { items, next: null };
  };
  const doors: EventDoors = {
    listJourneys: async (request) => {
      asked.push('phone');
      return page(phones, request);
    },
    listAudit: async (request) => {
      asked.push('decision');
      return page(decisions, request);
    },
    readLog: () => lines satisfies LogEntry[],
  };
  return { doors, asked };
}

const ALL = ['decision', 'phone', 'program'] as const;

test('three histories are one list, newest first', async () => {
  const { doors } = openDoors({ decisions: [9, 4], phones: [8, 5, 1], lines: [7] });
  const { items, next } = await listEvents(doors, { sources: ALL, limit: 10 });
  expect(items.map(({ at, source }) => `${at} ${source}`)).toEqual([
    '9 decision',
    '8 phone',
    '7 program',
    '5 phone',
    '4 decision',
    '1 phone',
  ]);
  expect(next).toBeNull();
});

test('pages follow one another without a gap or a copy, even where a clock was set back', async () => {
  const { doors } = openDoors({ decisions: [9, 9, 2, 6, 6], phones: [30, 5, 7, 7, 1], lines: [9, 3] });
  const seen: string[] = [];
  let before: EventPosition | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const { items, next } = await listEvents(doors, { sources: ALL, limit: 2, before });
    seen.push(...items.map(({ source, id }) => `${source} ${id}`));
    if (next === null) break;
    before = next;
  }
  expect(new Set(seen).size).toBe(12);
  expect(seen).toHaveLength(12);
});

test('a person has decisions only, a phone has nothing to do with the program', async () => {
  const { doors, asked } = openDoors({ decisions: [9], phones: [8], lines: [7] });
  const sources = async (query: object) =>
    (await listEvents(doors, { sources: ALL, limit: 5, ...query })).items.map(({ source }) => source);
  expect(await sources({ person: 'anna' })).toEqual(['decision']);
  expect(asked).toEqual(['decision']);
  expect(await sources({ macs: [PHONE] })).toEqual(['decision', 'phone']);
});

test('a source that is not asked for is not read', async () => {
  const { doors, asked } = openDoors({ decisions: [9], phones: [8], lines: [7] });
  const { items } = await listEvents(doors, { sources: ['program'], limit: 5, from: 7, until: 8 });
  expect(items.map(({ at }) => at)).toEqual([7]);
  expect((await listEvents(doors, { sources: ['program'], limit: 5, until: 7 })).items).toEqual([]);
  expect(asked).toEqual([]);
});
