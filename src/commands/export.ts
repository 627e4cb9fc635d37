import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { exportDevices } from '../flows/export-devices.ts';
import { CommandError } from './command-error.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';

interface ExportFlags extends ConfigFlags {
  readonly output?: string;
  readonly delimiter: keyof typeof DELIMITERS;
  readonly withoutPasswords: boolean;
}

const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t' } as const;

export function exportCommand(): Command {
  const command = new Command('export')
    .description('write the approved phones as the list that `import` reads')
    .option('--output <file.csv>', 'into a new file that only you can read, instead of stdout')
    .option('--without-passwords', 'for a list that is shown around; importing it keeps the passwords there are', false)
    .addOption(
      new Option('--delimiter <name>', 'between columns; semicolon where a spreadsheet writes 1,5')
        .choices(Object.keys(DELIMITERS))
        .default('comma'),
    )
    .action(exportPhones);
  return addDataDirFlag(command);
}

async function exportPhones(flags: ExportFlags): Promise<void> {
  await withOffice(configFrom(flags).dataDir, async ({ office }) => {
    const text = await exportDevices(office, {
      delimiter: DELIMITERS[flags.delimiter],
      passwords: !flags.withoutPasswords,
      actor: 'command line',
      now: Date.now(),
    });
    if (flags.output === undefined) process.stdout.write(text);
    else await writeNewFile(flags.output, text);
  });
}

/** Never over a file that is there, and not readable by others: it holds passwords. */
async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
