import type { CsvFault } from '../core/read-csv-table.ts';
import type { Texts } from './message-set.ts';

/** What the reader of lists says, by the message that says the same in each language. The longer sentence first. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^the digits themselves: a spreadsheet has turned a long number into a rounded one/, 'csv.rounded'],
  [/^no date: a spreadsheet has made one/, 'csv.date'],
  [/^a number without decimals: a spreadsheet has added them/, 'csv.decimals'],
  [/^digits without separators: a spreadsheet has put them/, 'csv.thousands'],
  [/^what was typed: a spreadsheet shows an error/, 'csv.error-value'],
  [/^the same without the apostrophe: it is a spreadsheet's mark/, 'csv.text-mark'],
  [/^an extension: a spreadsheet has made yes or no .* write ="(?<word>[^"]*)"/, 'csv.truth'],
  [/^a number of up to 32 characters/, 'csv.mailbox'],
  [/^a language such as de, en/, 'csv.language'],
  [/^(?<vendor>[a-z][a-z0-9-]*), whose MAC address it is/, 'csv.vendor-of-mac'],
  [/^a model of (?<vendor>.*?): (?<known>.*); if it is a new one, leave the cell empty$/, 'csv.model'],
  [/^a workbook of a spreadsheet program$/, 'csv.a-workbook'],
  [/^a list: save it as CSV there$/, 'csv.save-as-csv'],
  [/^12 hex digits, here are (?<count>\d+): a spreadsheet has cut the leading zeros/, 'csv.zeros-of-mac'],
  [
    /^(?<digits>\d+) digits, as others have: a spreadsheet has probably cut the leading zeros; if it is right, write ="(?<number>[^"]*)"/,
    'csv.zeros-of-number',
  ],
  [/^the MAC address of a phone, 12 hex digits/, 'csv.mac'],
  [/^1-32 characters of 0-9 A-Z a-z/, 'csv.extension'],
  [/^text in one line, without control characters$/, 'csv.plain-text'],
  [/^(?<most>\d+) characters at most$/, 'csv.too-long'],
  [/^each phone once; it is also on lines? (?<lines>.*)$/, 'csv.phone-twice'],
  [/^an extension for one phone only; it is also on lines? (?<lines>.*)$/, 'csv.extension-twice'],
  [/^an extension for one phone only; it is also on another line of this phone$/, 'csv.extension-twice-here'],
  [/^an extension$/, 'csv.an-extension'],
  [/^the phone's MAC address$/, 'csv.a-mac'],
  [/^one of them$/, 'csv.one-of-them'],
  [/^one that is known: (?<known>.*)$/, 'csv.known-column'],
  [/^a header line with a column "(?<column>.*)"$/, 'csv.header'],
  [/^a header line, then phones$/, 'csv.header-then-phones'],
  [/^(?<count>\d+), as the header has/, 'csv.cells'],
  [/^one of (?<known>.*)$/, 'csv.one-of'],
  [/^an empty cell$/, 'csv.empty-cell'],
  [/^an empty file$/, 'csv.empty-file'],
  [/^a password that is not shown here$/, 'csv.hidden-password'],
  [/^no column for the MAC address$/, 'csv.no-mac-column'],
  [/^no column for the extension$/, 'csv.no-extension-column'],
  [/^two columns, (?<twins>.*), for the same thing$/, 'csv.two-columns'],
  [/^a column (?<column>".*")$/, 'csv.a-column'],
  [/^(?<count>\d+) cells$/, 'csv.some-cells'],
];

/** One sentence: what was seen, what was wanted. What has no message is said as it is. */
export function describeCsvFault(texts: Texts, { saw, want }: Pick<CsvFault, 'saw' | 'want'>): string {
  return texts.t('csv.fault', { saw: say(texts, saw), want: say(texts, want) });
}

function say({ t }: Texts, sentence: string): string {
  for (const [pattern, key] of SENTENCES) {
    const match = pattern.exec(sentence);
    if (match !== null) return t(key, match.groups ?? {});
  }
  return sentence;
}
