import type { CsvFaults } from '../core/csv-faults.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type PhoneCsv, parsePhoneCsvInSteps } from '../core/parse-phone-csv.ts';
import { ok, type Result } from '../core/result.ts';
import { vendors } from '../vendors/all.ts';
import { recognise } from '../vendors/recognise.ts';
import { type ImportEffect, type ImportProgress, importDevices, planImport } from './import-devices.ts';
import type { Office } from './office.ts';
import { takeStepsInTurns } from './take-steps-in-turns.ts';

/** A list of phones, row by row: what it does, and what is wrong with it. */
export interface CsvImport extends CsvFaults {
  /** Of the rows that could be read, in the file's order. */
  readonly effects: readonly ImportEffect[];
  /** Rows; a faulty one is refused. */
  readonly counts: Readonly<Record<ImportEffect['effect'], number>>;
  /** False: nothing was written. */
  readonly stored: boolean;
}

export type CsvInput = string | Uint8Array;

export interface CsvImportOptions {
  readonly now: number;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** What an import would do. Nothing is written. The problem: this is no list at all. */
export async function previewCsvImport(
  office: Office,
  input: CsvInput,
  { now, onProgress }: CsvImportOptions,
): Promise<Result<CsvImport, CsvFaults>> {
  const parsed = await parseList(office, input, onProgress);
  if (!parsed.ok) return parsed;
  const { rows } = parsed.value;
  const steps = planImport(office, rows, now);
  const plan = await takeStepsInTurns(steps, (progress) => onProgress?.({ phase: 'checking', ...progress }));
  return ok(toImport(plan.effects, parsed.value, false));
}

/** Imports a list: with a row that is faulty or refused nothing at all, unless a part is wanted. */
export async function importCsv(
  office: Office,
  input: CsvInput,
  options: CsvImportOptions & { readonly actor: string; readonly partial: boolean },
): Promise<Result<CsvImport, CsvFaults>> {
  const parsed = await parseList(office, input, options.onProgress);
  if (!parsed.ok) return parsed;
  const { rows, faultyRows } = parsed.value;
  if (faultyRows > 0 && !options.partial) {
    const plan = await takeStepsInTurns(planImport(office, rows, options.now));
    return ok(toImport(plan.effects, parsed.value, false));
  }
  const { effects, stored } = await importDevices(office, rows, options);
  return ok(toImport(effects, parsed.value, stored));
}

function parseList(
  office: Office,
  input: CsvInput,
  onProgress: CsvImportOptions['onProgress'],
): Promise<Result<PhoneCsv, CsvFaults>> {
  const words = { userAgent: '', vendor: '', model: '', firmware: '' };
  const vendorOfMac = (mac: MacAddress) => recognise(vendors, { mac, words })?.vendorId;
  return takeStepsInTurns(
    parsePhoneCsvInSteps(input, { vendors, vendorOfMac, decided: office.findDevice }),
    (progress) => onProgress?.({ phase: 'reading', ...progress }),
  );
}

function toImport(
  effects: readonly ImportEffect[],
  { faults, moreFaults, faultyRows }: PhoneCsv,
  stored: boolean,
): CsvImport {
  const count = (wanted: ImportEffect['effect']) => effects.filter(({ effect }) => effect === wanted).length;
  const counts = {
    new: count('new'),
    changed: count('changed'),
    unchanged: count('unchanged'),
    refused: count('refused') + faultyRows,
  };
  return { effects, faults, moreFaults, counts, stored };
}
