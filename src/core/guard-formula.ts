/*
 * A spreadsheet runs a cell that begins with = + - @ (or with a tab or CR before it) as a formula. Such a value is written with an
 * apostrophe before it, as people do by hand; a value that looks guarded already gets one more, so that every value comes back.
 */

const DANGEROUS = /^'*[=+\-@\t\r]/;
const GUARDED = /^'+[=+\-@\t\r]/;

export function guardFormula(value: string): string {
  return DANGEROUS.test(value) ? `'${value}` : value;
}

export function unguardFormula(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}
