import type { MacAddress } from '../../core/mac-address.ts';
import { vendorById, vendors } from '../../vendors/all.ts';
import { findOtherMake } from '../../vendors/other-makes.ts';
import { recognise } from '../../vendors/recognise.ts';

const NO_WORDS = { userAgent: '', vendor: '', model: '', firmware: '' };

/** Whose MAC address it is, among the makes of phones that we know; null: another's. */
export function findMaker(mac: MacAddress): string | null {
  const recognition = recognise(vendors, { mac, words: NO_WORDS });
  if (recognition?.by === 'mac-prefix') return vendorById(recognition.vendorId)?.name ?? null;
  return findOtherMake(mac)?.make ?? null;
}
