import { EXTENSION_NUMBER } from './extension.ts';
import { type MacAddress, parseMacAddress } from './mac-address.ts';
import { err, ok, type Result } from './result.ts';

/** What was wanted instead; the caller knows line, column and cell. */
export type CellResult<T> = Result<T, string>;

// RFC 3261 sets no limit; phones' web forms take 64 to 128 characters.
const MAX_TEXT = 128;
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
const AS_TEXT = 'format the column as text before the file is saved';
const MONTH = 'jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]';
const DATES = [
  /^\d{1,2}[./]\d{1,2}[./](?:\d{2}|\d{4})$/,
  /^\d{4}-\d{2}-\d{2}(?: 00:00(?::00)?)?$/,
  new RegExp(`^\\d{1,4}[-. ]{1,2}(?:${MONTH})[a-zä]{0,7}\\.?$`, 'i'),
  new RegExp(`^(?:${MONTH})[a-zä]{0,7}\\.?[- ]\\d{1,4}$`, 'i'),
];
/** 1.2E+11 and 1,2E+11: what is left of a long number. */
const SCIENTIFIC = /^\d(?:[.,]\d+)?E\+\d{1,3}$/i;

/** What a spreadsheet made of the cell, if it looks like that. */
function findDamage(cell: string): string | undefined {
  if (SCIENTIFIC.test(cell)) {
    return `the digits themselves: a spreadsheet has turned a long number into a rounded one; type it again and ${AS_TEXT}`;
  }
  if (DATES.some((date) => date.test(cell))) {
    return `no date: a spreadsheet has made one of what was typed; type it again and ${AS_TEXT}`;
  }
  if (/^\d+[.,]0+$/.test(cell)) return `a number without decimals: a spreadsheet has added them; ${AS_TEXT}`;
  return undefined;
}

/** `="0101"` is how people keep a spreadsheet from touching a cell: certain is then what it says. */
export function readCertainText(cell: string): { readonly text: string; readonly certain: boolean } {
  const formula = /^="([^"]*)"$/.exec(cell.trim())?.[1];
  return formula === undefined ? { text: cell.trim(), certain: false } : { text: formula.trim(), certain: true };
}

export function readMacCell(cell: string): CellResult<MacAddress> {
  const { text } = readCertainText(cell);
  const mac = parseMacAddress(text.replace(/\s/g, ''));
  if (mac !== undefined) return ok(mac);
  const damage = findDamage(text);
  if (damage !== undefined) return err(damage);
  if (/^\d{1,11}$/.test(text)) {
    return err(
      `12 hex digits, here are ${text.length}: a spreadsheet has cut the leading zeros; ${AS_TEXT}, or write 00:15:65:…`,
    );
  }
  return err('the MAC address of a phone, 12 hex digits such as 00:15:65:aa:bb:cc');
}

export function readExtensionCell(cell: string): CellResult<string> {
  const { text, certain } = readCertainText(cell);
  const damage = certain ? undefined : findDamage(text);
  if (damage !== undefined) return err(damage);
  if (!EXTENSION_NUMBER.test(text)) return err('1-32 characters of 0-9 A-Z a-z . _ + * # -');
  return ok(text);
}

/** An auth name or a mailbox: mostly numbers, so a spreadsheet hurts them the same way. */
export function readNumberCell(cell: string): CellResult<string> {
  const { text, certain } = readCertainText(cell);
  const damage = certain ? undefined : findDamage(text);
  return damage === undefined ? readTextCell(text) : err(damage);
}

export function readTextCell(cell: string): CellResult<string> {
  if (CONTROL.test(cell)) return err('text in one line, without control characters');
  if (cell.length > MAX_TEXT) return err(`${MAX_TEXT} characters at most`);
  return ok(cell);
}

/** Taken as it stands, also with blanks around it: a password is not ours to correct. */
export function readPasswordCell(cell: string): CellResult<string> {
  if (SCIENTIFIC.test(cell.trim())) return err(findDamage(cell.trim()) ?? '');
  return readTextCell(cell);
}
