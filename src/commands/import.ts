import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { ConfigFlags } from '../config.ts';
import type { CsvFaults } from '../core/csv-faults.ts';
import { describeCsvFault } from '../core/parse-phone-csv.ts';
import { type CsvImport, importCsv, previewCsvImport } from '../flows/import-csv.ts';
import { describeImportEffect } from '../flows/import-devices.ts';
import { CommandError } from './command-error.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';

interface ImportFlags extends ConfigFlags {
  readonly partial: boolean;
  readonly dryRun: boolean;
}

/** A list of 100,000 phones has some 10 MB. */
const LARGEST_FILE_BYTES = 64 * 1024 * 1024;

export function importCommand(): Command {
  const command = new Command('import')
    .description('approve a list of phones, ahead of their first boot or not; a running appliance delivers it at once')
    .argument(
      '<file.csv>',
      'columns: mac, extension, display_name, password, auth_name, voicemail, language, vendor, model, setting.<name>',
    )
    .option('--partial', 'import the good rows of a file that has bad ones', false)
    .option('--dry-run', 'say what would happen, and change nothing', false)
    .addHelpText(
      'after',
      '\nA file with a bad row is not imported at all, unless --partial is given. The same file again changes nothing.',
    )
    .action(importPhones);
  return addDataDirFlag(command);
}

async function importPhones(path: string, flags: ImportFlags): Promise<void> {
  const { dataDir } = configFrom(flags);
  const list = await readList(path);
  await withOffice(dataDir, async ({ office }) => {
    const now = Date.now();
    const { dryRun, partial } = flags;
    const result = dryRun
      ? await previewCsvImport(office, list, { now })
      : await importCsv(office, list, { actor: 'command line', partial, now });
    if (!result.ok) throw new CommandError(`${path}:\n${describeFaults(result.problem).join('\n')}`);
    const { effects, faults, counts, stored } = result.value;
    for (const line of describeFaults(result.value)) process.stderr.write(`${line}\n`);
    for (const effect of effects) process.stdout.write(`${describeImportEffect(effect)}\n`);
    const summary = describeCounts(counts);
    if (stored || dryRun) process.stdout.write(`${dryRun ? 'nothing was changed; it would be: ' : ''}${summary}\n`);
    if (!stored && !dryRun) {
      throw new CommandError(`nothing was imported: ${summary}. Mend the file, or give --partial for the good rows`);
    }
    if (faults.length > 0) process.exitCode = 1;
  });
}

async function readList(path: string): Promise<Buffer> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= LARGEST_FILE_BYTES) return bytes;
    throw new CommandError(`${path}: saw ${bytes.length} bytes, wanted ${LARGEST_FILE_BYTES} at most`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function describeFaults({ faults, moreFaults }: CsvFaults): readonly string[] {
  const rest = moreFaults === 0 ? [] : [`and ${moreFaults} more fault(s) that are not listed`];
  return [...faults.map(describeCsvFault), ...rest];
}

function describeCounts(counts: CsvImport['counts']): string {
  return [
    `${counts.new} new`,
    `${counts.changed} changed`,
    `${counts.unchanged} unchanged`,
    `${counts.refused} refused`,
  ].join(', ');
}
