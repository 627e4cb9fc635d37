import type { MacAddress } from '../core/mac-address.ts';
import { findByPrefix } from './recognise.ts';
import type { Vendor } from './vendor.ts';

/** Whose address it is, among the makes of phones that we know, as people name them; null: of none of them. */
export function findMakeByPrefix(vendors: readonly Vendor[], mac: MacAddress): string | null {
  const owner = findByPrefix(vendors, mac);
  if (owner === undefined) return null;
  return owner.kind === 'vendor' ? owner.vendor.name : owner.make;
}

/** Whose phones say so. Where it could be a phone of `expected`, it is; what fits two others says nothing. */
export function findMakeByUserAgent(vendors: readonly Vendor[], userAgent: string, expected: Vendor): string | null {
  if (userAgent === '') return null;
  if (expected.readUserAgent(userAgent) !== undefined) return expected.name;
  const fitting = vendors.filter((vendor) => vendor.readUserAgent(userAgent) !== undefined);
  return fitting.length === 1 ? (fitting[0]?.name ?? null) : null;
}
