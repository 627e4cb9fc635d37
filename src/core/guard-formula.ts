import { findDamage, findErrorValue } from './find-damage.ts';

/*
 * A spreadsheet runs a cell that begins with = + - @ (or with a tab or CR before it) as a formula. Such a value is written with an
 * apostrophe before it, as people do by hand; so is one that looks as if a spreadsheet had spoiled it already. A value that
 * looks guarded gets one more, so that every value comes back.
 */

const FORMULA = /^[=+\-@\t\r]/;

export function guardFormula(value: string): string {
  return needsGuard(value.replace(/^'+/, '')) ? `'${value}` : value;
}

export function unguardFormula(cell: string): string {
  return cell.startsWith("'") && needsGuard(cell.replace(/^'+/, '')) ? cell.slice(1) : cell;
}

function needsGuard(value: string): boolean {
  if (FORMULA.test(value)) return true;
  const text = value.trim();
  return findErrorValue(text) !== undefined || findDamage(text) !== undefined;
}
