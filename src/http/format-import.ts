import { MOST_LISTED_FAULTS } from '../core/csv-faults.ts';
import type { CsvFault } from '../core/read-csv-table.ts';
import type { CsvImport } from '../flows/import-csv.ts';
import type { ImportEffect } from '../flows/import-devices.ts';
import type { InputError } from './format-input-errors.ts';
import type { ImportAnswer } from './schemas/import.ts';

/** The first of them show what is wrong with the rest. */
const MOST_ERRORS = MOST_LISTED_FAULTS;

export function formatImport({ effects, faults, moreFaults, counts, stored }: CsvImport): ImportAnswer {
  return {
    stored,
    counts: { ...counts },
    effects: effects.map(({ line, mac, extension, effect, changes, reason }) => ({
      line,
      mac,
      extensions: extension.split(' '),
      effect,
      changes: [...changes],
      reason,
    })),
    faults: faults.map(({ line, column, saw, want }) => ({ line, column, saw, wanted: want })),
    moreFaults,
  };
}

/** What keeps a list out, for a problem document. */
export function formatImportErrors(
  faults: readonly CsvFault[],
  effects: readonly ImportEffect[] = [],
): readonly InputError[] {
  const unreadable = faults.map(({ line, column, saw, want }) => ({
    where: `line ${line}${column && `, column ${column}`}`,
    saw,
    wanted: want,
  }));
  const refused = effects
    .filter(({ effect }) => effect === 'refused')
    .map(({ line, extension, reason }) => ({ where: `line ${line}`, saw: extension, wanted: reason }));
  return [...unreadable, ...refused].slice(0, MOST_ERRORS);
}
