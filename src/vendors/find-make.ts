import type { MacAddress } from '../core/mac-address.ts';
import { findOtherMake } from './other-makes.ts';
import { recognise } from './recognise.ts';
import type { Vendor } from './vendor.ts';

const NO_WORDS = { userAgent: '', vendor: '', model: '', firmware: '' };

/** Whose address it is, among the makes of phones that we know, as people name them; null: of none of them. */
export function findMakeByPrefix(vendors: readonly Vendor[], mac: MacAddress): string | null {
  const found = recognise(vendors, { mac, words: NO_WORDS });
  if (found?.by === 'mac-prefix') return vendors.find(({ id }) => id === found.vendorId)?.name ?? null;
  return findOtherMake(mac)?.make ?? null;
}

/** Whose phones say so. Where it could be a phone of `expected`, it is; what fits two others says nothing. */
export function findMakeByUserAgent(vendors: readonly Vendor[], userAgent: string, expected: Vendor): string | null {
  if (userAgent === '') return null;
  if (expected.readUserAgent(userAgent) !== undefined) return expected.name;
  const fitting = vendors.filter((vendor) => vendor.readUserAgent(userAgent) !== undefined);
  return fitting.length === 1 ? (fitting[0]?.name ?? null) : null;
}
