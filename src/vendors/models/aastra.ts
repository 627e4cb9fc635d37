import type { Model } from '../vendor.ts';

/** Name, SIP lines, keys of all kinds (docs/vendors/aastra.md, "Models"). */
const TABLE: readonly (readonly [string, number, number])[] = [
  ['6730i', 6, 8],
  ['6731i', 6, 8],
  ['6735i', 9, 26],
  ['6737i', 9, 30],
  ['6739i', 9, 55],
  ['6753i', 9, 6],
  ['6755i', 9, 26],
  ['6757i', 9, 30],
  ['6863i', 2, 3],
  ['6865i', 24, 8],
  ['6867i', 24, 38],
  ['6869i', 24, 68],
  ['6873i', 24, 72],
  ['6905', 2, 3],
  ['6910', 2, 8],
  ['6915', 24, 10],
  ['6920', 24, 10],
  ['6920w', 24, 10],
  ['6930', 24, 22],
  ['6930w', 24, 22],
  ['6940', 24, 24],
  ['6940w', 24, 24],
  ['6970', 24, 24],
  ['9143i', 9, 7],
  ['9480i', 9, 6],
];

export const aastraModels: readonly Model[] = TABLE.map(([name, lines, keys]) => ({ name, lines, keys }));

/** Older firmware reports the short names of the 675x series (docs/vendors/aastra.md, "User-Agent"). */
export const SHORT_NAMES: Readonly<Record<string, string>> = {
  '51i': '6751i',
  '53i': '6753i',
  '55i': '6755i',
  '57i': '6757i',
};
