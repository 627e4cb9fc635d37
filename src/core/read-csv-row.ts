import { checkPhoneKind, type KnownVendor, type PhoneKindRules } from './check-phone-kind.ts';
import { findErrorValue } from './find-damage.ts';
import { unguardFormula } from './guard-formula.ts';
import type { MacAddress } from './mac-address.ts';
import {
  type CellReader,
  type CellResult,
  readCertainText,
  readExtensionCell,
  readLanguageCell,
  readMacCell,
  readNumberCell,
  readPasswordCell,
  readTextCell,
  readVoicemailCell,
} from './read-csv-cell.ts';
import type { CsvColumn, LineColumn, PhoneColumn } from './read-csv-header.ts';
import type { CsvFault, CsvRecord } from './read-csv-table.ts';
import { describeSettingProblem, readSetting } from './read-setting.ts';
import { err, ok } from './result.ts';
import { Secret } from './secret.ts';
import type { SettingsPatch } from './settings.ts';

/** One account on a phone. Undefined: the file does not say. */
export interface PhoneLine {
  readonly extension: string;
  readonly displayName: string | undefined;
  readonly authName: string | undefined;
  readonly password: Secret | undefined;
  readonly voicemail: string | undefined;
  readonly language: string | undefined;
}

/** What could be read of a row. Undefined: missing or wrong. */
export interface PhoneDraft {
  readonly line: number;
  readonly mac: MacAddress | undefined;
  readonly lines: readonly PhoneLine[];
  /** An extension is written as ="0101": no spreadsheet has touched it. */
  readonly certain: boolean;
  readonly vendorId: string | undefined;
  readonly model: string | undefined;
  /** Undefined: no setting is said, which is not the same as none. */
  readonly settings: SettingsPatch | undefined;
}

/** What a setting's cell says to set it to nothing; an empty cell leaves it to the weaker layers. */
export const EMPTY_SETTING = '(none)';

export function readCsvRow(
  { line, cells }: CsvRecord,
  columns: readonly CsvColumn[],
  rules: PhoneKindRules,
): { readonly draft: PhoneDraft; readonly faults: readonly CsvFault[] } {
  const faults: CsvFault[] = [];
  const fault = (column: string, saw: string, want: string) => faults.push({ line, column, saw, want });

  let certain = false;
  const textOf = (column: CsvColumn | undefined) =>
    column === undefined ? '' : (cells[columns.indexOf(column)] ?? '');

  /** An empty cell says nothing: undefined. A wrong one is a fault, and undefined. */
  function read<T>(column: CsvColumn | undefined, reader: CellReader<T>): T | undefined {
    const cell = textOf(column);
    if (column === undefined || cell.trim() === '') return undefined;
    const isPassword = column.kind === 'line' && column.name === 'password';
    const text = isPassword ? cell : cell.trim();
    const bare = unguardFormula(text);
    const broken = findErrorValue(cell.trim());
    const result = broken === undefined ? reader(bare, bare !== text) : err(broken);
    if (result.ok) return result.value;
    fault(column.title, isPassword ? 'a password that is not shown here' : show(cell), result.problem);
    return undefined;
  }

  const phoneColumn = (name: PhoneColumn) => columns.find((column) => column.kind === 'phone' && column.name === name);
  const lineColumn = (name: LineColumn, number: number) =>
    columns.find((column) => column.kind === 'line' && column.name === name && column.line === number);

  function readLine(number: number): PhoneLine | undefined {
    const extensionColumn = lineColumn('extension', number);
    const extension = read(extensionColumn, readExtensionCell);
    const displayName = read(lineColumn('display_name', number), readTextCell);
    const authName = read(lineColumn('auth_name', number), readNumberCell);
    const password = read(lineColumn('password', number), readPasswordCell);
    const voicemail = read(lineColumn('voicemail', number), readVoicemailCell);
    const language = read(lineColumn('language', number), readLanguageCell);
    if (extension !== undefined) {
      certain ||= readCertainText(textOf(extensionColumn)).certain;
      return {
        extension,
        displayName,
        authName,
        password: password === undefined ? undefined : new Secret(password),
        voicemail,
        language,
      };
    }
    const said = [displayName, authName, password, voicemail, language];
    const needed = number === 1 || said.some((value) => value !== undefined);
    const title = extensionColumn?.title ?? `extension_${number}`;
    if (needed && textOf(extensionColumn).trim() === '') fault(title, 'an empty cell', 'an extension');
    return undefined;
  }

  const macColumn = phoneColumn('mac');
  const mac = read(macColumn, readMacCell);
  if (textOf(macColumn).trim() === '') fault(macColumn?.title ?? 'mac', 'an empty cell', "the phone's MAC address");
  const numbers = new Set(columns.flatMap((column) => (column.kind === 'line' ? [column.line] : [])));
  const lines = [...numbers].sort((a, b) => a - b).flatMap((number) => readLine(number) ?? []);
  const vendorId = read(phoneColumn('vendor'), (cell) => readVendor(cell, rules.vendors));
  let model = read(phoneColumn('model'), readTextCell);
  if (mac !== undefined) {
    const checked = checkPhoneKind({ mac, vendorId, model }, rules);
    model = checked.model;
    if (checked.fault !== undefined) faults.push({ line, ...checked.fault });
  }

  let settings: SettingsPatch | undefined;
  for (const column of columns) {
    if (column.kind !== 'setting') continue;
    const patch = read(column, (cell) => {
      const setting = readSetting(column.name, cell === EMPTY_SETTING ? '' : cell);
      if (setting.ok) return ok(setting.value.patch);
      return err(
        setting.problem.kind === 'wrong-value' ? setting.problem.want : describeSettingProblem(setting.problem),
      );
    });
    if (patch !== undefined) settings = { ...settings, ...patch };
  }

  const extra = cells.slice(columns.length).find((cell) => cell.trim() !== '');
  if (extra !== undefined) {
    const saw = `${cells.length} cells`;
    fault('', saw, `${columns.length}, as the header has; a cell that holds the separator is quoted by "`);
  }
  return { draft: { line, mac, lines, certain, vendorId, model, settings }, faults };
}

function readVendor(cell: string, vendors: readonly KnownVendor[] | undefined): CellResult<string> {
  const word = cell.toLowerCase();
  if (vendors === undefined) return readTextCell(word);
  const vendor = vendors.find(({ id, name }) => id.toLowerCase() === word || name.toLowerCase() === word);
  return vendor === undefined ? err(`one of ${vendors.map(({ id }) => id).join(', ')}`) : ok(vendor.id);
}

function show(cell: string): string {
  const text = cell.length > 64 ? `${cell.slice(0, 64)}…` : cell;
  return JSON.stringify(text);
}
