import type { CsvFault } from './read-csv-table.ts';

/** What is wrong with a list: enough to see what is wrong with the rest, too. */
export interface CsvFaults {
  /** The first of them, by line. */
  readonly faults: readonly CsvFault[];
  /** How many there are besides. */
  readonly moreFaults: number;
}

/** An answer must not grow with what is wrong: two bytes of a list may have a fault in each of its columns. */
export const MOST_LISTED_FAULTS = 100;

/** The first by line. `count`: how many there are, where `faults` has only those that may come first. */
export function listFirstFaults(faults: readonly CsvFault[], count = faults.length): CsvFaults {
  const first = faults.toSorted((a, b) => a.line - b.line).slice(0, MOST_LISTED_FAULTS);
  return { faults: first, moreFaults: count - first.length };
}
