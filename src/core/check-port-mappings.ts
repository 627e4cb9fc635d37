import { isIPv4 } from 'node:net';
import { classifyAddress } from './classify-address.ts';
import { findMappingConflicts } from './find-mapping-conflicts.ts';
import { DEFAULT_RTP_PORTS, MOST_PORTS_OF_A_ROW, type PortMapping } from './internet.ts';
import type { InternetFault, InternetWarning } from './internet-fault.ts';

/** As many as the smallest tables of routers have entries (Linksys: 32); a row takes at least one. */
export const MOST_ROWS = 32;

/** All ports together: more do not fit into the smallest tables of routers, and each is asked for by itself. */
export const MOST_PORTS_EVERYWHERE = 32;

/** Characters that a person may give a row. Routers are told less of it: their tables are narrow (`expand-mappings`). */
export const LONGEST_DESCRIPTION = 64;

const LAST_PORT = 65_535;

/** Printable ASCII that needs no escape in XML: routers are known to lose or refuse descriptions that do. */
const DESCRIPTION = /^(?:(?![<>&"'])[\x20-\x7e])*$/;

/** What is wrong with the list of open ports; `where` begins with `portMappings`. */
export function checkPortMappings(rows: readonly PortMapping[]): readonly InternetFault[] {
  if (rows.length > MOST_ROWS) {
    return [{ where: 'portMappings', kind: 'rows', saw: `${rows.length} rows`, wanted: `at most ${MOST_ROWS}` }];
  }
  return [...rows.flatMap(checkRow), ...checkOverlaps(rows)];
}

/** What works, and may not work everywhere. */
export function findPortWarnings(rows: readonly PortMapping[]): readonly InternetWarning[] {
  const warnings = rows.flatMap((row, index): readonly InternetWarning[] =>
    row.count > DEFAULT_RTP_PORTS
      ? [{ where: `portMappings.${index}.count`, kind: 'many-ports-of-a-row', saw: row.count }]
      : [],
  );
  const all = rows.reduce((sum, { count }) => sum + count, 0);
  if (all <= MOST_PORTS_EVERYWHERE) return warnings;
  return [...warnings, { where: 'portMappings', kind: 'many-ports', saw: all }];
}

function checkRow(row: PortMapping, index: number): readonly InternetFault[] {
  const { count, internalClient, description } = row;
  const faults: InternetFault[] = [];
  const add = (field: keyof PortMapping, fault: Omit<InternetFault, 'where'>) =>
    faults.push({ where: `portMappings.${index}.${field}`, ...fault });

  const isCount = isWithin(count, 1, MOST_PORTS_OF_A_ROW);
  if (!isCount) {
    const wanted = `a whole number 1-${MOST_PORTS_OF_A_ROW}: routers have small tables`;
    add('count', { kind: 'count', saw: String(count), wanted });
  }
  for (const field of ['externalPort', 'internalPort'] as const) {
    const first = row[field];
    if (!isWithin(first, 1, LAST_PORT)) {
      add(field, { kind: 'port', saw: String(first), wanted: `a port, 1-${LAST_PORT}` });
    } else if (isCount && first + count - 1 > LAST_PORT) {
      const wanted = `a last port of ${LAST_PORT} at most`;
      add(field, { kind: 'range', saw: `${first} to ${first + count - 1}`, wanted });
    }
  }
  // A host name would make some routers ask a name server, and answer nobody meanwhile.
  if (internalClient !== null && (!isIPv4(internalClient) || classifyAddress(internalClient) !== 'private')) {
    const wanted = 'null for this appliance, or a private IPv4 address (RFC 1918) of the LAN';
    add('internalClient', { kind: 'client', saw: quote(internalClient), wanted });
  }
  if (description.length > LONGEST_DESCRIPTION || !DESCRIPTION.test(description)) {
    const wanted = `at most ${LONGEST_DESCRIPTION} printable ASCII characters without < > & " '`;
    add('description', { kind: 'description', saw: quote(description), wanted });
  }
  return faults;
}

/** The later one of two rows has the fault, once. */
function checkOverlaps(rows: readonly PortMapping[]): readonly InternetFault[] {
  const told = new Set<number>();
  return findMappingConflicts(rows).flatMap(({ first, second }) => {
    const [one, other] = [rows[first], rows[second]];
    if (one === undefined || other === undefined || told.has(second)) return [];
    told.add(second);
    const wanted = `ports that no other row has: row ${first + 1} has ${formatPorts(one)}`;
    return [{ where: `portMappings.${second}.externalPort`, kind: 'overlap', saw: formatPorts(other), wanted }];
  });
}

/** `5060/UDP`, `10000-10015/UDP`. */
export function formatPorts({ protocol, externalPort, count }: PortMapping): string {
  return `${externalPort}${count > 1 ? `-${externalPort + count - 1}` : ''}/${protocol}`;
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
