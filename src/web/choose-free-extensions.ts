import { extensionSortKey } from '../http/find-devices.ts';

export interface ExtensionBook {
  /** All extensions that exist. */
  readonly numbers: Iterable<string>;
  /** On a phone, or promised to one. */
  isTaken(number: string): boolean;
}

/** Where an office without extensions begins. */
const FIRST = 101;

/** Beyond this many digits a number is no small one that has a next. */
const LONGEST = 9;

/** The next free extensions: those that exist and are on no phone, lowest first; then the numbers after the highest. */
export function chooseFreeExtensions(book: ExtensionBook, count: number): string[] {
  const all = [...book.numbers];
  const numeric = all.filter((number) => /^\d+$/.test(number) && number.length <= LONGEST);
  const found = numeric
    .filter((number) => !book.isTaken(number))
    .map((number) => ({ number, key: extensionSortKey(number) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ number }) => number)
    .slice(0, count);
  const known = new Set(all);
  const highest = numeric.reduce(
    (most, number) => (Number(number) > Number(most) ? number : most),
    numeric[0] ?? String(FIRST - 1),
  );
  for (let next = Number(highest) + 1; found.length < count; next += 1) {
    // 0101 is followed by 0102.
    const number = String(next).padStart(highest.length, '0');
    if (!known.has(number) && !book.isTaken(number)) found.push(number);
  }
  return found;
}
