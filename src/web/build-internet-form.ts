import { MOST_ROWS } from '../core/check-port-mappings.ts';
import type { AddressSource, MappingProtocol } from '../core/internet.ts';
import type { Site } from '../core/site.ts';
import { listPortPresets } from './list-port-presets.ts';
import type { Texts } from './message-set.ts';
import type { Form } from './read-form.ts';
import type { InternetForm } from './read-internet-form.ts';
import { MAPPING_FIELDS, type MappingRow, showMapping } from './read-mapping-rows.ts';

/** A form as somebody sent it, to be shown again. `faults` adds to those that were read. */
export interface TypedInternetForm {
  readonly form: Form;
  readonly read: InternetForm;
}

export interface InternetField {
  readonly name: string;
  /** In the page `f-<id>`. */
  readonly id: string;
  readonly value: string;
  readonly error: string;
  readonly warning: string;
}

const PROTOCOLS: readonly MappingProtocol[] = ['UDP', 'TCP'];
const SOURCES: readonly AddressSource[] = ['upnp', 'fixed', 'name'];

/** The settings as a form: what is kept, or what was typed with what is wrong about it. `phoneTlsPort`: see `PresetPlaces`. */
export function buildInternetForm(site: Site, texts: Texts, phoneTlsPort: number | null, typed?: TypedInternetForm) {
  const { internet } = site;
  const { faults = {}, warnings = {} } = typed?.read ?? {};
  const rows = typed?.read.rows ?? internet.portMappings.map(showMapping);
  const spare = Math.max(-1, ...rows.map(({ index }) => index)) + 1;
  const source = typed?.form.get('addressSource') || internet.addressSource;
  const field = (name: string, value: string): InternetField => ({
    name,
    id: name.replaceAll('.', '-'),
    value,
    error: faults[name] ?? '',
    warning: warnings[name] ?? '',
  });
  const text = (name: string, kept: string | null) => field(name, typed?.form.get(name) ?? kept ?? '');

  function buildRow(row: MappingRow, number: number, isNew: boolean) {
    const fields = MAPPING_FIELDS.map((name) => [name, field(`mapping.${row.index}.${name}`, row[name])] as const);
    return {
      index: row.index,
      number,
      isNew,
      isAdded: typed?.read.added != null && number === rows.length && !isNew,
      protocols: PROTOCOLS.map((value) => ({ value, isChosen: value === row.protocol })),
      ...(Object.fromEntries(fields) as Record<(typeof MAPPING_FIELDS)[number], InternetField>),
    };
  }

  return {
    revision: typed?.form.get('revision') || String(site.revision),
    isUnsaved: typed !== undefined,
    mapPorts: typed === undefined ? internet.mapPorts : typed.form.has('mapPorts'),
    rows: [
      ...rows.map((row, position) => buildRow(row, position + 1, false)),
      // There is always an empty one to fill in.
      ...(rows.length < MOST_ROWS ? [buildRow(emptyRow(spare), rows.length + 1, true)] : []),
    ],
    all: field('portMappings', ''),
    presets: listPortPresets(texts, { sipServer: site.settings.sipServer, phoneTlsPort }),
    sources: SOURCES.map((value) => ({ value, isChosen: value === source })),
    searchFrom: text('searchFrom', internet.searchFrom),
    pollSeconds: text('pollSeconds', String(internet.pollSeconds)),
    fixedAddress: text('fixedAddress', internet.fixedAddress),
    hostName: text('hostName', internet.hostName),
    webhookUrl: text('webhookUrl', internet.webhookUrl),
    secret: {
      isSet: site.webhookSecret !== null,
      isRemoved: typed?.form.has('webhookSecret.remove') ?? false,
      error: faults.webhookSecret ?? '',
    },
    faultCount: Object.keys(faults).length,
  };
}

function emptyRow(index: number): MappingRow {
  return { index, protocol: 'UDP', externalPort: '', internalPort: '', count: '', internalClient: '', description: '' };
}
