import { formatMacAddress, type MacAddress } from './mac-address.ts';
import type { PhoneDraft, PhoneLine } from './read-csv-row.ts';
import type { CsvFault } from './read-csv-table.ts';

const SHOWN_LINES = 5;

interface Held {
  readonly row: PhoneDraft;
  readonly account: PhoneLine;
}

/** What only shows between rows: a phone or an extension that comes twice. Each row in it has the fault. */
export function findRowConflicts(rows: readonly PhoneDraft[], allowSharedExtensions: boolean): readonly CsvFault[] {
  const faults: CsvFault[] = [];
  const phones = new Map<MacAddress, PhoneDraft[]>();
  const extensions = new Map<string, Held[]>();
  for (const row of rows) {
    if (row.mac !== undefined) addTo(phones, row.mac, row);
    for (const account of row.lines) addTo(extensions, account.extension, { row, account });
  }
  for (const [mac, same] of phones) {
    for (const { line } of same.length > 1 ? same : []) {
      const want = `each phone once; it is also on ${linesOf(same, line)}`;
      faults.push({ line, column: 'mac', saw: formatMacAddress(mac), want });
    }
  }
  for (const [extension, held] of extensions) {
    if (held.length < 2) continue;
    const contradiction = findContradiction(held.map(({ account }) => account));
    if (allowSharedExtensions && contradiction === undefined) continue;
    const rowsOf = [...new Set(held.map(({ row }) => row))];
    for (const row of rowsOf) {
      const elsewhere = rowsOf.length > 1 ? linesOf(rowsOf, row.line) : 'another line of this phone';
      const want = allowSharedExtensions
        ? `the same ${contradiction} as on ${elsewhere}`
        : `an extension for one phone only; it is also on ${elsewhere}`;
      faults.push({ line: row.line, column: 'extension', saw: extension, want });
    }
  }
  return faults;
}

function addTo<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}

function linesOf(rows: readonly PhoneDraft[], except: number): string {
  // The first few: a file that has one phone on every line must not cost the square of its length.
  const lines = rows.slice(0, SHOWN_LINES + 1).flatMap(({ line }) => (line === except ? [] : [line]));
  const shown = lines.slice(0, SHOWN_LINES).join(', ');
  return `${lines.length === 1 ? 'line' : 'lines'} ${shown}${rows.length > SHOWN_LINES + 1 ? ' …' : ''}`;
}

/** What two rows say differently about one account; what one leaves out contradicts nothing. */
function findContradiction(accounts: readonly PhoneLine[]): string | undefined {
  const differ = (values: readonly (string | undefined)[]) =>
    new Set(values.filter((value) => value !== undefined)).size > 1;
  if (differ(accounts.map(({ displayName }) => displayName))) return 'display name';
  if (differ(accounts.map(({ authName }) => authName))) return 'auth name';
  if (differ(accounts.map(({ password }) => password?.reveal()))) return 'password';
  if (differ(accounts.map(({ voicemail }) => voicemail))) return 'voicemail';
  return differ(accounts.map(({ language }) => language)) ? 'language' : undefined;
}

/** Extensions that a spreadsheet has probably cut: most others of the column begin with 0 and are longer. */
export function findLostZeros(rows: readonly PhoneDraft[]): readonly CsvFault[] {
  const numbers = rows.flatMap(({ lines }) => lines.map(({ extension }) => extension));
  const padded = numbers.filter((number) => /^0\d{2,}$/.test(number));
  const [length, ...others] = new Set(padded.map((number) => number.length));
  if (length === undefined || others.length > 0) return [];
  const cut = rows.flatMap(({ line, certain, lines }) =>
    lines
      .filter(({ extension }) => /^[1-9]\d*$/.test(extension) && extension.length < length && !certain)
      .map(({ extension }) => ({ line, extension })),
  );
  // Where most have no zero, short numbers are the rule and the padded ones are something else.
  if (cut.length > padded.length) return [];
  return cut.map(({ line, extension }) => ({
    line,
    column: 'extension',
    saw: extension,
    want: `${length} digits, as others have: a spreadsheet has probably cut the leading zeros; if it is right, write ="${extension}"`,
  }));
}
