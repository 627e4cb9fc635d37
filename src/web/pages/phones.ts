import type { FastifyRequest } from 'fastify';
import type { Device } from '../../core/device.ts';
import { parseMacAddress } from '../../core/mac-address.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { vendorById, vendors } from '../../vendors/all.ts';
import { buildServerAlarm } from '../build-other-servers.ts';
import type { PhoneRow, RowGroup } from '../build-phone-row.ts';
import { findPhones, PAGE_ROWS } from '../find-phones.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import type { PhoneRows } from '../phone-rows.ts';
import { formatPhoneQuery, PHONE_FILTERS, PHONE_SORTS, type PhoneQuery, readPhoneQuery } from '../read-phone-query.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;

/** Suggestions below the extension's field. */
const MOST_SUGGESTIONS = 100;

/** Phones of one live update: all that a page shows. */
const MOST_ROWS = 2 * PAGE_ROWS;

/** The list of phones: who waits, who is here, who is stuck. */
export function addPhonesPage(app: ApiApp, kit: PageKit, doors: PageDoors, rows: PhoneRows): void {
  const { office, troubles } = doors;
  const names = {
    vendorName: (id: string) => vendorById(id)?.name ?? '',
    extensionName: (number: string) => office.findExtension(number)?.displayName ?? '',
  };

  app.get('/', READ, async (request, reply) => {
    const query = readPhoneQuery(request.query);
    // The past of phones that nobody looked at yet stands in the store.
    if (query.show === 'stuck') for (const { mac } of office.devices()) await troubles.read(mac);
    const found = findPhones(office.devices(), query, names, isStuck);
    const waiting = await waitingRows(request, found.waiting);
    const phones: PhoneRow[] = [];
    for (const device of found.phones) phones.push(await rows.row(request, device, { group: 'phones' }));
    const { waitingCount, phoneCount, page, pages } = found;
    const isFiltered = query.q !== '' || query.show !== 'all' || query.vendor !== '';
    return kit.renderPage(reply, request, {
      view: 'phones',
      title: 'nav.phones',
      nav: 'phones',
      model: {
        serverAlarm: buildServerAlarm(doors.otherServers.read(), kit.texts(request)),
        waiting,
        waitingCount,
        hiddenWaiting: waitingCount - waiting.length,
        allWaitingPath: formatPhoneQuery(query, { show: 'pending', page: 1 }),
        phones,
        phoneCount,
        stuckCount: countStuck(),
        stuckPath: formatPhoneQuery({ ...query, q: '', vendor: '' }, { show: 'stuck', page: 1 }),
        showsWaiting: query.show === 'all' || query.show === 'pending' || query.show === 'unknown',
        showsPhones: query.show !== 'pending' && query.show !== 'unknown',
        // New phones are put in by script only where they would stand after a reload, too.
        takesNew: query.show === 'all' && query.q === '' && query.vendor === '' && query.page === 1,
        isFiltered,
        isEmpty: office.deviceCount() === 0,
        query,
        filters: PHONE_FILTERS.map((name) => ({
          name,
          label: kit.t(request, `filter.${name}`),
          isChosen: name === query.show,
        })),
        vendors: vendors.map(({ id, name }) => ({ id, name, isChosen: id === query.vendor })),
        sorts: buildSorts(query),
        pager: buildPager(query, page, pages),
        suggestions: rows.unusedExtensions(MOST_SUGGESTIONS),
      },
    });
  });

  /** Rows as they are now, for live updates: `waiting` and `phones` are shown, `new` are not yet. */
  app.get<{ Querystring: Record<string, string | undefined> }>('/phones/rows', READ, async (request, reply) => {
    const { waiting = '', phones = '', new: fresh = '', offered = '' } = request.query;
    let html = '';
    for (const mac of readMacs(waiting)) html += await rowHtml(request, mac, 'waiting');
    for (const mac of readMacs(phones)) html += await rowHtml(request, mac, 'phones');
    const shown = new Set(offered.split(',').slice(0, MOST_ROWS));
    for (const mac of readMacs(fresh)) {
      const device = findDevice(mac);
      if (device?.state !== 'pending') continue;
      const [number = ''] = device.vendorId === null ? [] : rows.freeExtensions(1, shown);
      shown.add(number);
      const row = await rows.row(request, device, { group: 'waiting', offered: number, isFresh: true });
      html += kit.html(request, 'phone-row-waiting', row);
    }
    return reply.type('text/html; charset=utf-8').send(html);
  });

  app.get('/waiting-count', READ, async (_request, reply) => {
    let waiting = 0;
    for (const { state } of office.devices()) if (state === 'pending') waiting += 1;
    return reply.type('text/plain; charset=utf-8').send(String(waiting));
  });

  async function rowHtml(request: FastifyRequest, mac: string, group: RowGroup): Promise<string> {
    const device = findDevice(mac);
    if (device === undefined) return kit.html(request, 'phone-row-gone', { mac, group });
    const [offered = ''] = group === 'waiting' && device.vendorId !== null ? rows.freeExtensions(1) : [];
    const row = await rows.row(request, device, { group, offered });
    return kit.html(request, group === 'waiting' ? 'phone-row-waiting' : 'phone-row', row);
  }

  async function waitingRows(request: FastifyRequest, devices: readonly Device[]): Promise<PhoneRow[]> {
    const free = rows.freeExtensions(devices.length);
    const found: PhoneRow[] = [];
    for (const device of devices) {
      const offered = device.vendorId === null ? '' : (free.shift() ?? '');
      found.push(await rows.row(request, device, { group: 'waiting', offered }));
    }
    return found;
  }

  function isStuck({ mac }: Device): boolean {
    return troubles.known(mac) !== null;
  }

  function countStuck(): number {
    let stuck = 0;
    for (const device of office.devices()) if (device.state === 'approved' && isStuck(device)) stuck += 1;
    return stuck;
  }

  function findDevice(text: string): Device | undefined {
    const mac = parseMacAddress(text);
    return mac === undefined ? undefined : office.findDevice(mac);
  }
}

function readMacs(list: string): string[] {
  return list.split(',', MOST_ROWS).filter((mac) => /^[0-9a-f]{12}$/.test(mac));
}

function buildSorts(query: PhoneQuery) {
  const entries = PHONE_SORTS.map((sort) => {
    const isChosen = query.sort === sort;
    const path = formatPhoneQuery(query, { sort, descending: isChosen && !query.descending, page: 1 });
    const order = isChosen ? (query.descending ? 'descending' : 'ascending') : null;
    return [sort, { path, order, mark: order === null ? '' : order === 'ascending' ? '▲' : '▼' }] as const;
  });
  return Object.fromEntries(entries);
}

function buildPager(query: PhoneQuery, page: number, pages: number) {
  return {
    page,
    pages,
    previous: page > 1 ? formatPhoneQuery(query, { page: page - 1 }) : null,
    next: page < pages ? formatPhoneQuery(query, { page: page + 1 }) : null,
  };
}
