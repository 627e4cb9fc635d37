import type { MacAddress } from '../core/mac-address.ts';
import type { Office } from './office.ts';

/** A boot asks for its files within so long of its SUBSCRIBE (docs/vendors); later the address may be another phone's. */
const COUNTS_FOR_MS = 45_000;

/** Addresses. A LAN has fewer; beyond, the oldest go. */
const MOST_ADDRESSES = 20_000;

/** In whose name each address asked by SIP last. */
export interface AskedNames {
  /** Undefined: nothing came from there lately. */
  find(address: string, now: number): MacAddress | undefined;
}

/** Follows the office for as long as that lives. */
export function createAskedNames(office: Pick<Office, 'onDevice'>): AskedNames {
  const names = new Map<string, { readonly mac: MacAddress; readonly at: number }>();
  office.onDevice(({ before, after, kind }) => {
    if (kind !== 'seen' || !after?.dialog || after.dialog === before?.dialog) return;
    const { sourceAddress } = after.dialog;
    // Out and in again: a Map keeps the order of insertion.
    names.delete(sourceAddress);
    names.set(sourceAddress, { mac: after.mac, at: after.lastSeenAt ?? 0 });
    if (names.size <= MOST_ADDRESSES) return;
    for (const oldest of names.keys()) {
      names.delete(oldest);
      break;
    }
  });
  return {
    find(address, now) {
      const name = names.get(address);
      return name !== undefined && Math.abs(now - name.at) < COUNTS_FOR_MS ? name.mac : undefined;
    },
  };
}
