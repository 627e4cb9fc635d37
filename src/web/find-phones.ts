import type { Device } from '../core/device.ts';
import { type DeviceNames, extensionSortKey, matchesQuery } from '../http/find-devices.ts';
import type { PhoneQuery, PhoneSort } from './read-phone-query.ts';

export interface FoundPhones {
  /** Pending ones, the one that asked last on top. */
  readonly waiting: readonly Device[];
  readonly waitingCount: number;
  /** One page of the others. */
  readonly phones: readonly Device[];
  readonly phoneCount: number;
  /** The page shown: the last one, when a later one was asked for. */
  readonly page: number;
  readonly pages: number;
}

/** Rows of a page. More is not looked at, and 100 rows are some 100 kB of page. */
export const PAGE_ROWS = 50;

/** Those that wait, above the others: more would push these off the screen, and cost a quarter of the first paint. A link leads to all. */
const WAITING_ROWS = 25;

/** Phones for one page of the list. */
export function findPhones(
  devices: Iterable<Device>,
  query: PhoneQuery,
  names: DeviceNames,
  isStuck: (device: Device) => boolean,
): FoundPhones {
  const waiting: Device[] = [];
  const phones: Device[] = [];
  for (const device of devices) {
    if (!isShown(device, query, isStuck)) continue;
    if (!matchesQuery(device, { q: query.q, vendor: query.vendor === '' ? undefined : query.vendor }, names)) continue;
    if (device.state === 'pending') waiting.push(device);
    else phones.push(device);
  }
  const isPaged = query.show === 'pending' || query.show === 'unknown';
  const pages = Math.max(1, Math.ceil((isPaged ? waiting : phones).length / PAGE_ROWS));
  const page = Math.min(query.page, pages);
  const from = (page - 1) * PAGE_ROWS;
  const direction = query.descending ? -1 : 1;
  const key = sortKeyOf(query.sort, names);
  return {
    waiting: byKey(waiting, (device) => [device.lastSeenAt ?? 0, device.mac], -1).slice(
      isPaged ? from : 0,
      isPaged ? from + PAGE_ROWS : WAITING_ROWS,
    ),
    waitingCount: waiting.length,
    phones: byKey(phones, key, direction).slice(from, from + PAGE_ROWS),
    phoneCount: phones.length,
    page,
    pages,
  };
}

function isShown(device: Device, { show }: PhoneQuery, isStuck: (device: Device) => boolean): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'pending':
    case 'approved':
    case 'blocked':
      return device.state === show;
    case 'unknown':
      return device.vendorId === null && device.state === 'pending';
    case 'stuck':
      return device.state === 'approved' && isStuck(device);
    default:
      return show satisfies never;
  }
}

type Key = readonly [string | number, string];

/** The key of each is made once, not with each comparison. */
function byKey(devices: readonly Device[], keyOf: (device: Device) => Key, direction: 1 | -1): Device[] {
  return devices
    .map((device) => ({ device, key: keyOf(device) }))
    .sort((a, b) => direction * (compare(a.key[0], b.key[0]) || compare(a.key[1], b.key[1])))
    .map(({ device }) => device);
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortKeyOf(sort: PhoneSort, names: DeviceNames): (device: Device) => Key {
  switch (sort) {
    case 'extension':
      // Blocked phones have none, and come last.
      return ({ extensions, mac }) => [extensions[0] === undefined ? '~' : extensionSortKey(extensions[0]), mac];
    case 'name':
      return ({ extensions, mac }) => [names.extensionName(extensions[0] ?? '').toLowerCase() || '~', mac];
    case 'phone':
      return ({ vendorId, model, mac }) => [`${vendorId ?? '~'} ${model ?? ''}`.toLowerCase(), mac];
    case 'address':
      return ({ address, mac }) => [(address ?? '~').replace(/\d+/g, (digits) => digits.padStart(3, '0')), mac];
    case 'seen':
      return ({ lastSeenAt, mac }) => [-(lastSeenAt ?? 0), mac];
    default:
      return sort satisfies never;
  }
}
