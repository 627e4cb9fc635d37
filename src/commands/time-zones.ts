import { Command, Option } from 'commander';
import type { TimeZoneSpelling } from '../core/time-zone-rule.ts';
import { canonicalTimeZones, listTimeZones, readTimeZone, timeZoneDataVersion } from '../core/time-zones.ts';
import { vendorById, vendors } from '../vendors/all.ts';
import type { Vendor } from '../vendors/vendor.ts';
import { UsageError } from './command-error.ts';

/** One element of the JSON list. */
export interface TimeZoneRow extends Omit<TimeZoneSpelling, 'note'> {
  /** Why it is not exact; null when exact. */
  readonly note: string | null;
  /** IANA name, old spellings included. */
  readonly zone: string;
  /** The vendor's id. */
  readonly vendor: string;
}

interface TimeZonesFlags {
  readonly vendor?: string;
  readonly format: 'table' | 'json';
}

export function timeZonesCommand(): Command {
  const command = new Command('time-zones')
    .description('print what the phones of each vendor are told for every IANA time zone, and whether that is exact')
    .option('--vendor <id>', `one of ${vendors.map(({ id }) => id).join(', ')} (default: all)`)
    .addOption(
      new Option('--format <format>', 'for people or for programs').choices(['table', 'json']).default('table'),
    )
    .addHelpText('after', '\nExact: the phone shows what tzdata says at every second of the next five years.');
  return command.action((flags: TimeZonesFlags) => {
    const chosen = chooseVendors(flags.vendor);
    const rows = buildTimeZoneRows(chosen, Date.now());
    const write = command.configureOutput().writeOut ?? ((text: string) => process.stdout.write(text));
    write(flags.format === 'json' ? formatJson(rows) : formatTable(rows, chosen));
  });
}

function chooseVendors(id: string | undefined): readonly Vendor[] {
  if (id === undefined) return vendors;
  const vendor = vendorById(id);
  if (vendor !== undefined) return [vendor];
  throw new UsageError(`--vendor: saw "${id}", wanted one of ${vendors.map((known) => known.id).join(', ')}`);
}

/** A row for every name and vendor, at an instant in milliseconds. */
export function buildTimeZoneRows(chosen: readonly Vendor[], now: number): TimeZoneRow[] {
  return listTimeZones().flatMap((zone) => {
    const rule = readTimeZone(zone, now);
    if (!rule.ok) throw new Error(`time zone ${zone} is listed, and not known`);
    return chosen.map((vendor) => {
      const { note, ...spelling } = vendor.spellTimeZone(rule.value);
      return { zone, vendor: vendor.id, ...spelling, note: note?.text ?? null };
    });
  });
}

/** A list with one element to a line, so that it can be searched and compared by line. */
function formatJson(rows: readonly TimeZoneRow[]): string {
  const lines = rows.map(({ zone, vendor, settings, exact, note }) =>
    JSON.stringify({ zone, vendor, settings, exact, note }),
  );
  return `[\n${lines.join(',\n')}\n]\n`;
}

function formatTable(rows: readonly TimeZoneRow[], chosen: readonly Vendor[]): string {
  const zoneWidth = Math.max(...rows.map(({ zone }) => zone.length));
  const vendorWidth = Math.max(...chosen.map(({ id }) => id.length));
  const lines = rows.map(({ zone, vendor, settings, exact, note }) => {
    const told = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
    const verdict = exact ? 'exact    ' : 'not exact';
    return `${zone.padEnd(zoneWidth)}  ${vendor.padEnd(vendorWidth)}  ${verdict}  ${told.join('; ')}${note === null ? '' : `  (${note})`}`;
  });
  return `${lines.join('\n')}\n\n${formatSummary(rows, chosen)}`;
}

/** Old spellings are listed, not counted: a zone counts once. */
function formatSummary(rows: readonly TimeZoneRow[], chosen: readonly Vendor[]): string {
  const canonical = new Set(canonicalTimeZones());
  const counts = chosen.map(({ id, name }) => {
    const own = rows.filter(({ zone, vendor }) => vendor === id && canonical.has(zone));
    const exact = own.filter((row) => row.exact).length;
    return `${name}: ${exact} exact, ${own.length - exact} not exact`;
  });
  const names = listTimeZones().length;
  return `${counts.join('\n')}\nof ${canonical.size} zones (${names} names with old spellings), tzdata ${timeZoneDataVersion}\n`;
}
