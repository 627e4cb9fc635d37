import { resolve } from 'node:path';
import { Command } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { withOrigin } from '../core/audit-origin.ts';
import { restoreBackup } from '../store/backup/restorer.ts';
import { describe } from './backup.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { commandLineOrigin } from './open-office.ts';
import { PASSPHRASE_FLAG, type PassphraseFlags, readPassphrase } from './passphrase-source.ts';
import { untilInterrupted } from './until-interrupted.ts';

interface RestoreFlags extends ConfigFlags, PassphraseFlags {
  readonly force: boolean;
}

export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('put a backup in place, on this or on another machine; the appliance must be stopped')
    .argument('<file>')
    .option(...PASSPHRASE_FLAG)
    .option('--site-dir <path>', 'overrides and files of the site (PLUGTONE_SITE_DIR; default ./provisioning)')
    .option('--force', 'also where a database is there already: it is kept aside', false)
    .action(restore);
  return addDataDirFlag(command);
}

async function restore(file: string, flags: RestoreFlags): Promise<void> {
  const { dataDir, siteDir } = configFrom(flags);
  const passphrase = await readPassphrase(flags, { isNew: false });
  const { manifest, keptIn } = await untilInterrupted((signal) =>
    withOrigin(commandLineOrigin(), () =>
      restoreBackup({
        file: resolve(file),
        passphrase,
        dataDir,
        siteDir,
        force: flags.force,
        actor: 'command line',
        now: Date.now(),
        credentialsDirectory: process.env.CREDENTIALS_DIRECTORY,
        signal,
      }),
    ),
  );
  process.stdout.write(`${dataDir} is restored: ${describe(manifest)}\n`);
  for (const folder of keptIn) process.stdout.write(`what was there before is in ${folder}\n`);
}
