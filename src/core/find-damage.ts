/** What spreadsheets do to cells. Each finder answers what was wanted instead, or undefined for a sound cell. */

const AS_TEXT = 'format the column as text before the file is saved';
const MONTH = 'jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]';
const DATES = [
  /^\d{1,2}[./]\d{1,2}[./](?:\d{2}|\d{4})$/,
  /^\d{4}-\d{2}-\d{2}(?: 00:00(?::00)?)?$/,
  new RegExp(`^\\d{1,4}[-. ]{1,2}(?:${MONTH})[a-zä]{0,7}\\.?(?:[- ](?:\\d{2}|\\d{4}))?$`, 'i'),
  new RegExp(`^(?:${MONTH})[a-zä]{0,7}\\.?[- ]\\d{1,4}$`, 'i'),
];
/** As a German spreadsheet writes 12.5 and every one a date with its midnight: nobody types a password so. */
const CERTAIN_DATES = [
  /^\d{1,2}\. (?:Jan|Feb|Mrz|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)$/,
  /^\d{4}-\d{2}-\d{2} 00:00(?::00)?$/,
];
/** 1.2E+11 and 1,2E+11: what is left of a long number. */
const SCIENTIFIC = /^\d(?:[.,]\d+)?E\+\d{1,3}$/i;
/** 1,565,123,456. Points are left out: 10.100 is how some offices write an extension. */
const THOUSANDS = /^\d{1,3}(?:([,'’\s])\d{3})(?:\1\d{3})*$/;
const THOUSANDS_BY_POINTS = /^\d{1,3}(?:\.\d{3})+$/;
/** In English and German, and the ##### of a column that is too narrow. */
const ERROR_VALUE =
  /^#(?:#*|NAME\?|N\/A|NV|REF!|BEZUG!|VALUE!|WERT!|DIV\/0!|NUM!|ZAHL!|NULL!|SPILL!|ÜBERLAUF!|CALC!|KALK!)$/i;
const TRUTH = /^(?:true|false|wahr|falsch)$/i;

const ROUNDED = `the digits themselves: a spreadsheet has turned a long number into a rounded one; type it again and ${AS_TEXT}`;
const NO_DATE = `no date: a spreadsheet has made one of what was typed; type it again and ${AS_TEXT}`;
const NO_SEPARATORS = `digits without separators: a spreadsheet has put them between the thousands; ${AS_TEXT}`;

/** In any column. */
export function findErrorValue(cell: string): string | undefined {
  if (!ERROR_VALUE.test(cell)) return undefined;
  return "what was typed: a spreadsheet shows an error or a column that is too narrow; if it is right, write an apostrophe ' before it";
}

/** In a cell that mostly holds a number. */
export function findDamage(cell: string): string | undefined {
  if (SCIENTIFIC.test(cell)) return ROUNDED;
  if (DATES.some((date) => date.test(cell))) return NO_DATE;
  if (THOUSANDS.test(cell)) return NO_SEPARATORS;
  if (/^\d+(?:[.,]0+|,\d+)$/.test(cell)) return `a number without decimals: a spreadsheet has added them; ${AS_TEXT}`;
  return undefined;
}

export function findMacDamage(cell: string): string | undefined {
  const marked = findTextMark(cell);
  if (marked !== undefined) return marked;
  return THOUSANDS_BY_POINTS.test(cell) ? NO_SEPARATORS : findDamage(cell);
}

export function findExtensionDamage(cell: string): string | undefined {
  if (TRUTH.test(cell)) {
    return `an extension: a spreadsheet has made yes or no of what was typed; ${AS_TEXT}; if it is right, write ="${cell}"`;
  }
  return findTextMark(cell) ?? findDamage(cell);
}

/** Only where it is certain: a password may look like anything. */
export function findPasswordDamage(cell: string): string | undefined {
  if (SCIENTIFIC.test(cell)) return ROUNDED;
  return CERTAIN_DATES.some((date) => date.test(cell)) ? NO_DATE : undefined;
}

/** Where no apostrophe can be meant. */
function findTextMark(cell: string): string | undefined {
  if (!/^['‘’`´]/.test(cell)) return undefined;
  return "the same without the apostrophe: it is a spreadsheet's mark for text and came along; take it away";
}
