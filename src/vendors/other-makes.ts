import type { MacAddress } from '../core/mac-address.ts';

/** A block of addresses whose phones look like one of ours and are not: never taken for a vendor of ours, whatever they say. */
export interface OtherMake {
  readonly make: string;
  /** Hex digits, of equal length, both included: the block is every address that begins with one from here to there. */
  readonly from: string;
  readonly to: string;
}

/** Make, from, to. One prefix where from and to are the same. */
const BLOCKS: readonly (readonly [string, string, string])[] = [
  // Inside Snom's 000413: Gigaset P7xx and P8xx, which speak Snom's XML with other settings (docs/vendors/snom.md, "Addresses").
  ['Gigaset', '0004138000', '000413809f'],
  ['Gigaset', '00041380a2', '00041380f5'],
  ['Gigaset', '00041380f8e', '00041380f8f'],
  ['Gigaset', '000413d84f3', '000413d84ff'],
  ['Gigaset', '000413d8500', '000413d8507'],
  ['Gigaset', '000413d8510', '000413d8517'],
  ['Gigaset', '000413d8520', '000413d8527'],
  ['Gigaset', '000413d86ee', '000413d86ef'],
  ['Gigaset', '000413d8700', '000413d8709'],
  ['Gigaset', '000413d8710', '000413d8719'],
  ['Gigaset', '000413e2', '000413e3'],
  ['Gigaset', '000413e5', '000413e5'],
  ['Gigaset', '000413e7', '000413e7'],
  // Whole makes that ask for files with names like ours: `<MAC>.xml`, `<mac>.cfg`, `cfg<mac>.xml` (docs/add-a-vendor.md, "Other makes").
  ['Gigaset', '7c2f80', '7c2f80'],
  ['Gigaset', '589ec6', '589ec6'],
  ['Gigaset', '14b370', '14b370'],
  ['Gigaset', '002104', '002104'],
  ['Fanvil', '0c383e', '0c383e'],
  ['Fanvil', '00a859', '00a859'],
  ['Polycom', '0004f2', '0004f2'],
  ['Polycom', '64167f', '64167f'],
  ['Polycom', '482567', '482567'],
  ['Htek', '001fc1', '001fc1'],
];

export const otherMakes: readonly OtherMake[] = BLOCKS.map(([make, from, to]) => ({ make, from, to }));

/** The most specific block that the address lies in. */
export function findOtherMake(mac: MacAddress): OtherMake | undefined {
  let best: OtherMake | undefined;
  for (const block of otherMakes) {
    const start = mac.slice(0, block.from.length);
    if (start < block.from || start > block.to) continue;
    if (best === undefined || block.from.length > best.from.length) best = block;
  }
  return best;
}
