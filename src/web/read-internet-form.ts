import { checkInternet, findInternetWarnings } from '../core/check-internet.ts';
import { formatPorts } from '../core/check-port-mappings.ts';
import type { AddressSource, InternetSettings } from '../core/internet.ts';
import type { InternetFault } from '../core/internet-fault.ts';
import { buildPresetRow, PORT_PRESETS, type PortPreset, type PresetPlaces } from '../core/port-presets.ts';
import type { Site } from '../core/site.ts';
import { LEAST_SECRET, MOST_SECRET, WEBHOOK_SECRET } from '../http/schemas/internet.ts';
import type { SiteBody } from '../http/schemas/site.ts';
import type { Texts } from './message-set.ts';
import { type Form, fieldOfRow } from './read-form.ts';
import { type MappingRow, readMapping, readMappingRows, showMapping } from './read-mapping-rows.ts';

export interface InternetForm {
  /** The preset whose button `add.<preset>` was pressed: its row is in `rows`, and nothing is to be stored yet. */
  readonly added: PortPreset | null;
  /** As typed, to be shown again: without empty rows and those that are to go. */
  readonly rows: readonly MappingRow[];
  /** For `readSiteChange`; not sound where there are faults. */
  readonly body: Pick<SiteBody, 'internet' | 'webhookSecret'>;
  /** By field of the form, `mapping.<i>.externalPort` or `portMappings` (all rows): what is wrong, in a sentence. */
  readonly faults: Readonly<Record<string, string>>;
  /** By field too: what is taken, and should be known. */
  readonly warnings: Readonly<Record<string, string>>;
}

/** Fields of text; empty stands for null. */
const TEXTS = ['searchFrom', 'fixedAddress', 'hostName', 'webhookUrl'] as const;
const SOURCES: readonly AddressSource[] = ['upnp', 'fixed', 'name'];

/**
 * The settings of the Internet as a form sends them; judged by what judges the API's PUT /site. A field that the form does not
 * have stays as it is; `mapPorts` (a checkbox) and the rows are read where the form has the hidden field `portMappings`.
 * `webhookSecret`: empty leaves it, `webhookSecret.remove` takes it away. `phoneTlsPort`: see `PresetPlaces`.
 */
export function readInternetForm(form: Form, before: Site, texts: Texts, phoneTlsPort: number | null): InternetForm {
  const hasPorts = form.has('portMappings');
  const typed = hasPorts ? readMappingRows(form) : before.internet.portMappings.map(showMapping);
  const added = PORT_PRESETS.find((preset) => form.has(`add.${preset}`)) ?? null;
  const rows =
    added === null ? typed : withPreset(typed, added, { sipServer: before.settings.sipServer, phoneTlsPort });
  const internet: InternetSettings = {
    ...before.internet,
    ...(hasPorts && { mapPorts: form.has('mapPorts'), portMappings: rows.map(readMapping) }),
    ...Object.fromEntries(TEXTS.filter((name) => form.has(name)).map((name) => [name, form.get(name) || null])),
    addressSource: SOURCES.find((source) => source === form.get('addressSource')) ?? before.internet.addressSource,
    ...(form.has('pollSeconds') && { pollSeconds: readSeconds(form.get('pollSeconds')) }),
  };
  const webhookSecret = readSecret(form);
  const hasSecret = webhookSecret === undefined ? before.webhookSecret !== null : webhookSecret !== null;

  const fieldOf = (where: string) => fieldOfRow(where, rows, 'mapping') ?? where;
  const faults: Record<string, string> = {};
  for (const fault of checkInternet(internet, hasSecret)) {
    const field = fieldOf(fault.where);
    // Left empty, it is the external port: that one has the fault.
    if (rows.some((row) => row.internalPort === '' && field === `mapping.${row.index}.internalPort`)) continue;
    faults[field] ??= texts.t('settings.wrong', {
      saw: sawOf(fault, field, form),
      want: texts.t(`internet-form.want-${fault.kind}`),
    });
  }
  if (typeof webhookSecret === 'string' && !WEBHOOK_SECRET.test(webhookSecret)) {
    faults.webhookSecret = texts.t('internet-form.wrong-secret', { least: LEAST_SECRET, most: MOST_SECRET });
  }
  const warnings: Record<string, string> = {};
  for (const { where, kind, saw } of findInternetWarnings(internet)) {
    warnings[fieldOf(where)] ??= texts.t(`internet-form.warn-${kind}`, { saw });
  }
  return {
    added,
    rows,
    body: {
      internet: { ...internet, portMappings: internet.portMappings.map((row) => ({ ...row })) },
      ...(webhookSecret !== undefined && { webhookSecret }),
    },
    faults,
    warnings,
  };
}

/** A row that has the port already is enough. */
function withPreset(rows: readonly MappingRow[], preset: PortPreset, places: PresetPlaces): readonly MappingRow[] {
  const row = buildPresetRow(preset, places);
  if (row === undefined) return rows;
  const isThere = rows
    .map(readMapping)
    .some((other) => formatPorts({ ...other, count: 1 }) === formatPorts({ ...row, count: 1 }));
  const index = Math.max(-1, ...rows.map((other) => other.index)) + 1;
  return isThere ? rows : [...rows, showMapping(row, index)];
}

/** NaN: no number at all, which no range holds. */
function readSeconds(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

/** Not trimmed: a blank is a fault. Undefined: it stays as it is. */
function readSecret(form: Form): string | null | undefined {
  if (form.has('webhookSecret.remove')) return null;
  const typed = form.raw('webhookSecret');
  return typed === '' ? undefined : typed;
}

/** What was typed, where one field alone is wrong. */
function sawOf({ kind, saw }: InternetFault, field: string, form: Form): string {
  const isOfItself = kind === 'port' || kind === 'count' || kind === 'seconds';
  return isOfItself && form.has(field) ? JSON.stringify(form.get(field).slice(0, 60)) : saw;
}
