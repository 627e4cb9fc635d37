import type { Device } from './device.ts';
import type { Extension } from './extension.ts';
import { guardFormula } from './guard-formula.ts';
import { formatMacAddress } from './mac-address.ts';
import { EMPTY_SETTING } from './read-csv-row.ts';
import type { SettingName } from './settings.ts';

/** A phone and the accounts on its lines, line 1 first. */
export interface ListedPhone {
  readonly device: Pick<Device, 'mac' | 'vendorId' | 'model' | 'settings'>;
  readonly extensions: readonly Extension[];
}

export interface FormatPhoneCsvOptions {
  /** Spreadsheets of countries that write 1,5 expect a semicolon. */
  readonly delimiter?: ',' | ';' | '\t' | undefined;
  /** In clear: without them, a list can be shown around, and an import of it keeps the passwords that there are. */
  readonly passwords: boolean;
}

interface Column {
  readonly title: string;
  cell(phone: ListedPhone): string;
}

/** A list that `parsePhoneCsv` reads back to the same values. With a BOM, for spreadsheets; line ends as RFC 4180 says. */
export function formatPhoneCsv(phones: readonly ListedPhone[], options: FormatPhoneCsvOptions): string {
  const { delimiter = ',', passwords } = options;
  const columns = [...columnsOf(phones, passwords)];
  const rows = phones.map((phone) => columns.map((column) => column.cell(phone)));
  const write = (cells: readonly string[]) => `${cells.map((cell) => quote(cell, delimiter)).join(delimiter)}\r\n`;
  return `\ufeff${write(columns.map(({ title }) => title))}${rows.map(write).join('')}`;
}

function* columnsOf(phones: readonly ListedPhone[], passwords: boolean): Generator<Column> {
  // With colons: twelve bare digits are a number to a spreadsheet.
  yield { title: 'mac', cell: ({ device }) => formatMacAddress(device.mac) };
  const lines = phones.reduce((most, { extensions }) => Math.max(most, extensions.length), 1);
  for (let index = 0; index < lines; index++) {
    const title = (name: string) => (index === 0 ? name : `${name}_${index + 1}`);
    const column = (name: string, value: (extension: Extension) => string): Column => ({
      title: title(name),
      cell({ extensions }) {
        const extension = extensions[index];
        return extension === undefined ? '' : guardFormula(value(extension));
      },
    });
    yield column('extension', ({ number }) => number);
    yield column('display_name', ({ displayName }) => displayName);
    if (passwords) yield column('password', ({ password }) => password.reveal());
    yield column('auth_name', ({ authName }) => authName);
    yield column('voicemail', ({ voicemail }) => voicemail);
    yield column('language', ({ language }) => language);
  }
  yield { title: 'vendor', cell: ({ device }) => guardFormula(device.vendorId ?? '') };
  yield { title: 'model', cell: ({ device }) => guardFormula(device.model ?? '') };
  const used = new Set(phones.flatMap(({ device }) => Object.keys(device.settings) as SettingName[]));
  for (const name of [...used].sort()) {
    yield { title: `setting.${name}`, cell: ({ device }) => guardFormula(settingText(device.settings[name])) };
  }
}

function settingText(value: unknown): string {
  if (value === undefined) return '';
  if (value === '') return EMPTY_SETTING;
  return Array.isArray(value) ? value.join(',') : String(value);
}

function quote(cell: string, delimiter: string): string {
  if (!cell.includes(delimiter) && !/["\r\n]|^\s|\s$/.test(cell)) return cell;
  return `"${cell.replaceAll('"', '""')}"`;
}
