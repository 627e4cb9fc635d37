import { checkFilterRules, FILTER_ACTIONS, FILTER_PROTOCOLS, MOST_FILTER_RULES } from '../core/check-filter-rules.ts';
import { parseNetwork } from '../core/parse-network.ts';
import type { FilterRule } from '../core/trust.ts';
import type { SiteBody } from '../http/schemas/site.ts';
import type { Texts } from './message-set.ts';
import { readAccessFields } from './read-access-fields.ts';
import { type Form, fieldOfRow, readRowIndexes } from './read-form.ts';

/** A rule as text; its fields are named `filter.<index>.<field>`, and their order is that of the rows. */
export interface FilterRow {
  readonly index: number;
  readonly action: string;
  readonly network: string;
  readonly protocol: string;
  readonly note: string;
}

export interface TrustForm {
  /** A button that moves a row was pressed: nothing is to be stored yet. */
  readonly isMoved: boolean;
  /** As typed, to be shown again: in the new order, without empty rows and those that are to go. */
  readonly rows: readonly FilterRow[];
  /** The rules as far as they can be read, to be tried. */
  readonly rules: readonly FilterRule[];
  /** For `readSiteChange`; not sound where there are faults. */
  readonly body: Pick<SiteBody, 'trust'>;
  /** By field of the form, `filter.<i>.network` or `filter` (all rows): what is wrong, in a sentence. */
  readonly faults: Readonly<Record<string, string>>;
  readonly faultCount: number;
}

/** More are a fault; the first beyond is read, so that the fault shows. */
const MOST_READ = MOST_FILTER_RULES + 1;

/** The rules and the switch of the quarantine as the form sends them; judged by what judges the API's PUT /site. */
export function readTrustForm(form: Form, texts: Texts): TrustForm {
  const typed = readRows(form);
  const move = /^(up|down)\.(\d{1,3})$/.exec(form.get('move'));
  const rows = move === null ? typed : moveRow(typed, Number(move[2]), move[1] === 'up' ? -1 : 1);
  const rules = rows.map(readRule);
  const faults: Record<string, string> = {};
  for (const { where, kind, saw } of checkFilterRules(rules)) {
    const field = fieldOfRow(where, rows, 'filter') ?? 'filter';
    const network = kind === 'host-bits' ? (parseNetwork(form.get(field))?.text ?? '') : '';
    faults[field] ??= texts.t('settings.wrong', { saw, want: texts.t(`trust.want-${kind}`, { network }) });
  }
  const access = readAccessFields(form, texts);
  Object.assign(faults, access.faults);
  return {
    isMoved: move !== null,
    rows,
    rules,
    body: { trust: { rules: [...rules], quarantine: form.has('quarantine'), ...access.settings } },
    faults,
    faultCount: Object.keys(faults).length,
  };
}

/** A rule that is kept, as its fields show it. */
export function showRule({ action, network, protocol, note }: FilterRule, index: number): FilterRow {
  return { index, action, network, protocol, note };
}

function readRule({ action, network, protocol, note }: FilterRow): FilterRule {
  return {
    // A choice that is none comes from no form of ours; to drop nobody by mistake it allows.
    action: FILTER_ACTIONS.find((known) => known === action) ?? 'allow',
    network,
    protocol: FILTER_PROTOCOLS.find((known) => known === protocol) ?? 'both',
    note,
  };
}

function readRows(form: Form): readonly FilterRow[] {
  return readRowIndexes(form, 'filter')
    .map((index) => {
      const get = (field: string) => form.get(`filter.${index}.${field}`);
      return { index, action: get('action'), network: get('network'), protocol: get('protocol'), note: get('note') };
    })
    .filter(({ network, note }) => network !== '' || note !== '')
    .slice(0, MOST_READ);
}

/** Up or down by one; the rows are numbered anew, as their numbers are their order. */
function moveRow(rows: readonly FilterRow[], index: number, by: -1 | 1): readonly FilterRow[] {
  const from = rows.findIndex((row) => row.index === index);
  const row = rows[from];
  const other = rows[from + by];
  if (row === undefined || other === undefined) return rows;
  const moved = rows.map((known) => (known === row ? other : known === other ? row : known));
  return moved.map((known, position) => ({ ...known, index: position }));
}
