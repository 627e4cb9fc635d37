import { MOST_ROWS } from '../core/check-port-mappings.ts';
import type { PortMapping } from '../core/internet.ts';
import { type Form, readRowIndexes } from './read-form.ts';

/** A row of open ports as text; its fields are named `mapping.<index>.<field>`. */
export interface MappingRow extends Readonly<Record<keyof PortMapping, string>> {
  readonly index: number;
}

export const MAPPING_FIELDS: readonly (keyof PortMapping)[] = [
  'protocol',
  'externalPort',
  'internalPort',
  'count',
  'internalClient',
  'description',
];

/** What a row is empty without: protocol and count have a value in any case. */
const TELLING_FIELDS = ['externalPort', 'internalPort', 'internalClient', 'description'] as const;

/** More are a fault; the first beyond is read, so that the fault shows. */
const MOST_READ = MOST_ROWS + 1;

/** Rows that say something and are not marked by `mapping.<i>.remove`, in the order of their indexes. */
export function readMappingRows(form: Form): readonly MappingRow[] {
  return readRowIndexes(form, 'mapping')
    .map((index) => readRow(form, index))
    .filter((row) => TELLING_FIELDS.some((field) => row[field] !== ''))
    .slice(0, MOST_READ);
}

/** A row that is kept, as its fields show it. */
export function showMapping(row: PortMapping, index: number): MappingRow {
  const { protocol, externalPort, internalPort, count, internalClient, description } = row;
  return {
    index,
    protocol,
    externalPort: String(externalPort),
    internalPort: String(internalPort),
    count: String(count),
    internalClient: internalClient ?? '',
    description,
  };
}

/** Left empty: the internal port is the external one, the count 1, the host this appliance. Numbers that are none are NaN. */
export function readMapping(row: MappingRow): PortMapping {
  const externalPort = readNumber(row.externalPort);
  return {
    protocol: row.protocol === 'TCP' ? 'TCP' : 'UDP',
    externalPort,
    internalPort: row.internalPort === '' ? externalPort : readNumber(row.internalPort),
    count: row.count === '' ? 1 : readNumber(row.count),
    internalClient: row.internalClient || null,
    description: row.description,
  };
}

function readRow(form: Form, index: number): MappingRow {
  const get = (field: keyof PortMapping) => form.get(`mapping.${index}.${field}`);
  return {
    index,
    protocol: get('protocol'),
    externalPort: get('externalPort'),
    internalPort: get('internalPort'),
    count: get('count'),
    internalClient: get('internalClient'),
    description: get('description'),
  };
}

function readNumber(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}
