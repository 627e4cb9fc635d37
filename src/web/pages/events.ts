import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { Device } from '../../core/device.ts';
import { parseMacAddress } from '../../core/mac-address.ts';
import { hasRole, type Role } from '../../core/role.ts';
import { type HappenedEvent, listEvents } from '../../flows/list-events.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { buildCharts } from '../build-charts.ts';
import { buildEventRow } from '../build-event-row.ts';
import { EVENT_CSV_HEAD, formatEventCsv, formatEventJson } from '../format-event-lines.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { type EventQuery, formatEventQuery, kindsFor, readEventQuery, sourcesOf } from '../read-event-query.ts';
import { readOfficeDay, readOfficeDayEnd } from '../read-office-day.ts';
import { writeEventLines } from '../write-event-lines.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const DOWNLOAD = { schema: { hide: true }, config: { role: 'technician' } } as const;

const PAGE_ROWS = 50;

/** Rows of a download that are read at once, and at most: a spreadsheet takes a million, a person looks for less. */
const DOWNLOAD_PORTION = 500;
const MOST_DOWNLOADED = 100_000;

/** What was done, refused and broken, and why; what was counted in the last day. */
export function addEventsPages(app: ApiApp, kit: PageKit, doors: PageDoors): void {
  const { office, record, listAudit, clock } = doors;

  app.get('/events', READ, async (request, reply) => {
    const role = roleOf(request);
    const query = readEventQuery(request.query, role);
    const { texts, times, now } = kit.context(request);
    const { rows, next, isUnknownPhone } = await readRows(request, query);
    const isFirst = query.before === undefined;
    const address = (change: Partial<EventQuery>) => `/events${formatEventQuery(query, change)}`;
    return kit.renderPage(reply, request, {
      view: 'events',
      title: 'nav.events',
      nav: 'events',
      model: {
        ...buildCharts(record.readHistory(), now, texts, times),
        rows,
        isUnknownPhone,
        query,
        isFiltered: formatEventQuery(query, { before: undefined }) !== '',
        kinds: kindsFor(role).map((name) => ({
          name,
          label: texts.t(`events.kind-${name}`),
          isChosen: name === query.kind,
        })),
        showsPerson: hasRole(role, 'admin'),
        // What happens now is put in where it would stand after a reload: at the top of the first page.
        livePath: isFirst && query.to === '' ? `/events/rows${formatEventQuery(query)}` : '',
        newestPath: isFirst ? '' : address({ before: undefined }),
        nextPath: next === null ? '' : address({ before: next }),
        csvPath: `/events/download${formatEventQuery(query, { before: undefined })}`,
        linesPath: `/events/download.jsonl${formatEventQuery(query, { before: undefined })}`,
      },
    });
  });

  /** The first page's rows as they are now. */
  app.get('/events/rows', READ, async (request, reply) => {
    const query = { ...readEventQuery(request.query, roleOf(request)), before: undefined };
    const { rows } = await readRows(request, query);
    return kit.renderFragment(reply, request, { view: 'event-rows', model: { rows } });
  });

  app.get('/events/download', DOWNLOAD, async (request, reply) =>
    reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="plugtone-events-${today()}.csv"`)
      .send(Readable.from(readLines(request, EVENT_CSV_HEAD, formatEventCsv))),
  );

  app.get('/events/download.jsonl', DOWNLOAD, async (request, reply) =>
    reply
      .type('application/jsonl; charset=utf-8')
      .header('content-disposition', `attachment; filename="plugtone-events-${today()}.jsonl"`)
      .send(Readable.from(readLines(request, '', formatEventJson))),
  );

  async function readRows(request: FastifyRequest, query: EventQuery) {
    const texts = kit.texts(request);
    const macs = findPhones(query.phone);
    const { items, next } = await readPage(request, query, PAGE_ROWS);
    const rows = items.map((item) => buildEventRow(item, office, texts));
    return { rows, next, isUnknownPhone: macs?.length === 0 };
  }

  function readPage(request: FastifyRequest, query: EventQuery, limit: number) {
    const timeZone = office.site().settings.timeZone ?? 'UTC';
    return listEvents(
      { listJourneys: record.listJourneys, readLog: record.readLog, listAudit },
      {
        ...sourcesOf(query.kind, roleOf(request)),
        macs: findPhones(query.phone),
        person: query.person === '' ? undefined : query.person,
        from: readOfficeDay(query.from, timeZone),
        until: readOfficeDayEnd(query.to, timeZone),
        limit,
        before: query.before,
      },
    );
  }

  async function* readLines(request: FastifyRequest, head: string, format: (event: HappenedEvent) => string) {
    const query = readEventQuery(request.query, roleOf(request));
    if (head !== '') yield head;
    yield* writeEventLines({
      readPage: (before) => readPage(request, { ...query, before }, DOWNLOAD_PORTION),
      format,
      most: MOST_DOWNLOADED,
      now: clock(),
    });
  }

  /** By MAC address or extension. Undefined: any phone. Empty: none is known by that. */
  function findPhones(text: string): Device['mac'][] | undefined {
    if (text === '') return undefined;
    const mac = parseMacAddress(text);
    // A forgotten phone still has a past.
    return mac === undefined ? office.holdersOf(text).map((device) => device.mac) : [mac];
  }

  function today(): string {
    return new Date(clock()).toISOString().slice(0, 10);
  }
}

function roleOf(request: FastifyRequest): Role {
  return request.user?.role ?? 'viewer';
}
