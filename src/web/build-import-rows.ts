import type { MacAddress } from '../core/mac-address.ts';
import type { CsvImport } from '../flows/import-csv.ts';
import { type ImportEffect, noteImportProblem } from '../flows/import-devices.ts';
import { describeCsvFault } from './describe-csv-fault.ts';
import type { Texts } from './message-set.ts';
import { sayNote } from './say-note.ts';

/** What one row of a list does, or what is wrong with it. */
export interface ImportRowView {
  readonly line: number;
  /** Null: it could not be read. */
  readonly mac: MacAddress | null;
  readonly extension: string;
  readonly effect: ImportEffect['effect'];
  readonly effectText: string;
  /** Sentences: what becomes different, or what is wrong and in which column. */
  readonly remarks: readonly string[];
}

/** Good rows that are shown; a person looks at the bad ones, of which more are. */
const MOST_GOOD_ROWS = 200;
const MOST_BAD_ROWS = 500;

/** Line by line, bad rows and good ones as they stand in the list. */
export function buildImportRows(
  { effects, faults, counts }: Pick<CsvImport, 'effects' | 'faults' | 'counts'>,
  texts: Texts,
): { readonly rows: readonly ImportRowView[]; readonly hidden: number } {
  const { t } = texts;
  const effectText = (effect: ImportEffect['effect']) => t(`import.effect-${effect}`);
  const byLine = new Map<number, ImportRowView>();
  for (const { line, column, saw, want } of faults) {
    const sentence = describeCsvFault(texts, { saw, want });
    const remark = column === '' ? sentence : t('import.in-column', { column, sentence });
    const remarks = [...(byLine.get(line)?.remarks ?? []), remark];
    byLine.set(line, { line, mac: null, extension: '', effect: 'refused', effectText: effectText('refused'), remarks });
  }
  for (const { line, mac, extension, effect, problem, reason, changes } of effects) {
    const remarks =
      effect === 'refused'
        ? [problem === null ? reason : sayNote(texts, noteImportProblem(problem))]
        : changes.map((change) => t(`import.change-${change}`));
    byLine.set(line, { line, mac, extension, effect, effectText: effectText(effect), remarks });
  }
  const all = [...byLine.values()].sort((a, b) => a.line - b.line);
  let [good, bad] = [0, 0];
  const rows = all.filter(({ effect }) => (effect === 'refused' ? bad++ < MOST_BAD_ROWS : good++ < MOST_GOOD_ROWS));
  const whole = counts.new + counts.changed + counts.unchanged + counts.refused;
  return { rows, hidden: whole - rows.length };
}
