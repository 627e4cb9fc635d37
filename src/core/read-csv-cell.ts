import { EXTENSION_NUMBER, VOICEMAIL_NUMBER } from './extension.ts';
import { findDamage, findExtensionDamage, findMacDamage, findPasswordDamage } from './find-damage.ts';
import { type MacAddress, parseMacAddress } from './mac-address.ts';
import { readLanguage } from './read-language.ts';
import { err, ok, type Result } from './result.ts';

/** What was wanted instead; the caller knows line, column and cell. */
export type CellResult<T> = Result<T, string>;

/** `vouched`: an apostrophe stood before the text, so that it is meant as it is, whatever it looks like. */
export type CellReader<T> = (cell: string, vouched?: boolean) => CellResult<T>;

// RFC 3261 sets no limit; phones' web forms take 64 to 128 characters.
const MAX_TEXT = 128;
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** `="0101"` is how people keep a spreadsheet from touching a cell: certain is then what it says. */
export function readCertainText(cell: string): { readonly text: string; readonly certain: boolean } {
  const formula = /^="([^"]*)"$/.exec(cell.trim())?.[1];
  return formula === undefined ? { text: cell.trim(), certain: false } : { text: formula.trim(), certain: true };
}

export function readMacCell(cell: string): CellResult<MacAddress> {
  const { text } = readCertainText(cell);
  const mac = parseMacAddress(text.replace(/\s/g, ''));
  if (mac !== undefined) return ok(mac);
  const damage = findMacDamage(text);
  if (damage !== undefined) return err(damage);
  if (/^\d{1,11}$/.test(text)) {
    return err(
      `12 hex digits, here are ${text.length}: a spreadsheet has cut the leading zeros; format the column as text before the file is saved, or write 00:15:65:…`,
    );
  }
  return err('the MAC address of a phone, 12 hex digits such as 00:15:65:aa:bb:cc');
}

export function readExtensionCell(cell: string, vouched = false): CellResult<string> {
  const { text, certain } = readCertainText(cell);
  const damage = certain || vouched ? undefined : findExtensionDamage(text);
  if (damage !== undefined) return err(damage);
  if (!EXTENSION_NUMBER.test(text)) return err('1-32 characters of 0-9 A-Z a-z . _ + * # -');
  return ok(text);
}

export function readVoicemailCell(cell: string, vouched = false): CellResult<string> {
  const read = readNumberCell(cell, vouched);
  if (!read.ok || VOICEMAIL_NUMBER.test(read.value)) return read;
  return err('a number of up to 32 characters 0-9 A-Z a-z . _ + * # -');
}

export function readLanguageCell(cell: string): CellResult<string> {
  const language = readLanguage(readCertainText(cell).text);
  return language === undefined ? err('a language such as de, en, German or Deutsch') : ok(language);
}

/** An auth name or a mailbox: mostly numbers, so a spreadsheet hurts them the same way. */
export function readNumberCell(cell: string, vouched = false): CellResult<string> {
  const { text, certain } = readCertainText(cell);
  const damage = certain || vouched ? undefined : findDamage(text);
  return damage === undefined ? readTextCell(text) : err(damage);
}

export function readTextCell(cell: string): CellResult<string> {
  if (CONTROL.test(cell)) return err('text in one line, without control characters');
  if (cell.length > MAX_TEXT) return err(`${MAX_TEXT} characters at most`);
  return ok(cell);
}

/** Taken as it stands, also with blanks around it: a password is not ours to correct. */
export function readPasswordCell(cell: string, vouched = false): CellResult<string> {
  const damage = vouched ? undefined : findPasswordDamage(cell.trim());
  return damage === undefined ? readTextCell(cell) : err(damage);
}
