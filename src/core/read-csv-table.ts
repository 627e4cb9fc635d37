import { CsvError, parse } from 'csv-parse/sync';
import { err, ok, type Result } from './result.ts';

/** What is wrong with a cell, or with the file where `column` is empty. Never holds a password. */
export interface CsvFault {
  /** In the file, 1-based; the header is line 1 as a rule. */
  readonly line: number;
  readonly column: string;
  readonly saw: string;
  readonly want: string;
}

export interface CsvRecord {
  /** Where the record begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

// A phone's row is some 200 bytes: room for more phones than one appliance is built for.
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_RECORD_CHARACTERS = 64 * 1024;
const DELIMITERS = [',', ';', '\t'] as const;
// Excel's own hint, written by people before the header.
const SEPARATOR_LINE = /^sep=([,;\t])(?:\r\n|\n|\r)/i;

/** Comma, semicolon or tab; UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252 as older Excel writes; any line end. Blank rows are left out. */
export function readCsvTable(input: string | Uint8Array): Result<readonly CsvRecord[], CsvFault> {
  if (input.length > MAX_BYTES) {
    return err({ line: 1, column: '', saw: `a file of ${input.length} bytes`, want: `${MAX_BYTES} at most` });
  }
  if (WORKBOOKS.some((start) => beginsWith(input, start))) {
    return err({
      line: 1,
      column: '',
      saw: 'a workbook of a spreadsheet program',
      want: 'a list: save it as CSV there',
    });
  }
  const decoded = (typeof input === 'string' ? input : decode(input)).replace(/^\ufeff/, '');
  const hint = SEPARATOR_LINE.exec(decoded);
  const text = hint === null ? decoded : decoded.slice(hint[0].length);
  let lines = hint === null ? 0 : 1;
  const records: CsvRecord[] = [];
  try {
    parse(text, {
      delimiter: hint?.[1] ?? findDelimiter(text),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      // A password may hold a quote that nobody doubled.
      relax_quotes: true,
      max_record_size: MAX_RECORD_CHARACTERS,
      on_record(cells: readonly string[]) {
        const line = lines + 1;
        // Counted here: csv-parse 7 takes CR LF inside a quoted cell for two lines.
        lines += 1 + (cells.join(' ').match(/\r\n|\n|\r/g)?.length ?? 0);
        if (cells.some((cell) => cell.trim() !== '')) records.push({ line, cells });
        return null;
      },
    });
    return ok(records);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return err({ line: lines + 1, column: '', ...(FAULTS[error.code] ?? OTHER_FAULT) });
  }
}

/** The one that the header has most of. */
function findDelimiter(text: string): string {
  const header = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best));
}

const OTHER_FAULT = { saw: 'a line that is not CSV', want: 'cells between commas, semicolons or tabs, quoted by "' };
/** How ZIP files (.xlsx, .ods) and the compound files of older spreadsheets (.xls) begin. */
const WORKBOOKS = [
  [0x50, 0x4b, 0x03, 0x04],
  [0xd0, 0xcf, 0x11, 0xe0],
] as const;

function beginsWith(input: string | Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, index) => (typeof input === 'string' ? input.charCodeAt(index) : input[index]) === byte);
}

const FAULTS: Readonly<Record<string, Pick<CsvFault, 'saw' | 'want'>>> = {
  CSV_QUOTE_NOT_CLOSED: { saw: 'a quoted cell that never ends', want: 'a closing "' },
  CSV_INVALID_CLOSING_QUOTE: { saw: 'text after a closing "', want: 'a separator, or "" for a quote in the cell' },
  CSV_MAX_RECORD_SIZE: { saw: 'a very long row', want: `${MAX_RECORD_CHARACTERS} characters at most` },
};

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
