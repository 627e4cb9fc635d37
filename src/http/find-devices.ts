import type { Device, DeviceState } from '../core/device.ts';

export interface DeviceQuery {
  readonly state?: DeviceState | undefined;
  /** A vendor's id, or `unknown`. */
  readonly vendor?: string | undefined;
  /** Part of a MAC address, an address, an extension, a name … */
  readonly q?: string | undefined;
}

/** What a search may find beside the device's own fields. */
export interface DeviceNames {
  vendorName(vendorId: string): string;
  extensionName(number: string): string;
}

/** Group, then the order within it: pending first, the phone that asked last on top; then by extension; blocked last. */
export function deviceSortKey(device: Device): string {
  switch (device.state) {
    case 'pending':
      return `0${String(Number.MAX_SAFE_INTEGER - (device.lastSeenAt ?? 0)).padStart(16, '0')}${device.mac}`;
    case 'approved':
      return `1${extensionSortKey(device.extensions[0] ?? '')} ${device.mac}`;
    case 'blocked':
      return `2${device.mac}`;
    default:
      return device.state satisfies never;
  }
}

/** 99 before 100, and numbers before names. */
export function extensionSortKey(number: string): string {
  return /^\d+$/.test(number) ? `0${number.padStart(32, '0')}${number}` : `1${number}`;
}

export function matchesQuery(device: Device, { state, vendor, q }: DeviceQuery, names: DeviceNames): boolean {
  if (state !== undefined && device.state !== state) return false;
  if (vendor !== undefined && (device.vendorId ?? 'unknown') !== vendor) return false;
  if (q === undefined || q.trim() === '') return true;
  const wanted = q.trim().toLowerCase();
  // A MAC address is found however it is written; a lone separator is no part of one.
  const digits = wanted.replace(/[:.-]/g, '');
  if (digits !== '' && device.mac.includes(digits) && /^[0-9a-f:.-]+$/.test(wanted)) return true;
  const { model, firmware, address, vendorId, extensions, words } = device;
  const texts = [model, firmware, address, vendorId, words.userAgent, words.vendor, words.model, ...extensions];
  if (texts.some((text) => text?.toLowerCase().includes(wanted))) return true;
  if (vendorId !== null && names.vendorName(vendorId).toLowerCase().includes(wanted)) return true;
  return extensions.some((number) => names.extensionName(number).toLowerCase().includes(wanted));
}

export interface KeyedPage<T> {
  readonly items: readonly T[];
  /** Key of the last item, when there are more. */
  readonly next: string | null;
}

/**
 * The first `limit` items by key that come after `after`. Goes once over all, keeps only what it returns: a page of 100 costs
 * the same at every depth, and what is added or removed before the cursor moves nothing.
 */
export function findPage<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  limit: number,
  after: string | undefined,
): KeyedPage<T> {
  const found: { readonly key: string; readonly item: T }[] = [];
  for (const item of items) {
    const key = keyOf(item);
    if (after !== undefined && key <= after) continue;
    // One more than asked for: it tells that there is a next page.
    if (found.length > limit) {
      if (key >= (found[limit]?.key ?? '')) continue;
      found.pop();
    }
    found.splice(placeOf(found, key), 0, { key, item });
  }
  const page = found.slice(0, limit);
  return { items: page.map(({ item }) => item), next: found.length > limit ? (page.at(-1)?.key ?? null) : null };
}

function placeOf(found: readonly { readonly key: string }[], key: string): number {
  let low = 0;
  let high = found.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((found[middle]?.key ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
