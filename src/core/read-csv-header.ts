import { findNear } from './find-near.ts';
import type { CsvFault, CsvRecord } from './read-csv-table.ts';
import { err, ok, type Result } from './result.ts';
import { DEFAULT_SETTINGS, type SettingName } from './settings.ts';

export type LineColumn = 'extension' | 'display_name' | 'password' | 'auth_name' | 'voicemail' | 'language';
export type PhoneColumn = 'mac' | 'vendor' | 'model';

/** What a column holds; `title` is how the file names it, cut where it is long: every fault of the column says it again. */
export type CsvColumn =
  | { readonly kind: 'phone'; readonly name: PhoneColumn; readonly title: string }
  | { readonly kind: 'line'; readonly name: LineColumn; readonly line: number; readonly title: string }
  | { readonly kind: 'setting'; readonly name: SettingName; readonly title: string }
  | { readonly kind: 'note'; readonly title: string };

// As many lines as the largest phones have.
const MAX_LINES = 16;
/** Characters that are said back. */
const LONGEST_TITLE = 64;
const PHONE_COLUMNS: Readonly<Record<PhoneColumn, readonly string[]>> = {
  mac: ['mac', 'macaddress', 'macadresse', 'mac-id', 'macid'],
  vendor: ['vendor', 'vendorid', 'make', 'manufacturer', 'brand', 'hersteller', 'marke'],
  model: ['model', 'phonemodel', 'type', 'phonetype', 'modell', 'typ', 'telefontyp', 'geraet', 'gerät'],
};
const LINE_COLUMNS: Readonly<Record<LineColumn, readonly string[]>> = {
  extension: [
    'extension',
    'ext',
    'extensionnumber',
    'number',
    'nebenstelle',
    'nebenstellennummer',
    'durchwahl',
    'nummer',
    'rufnummer',
  ],
  display_name: ['displayname', 'name', 'fullname', 'callerid', 'anzeigename', 'benutzer', 'mitarbeiter'],
  password: ['password', 'pass', 'secret', 'sippassword', 'passwort', 'kennwort', 'sippasswort', 'geheimnis'],
  auth_name: [
    'authname',
    'authuser',
    'authusername',
    'authid',
    'username',
    'login',
    'benutzername',
    'anmeldename',
    'authentifizierungsname',
  ],
  voicemail: ['voicemail', 'voicemailnumber', 'mailbox', 'voicebox', 'anrufbeantworter', 'sprachbox'],
  language: ['language', 'lang', 'phonelanguage', 'displaylanguage', 'sprache', 'telefonsprache', 'anzeigesprache'],
};
/** The office's own remarks: not read. */
const NOTES = [
  'note',
  'notes',
  'comment',
  'remark',
  'bemerkung',
  'notiz',
  'kommentar',
  'room',
  'raum',
  'location',
  'standort',
];

/** Case, blanks, `-` and `_` do not matter; `extension_2`, `password_2` … are the phone's second line; `setting.<name>` is a neutral setting. */
export function readCsvHeader(record: CsvRecord): Result<readonly CsvColumn[], readonly CsvFault[]> {
  const columns: CsvColumn[] = [];
  const faults: CsvFault[] = [];
  const fault = (column: string, saw: string, want: string) => faults.push({ line: record.line, column, saw, want });
  const titles = new Map<string, string>();
  for (const cell of record.cells) {
    const whole = cell.trim();
    const column = readColumn(whole);
    const title = whole.slice(0, LONGEST_TITLE);
    if (column === undefined) {
      fault(title, `a column "${title}"`, `one that is known${suggest(title)}`);
      continue;
    }
    columns.push({ ...column, title });
    if (column.kind === 'note') continue;
    const key = column.kind === 'line' ? `${column.name} ${column.line}` : `${column.kind} ${column.name}`;
    const twin = titles.get(key);
    if (twin !== undefined) fault(title, `two columns, "${twin}" and "${title}", for the same thing`, 'one of them');
    titles.set(key, title);
  }
  // A list without a header begins with its first phone: what stands there, a password perhaps, is said back to nobody.
  if (columns.every(({ kind }) => kind === 'note')) faults.length = 0;
  if (!titles.has('phone mac')) fault('mac', 'no column for the MAC address', 'a header line with a column "mac"');
  if (!titles.has('line extension 1') && !titles.has('extension 1')) {
    fault('extension', 'no column for the extension', 'a header line with a column "extension"');
  }
  return faults.length > 0 ? err(faults) : ok(columns);
}

function readColumn(title: string): CsvColumn | undefined {
  const setting = /^settings?\s*[.:]\s*(.+)$/i.exec(title)?.[1];
  if (setting !== undefined) {
    const name = (Object.keys(DEFAULT_SETTINGS) as SettingName[]).find((known) => squeeze(known) === squeeze(setting));
    return name && { kind: 'setting', name, title };
  }
  const word = squeeze(title);
  if (word === '' || NOTES.includes(word)) return { kind: 'note', title };
  const phone = nameOf(PHONE_COLUMNS, word);
  if (phone !== undefined) return { kind: 'phone', name: phone, title };
  const [, stem = '', digits] = /^(.*?)(\d{0,2})$/.exec(word) ?? [];
  const name = nameOf(LINE_COLUMNS, stem);
  const line = digits === '' || digits === undefined ? 1 : Number(digits);
  if (name === undefined || line < 1 || line > MAX_LINES) return undefined;
  return { kind: 'line', name, line, title };
}

function squeeze(title: string): string {
  return title
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\s_\-.:/()]+/g, '');
}

function nameOf<K extends string>(columns: Readonly<Record<K, readonly string[]>>, word: string): K | undefined {
  return (Object.keys(columns) as K[]).find((name) => columns[name].includes(word));
}

function suggest(title: string): string {
  const settings = Object.keys(DEFAULT_SETTINGS).map((name) => `setting.${name}`);
  const known = [...Object.keys(PHONE_COLUMNS), ...Object.keys(LINE_COLUMNS), 'note', ...settings];
  const near = findNear(known, title);
  if (near.length > 0) return `: ${near.join(' or ')}?`;
  return ': mac, extension, display_name, password, auth_name, voicemail, language, vendor, model, note or setting.<name>';
}
