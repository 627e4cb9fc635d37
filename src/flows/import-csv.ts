import type { MacAddress } from '../core/mac-address.ts';
import { type PhoneCsv, parsePhoneCsv } from '../core/parse-phone-csv.ts';
import type { CsvFault } from '../core/read-csv-table.ts';
import { ok, type Result } from '../core/result.ts';
import { vendors } from '../vendors/all.ts';
import { recognise } from '../vendors/recognise.ts';
import { type ImportEffect, importDevices, planImport } from './import-devices.ts';
import type { Office } from './office.ts';

/** A list of phones, row by row: what it does, and what is wrong with it. */
export interface CsvImport {
  /** Of the rows that could be read, in the file's order. */
  readonly effects: readonly ImportEffect[];
  /** Of the others, by line. */
  readonly faults: readonly CsvFault[];
  /** Rows; a faulty one is refused. */
  readonly counts: Readonly<Record<ImportEffect['effect'], number>>;
  /** False: nothing was written. */
  readonly stored: boolean;
}

export type CsvInput = string | Uint8Array;

/** What an import would do. Nothing is written. The problem: this is no list at all. */
export function previewCsvImport(office: Office, input: CsvInput, now: number): Result<CsvImport, readonly CsvFault[]> {
  const parsed = parseList(office, input);
  if (!parsed.ok) return parsed;
  const { rows, faults } = parsed.value;
  return ok(toImport(planImport(office, rows, now).effects, faults, false));
}

/** Imports a list: with a row that is faulty or refused nothing at all, unless a part is wanted. */
export async function importCsv(
  office: Office,
  input: CsvInput,
  options: { readonly actor: string; readonly partial: boolean; readonly now: number },
): Promise<Result<CsvImport, readonly CsvFault[]>> {
  const parsed = parseList(office, input);
  if (!parsed.ok) return parsed;
  const { rows, faults } = parsed.value;
  if (faults.length > 0 && !options.partial) {
    return ok(toImport(planImport(office, rows, options.now).effects, faults, false));
  }
  const { effects, stored } = await importDevices(office, rows, options);
  return ok(toImport(effects, faults, stored));
}

function parseList(office: Office, input: CsvInput): Result<PhoneCsv, readonly CsvFault[]> {
  const words = { userAgent: '', vendor: '', model: '', firmware: '' };
  const vendorOfMac = (mac: MacAddress) => recognise(vendors, { mac, words })?.vendorId;
  return parsePhoneCsv(input, { vendors, vendorOfMac, decided: office.findDevice });
}

function toImport(effects: readonly ImportEffect[], faults: readonly CsvFault[], stored: boolean): CsvImport {
  const count = (wanted: ImportEffect['effect']) => effects.filter(({ effect }) => effect === wanted).length;
  const faulty = new Set(faults.map(({ line }) => line)).size;
  const counts = {
    new: count('new'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    refused: count('refused') + faulty,
  };
  return { effects, faults, counts, stored };
}
