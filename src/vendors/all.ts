import { aastra } from './aastra.ts';
import { grandstream } from './grandstream.ts';
import { snom } from './snom.ts';
import type { Vendor } from './vendor.ts';
import { yealink } from './yealink.ts';

/** Every vendor that Plugtone knows. A new one is written once, here (docs/add-a-vendor.md). */
export const vendors: readonly Vendor[] = [yealink, grandstream, snom, aastra];

const byId: ReadonlyMap<string, Vendor> = new Map(vendors.map((vendor) => [vendor.id, vendor]));

export function vendorById(id: string): Vendor | undefined {
  return byId.get(id);
}
