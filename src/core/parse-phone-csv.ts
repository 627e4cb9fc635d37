import type { PhoneKindRules } from './check-phone-kind.ts';
import { type CsvFaults, listFirstFaults, MOST_LISTED_FAULTS } from './csv-faults.ts';
import { findLostZeros, findRowConflicts } from './find-row-conflicts.ts';
import type { MacAddress } from './mac-address.ts';
import { readCsvHeader } from './read-csv-header.ts';
import { type PhoneDraft, type PhoneLine, readCsvRow } from './read-csv-row.ts';
import { type CsvFault, readCsvTable } from './read-csv-table.ts';
import { err, ok, type Result } from './result.ts';
import type { SettingsPatch } from './settings.ts';
import { type Steps, takeAllSteps } from './steps.ts';

/** One phone of the list; its own account is that of line 1. */
export interface PhoneRow extends PhoneLine {
  /** In the file, 1-based. */
  readonly line: number;
  readonly mac: MacAddress;
  readonly vendorId: string | undefined;
  readonly model: string | undefined;
  /** Undefined: no setting is said, which is not the same as none. */
  readonly settings: SettingsPatch | undefined;
  /** Line 2 and on, from the columns `extension_2`, `password_2` … */
  readonly moreLines: readonly PhoneLine[];
}

export interface PhoneCsv extends CsvFaults {
  /** The rows that nothing is wrong with, in the file's order. */
  readonly rows: readonly PhoneRow[];
  /** How many others there are. */
  readonly faultyRows: number;
}

/** Vendors are named by id or name in any case; where none are given, the word is taken as it stands. */
export interface PhoneCsvOptions extends PhoneKindRules {
  /** Let two phones have the same extension, if the rows do not contradict each other about it. */
  readonly allowSharedExtensions?: boolean | undefined;
}

/** Reads a list of phones as people write and spreadsheets export them. Total: any input gives rows and faults. The error: no list at all. */
export function parsePhoneCsv(input: string | Uint8Array, options: PhoneCsvOptions = {}): Result<PhoneCsv, CsvFaults> {
  return takeAllSteps(parsePhoneCsvInSteps(input, options));
}

/** The same, row by row. */
export function* parsePhoneCsvInSteps(
  input: string | Uint8Array,
  { allowSharedExtensions = false, ...rules }: PhoneCsvOptions,
): Steps<Result<PhoneCsv, CsvFaults>> {
  const table = readCsvTable(input);
  if (!table.ok) return err(listFirstFaults([printable(table.problem)]));
  const [first, ...records] = table.value;
  if (first === undefined) {
    return err(listFirstFaults([{ line: 1, column: '', saw: 'an empty file', want: 'a header line, then phones' }]));
  }
  const header = readCsvHeader(first);
  if (!header.ok) return err(listFirstFaults(header.problem.map(printable)));

  const drafts: PhoneDraft[] = [];
  const wrong = new Set<number>();
  const inRows: CsvFault[] = [];
  let count = 0;
  for (const record of records) {
    const { draft, faults } = readCsvRow(record, header.value, rules);
    drafts.push(draft);
    count += faults.length;
    if (faults.length > 0) wrong.add(draft.line);
    // Rows come by line, so the first faults are the first ones listed: a list of nothing but faults must not fill the memory.
    if (inRows.length < MOST_LISTED_FAULTS) inRows.push(...faults);
    yield { done: drafts.length, total: records.length };
  }
  const between = [...findRowConflicts(drafts, allowSharedExtensions), ...findLostZeros(drafts)];
  count += between.length;
  for (const { line } of between) wrong.add(line);
  const { faults, moreFaults } = listFirstFaults([...inRows, ...between], count);
  const rows = drafts.filter(({ line }) => !wrong.has(line)).flatMap(toRow);
  return ok({ rows, faultyRows: wrong.size, faults: faults.map(printable), moreFaults });
}

function toRow({ line, mac, lines, vendorId, model, settings }: PhoneDraft): readonly PhoneRow[] {
  const [account, ...moreLines] = lines;
  if (mac === undefined || account === undefined) return [];
  return [{ line, mac, ...account, vendorId, model, settings, moreLines }];
}

/** A fault is printed on terminals: what would steer one, or turn the text around, is written as its number. */
function printable({ line, column, saw, want }: CsvFault): CsvFault {
  const print = (text: string) =>
    text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
  return { line, column: print(column), saw: print(saw), want: print(want) };
}

/** `line 3, column mac: saw "1565123456", wanted 12 hex digits …` */
export function describeCsvFault({ line, column, saw, want }: CsvFault): string {
  return `line ${line}${column && `, column ${column}`}: saw ${saw}, wanted ${want}`;
}
