import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { describeCsvFault, parsePhoneCsv } from '../core/parse-phone-csv.ts';
import { describeImportEffect, type ImportEffect, importDevices, planImport } from '../flows/import-devices.ts';
import { vendors } from '../vendors/all.ts';
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
      'columns: mac, extension, display_name, password, auth_name, voicemail, vendor, model, setting.<name>',
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
  const parsed = parsePhoneCsv(await readList(path), { vendors });
  if (!parsed.ok) throw new CommandError(`${path}:\n${parsed.problem.map(describeCsvFault).join('\n')}`);
  const { rows, faults } = parsed.value;
  for (const fault of faults) process.stderr.write(`${describeCsvFault(fault)}\n`);

  await withOffice(dataDir, async ({ office }) => {
    const now = Date.now();
    // Faulty rows are refused whatever happens; with them the whole file is, unless a part is wanted.
    const isPlanOnly = flags.dryRun || (faults.length > 0 && !flags.partial);
    const plan = isPlanOnly
      ? { ...planImport(office, rows, now), stored: false }
      : await importDevices(office, rows, { actor: 'command line', partial: flags.partial, now });
    for (const effect of plan.effects) process.stdout.write(`${describeImportEffect(effect)}\n`);
    const faultyLines = new Set(faults.map(({ line }) => line)).size;
    const summary = describeSummary(plan.effects, faultyLines);
    if (plan.stored || flags.dryRun)
      process.stdout.write(`${flags.dryRun ? 'nothing was changed; it would be: ' : ''}${summary}\n`);
    if (!plan.stored && !flags.dryRun) {
      throw new CommandError(`nothing was imported: ${summary}. Mend the file, or give --partial for the good rows`);
    }
    if (faultyLines > 0) process.exitCode = 1;
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

function describeSummary(effects: readonly ImportEffect[], faultyLines: number): string {
  const count = (wanted: ImportEffect['effect']) => effects.filter(({ effect }) => effect === wanted).length;
  return [
    `${count('new')} new`,
    `${count('changed')} changed`,
    `${count('unchanged')} unchanged`,
    `${count('refused') + faultyLines} refused`,
  ].join(', ');
}
