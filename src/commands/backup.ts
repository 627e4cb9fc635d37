import { once } from 'node:events';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { Config, ConfigFlags } from '../config.ts';
import type { BackupManifest } from '../store/backup/backup-manifest.ts';
import { verifyBackup } from '../store/backup/backup-verifier.ts';
import { type BackupOptions, prepareBackup, writeBackupFile } from '../store/backup/backup-writer.ts';
import type { Store } from '../store/store.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';
import { PASSPHRASE_FLAG, type PassphraseFlags, readPassphrase } from './passphrase-source.ts';
import { requireDatabase } from './require-database.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { version } from './version.ts';

interface BackupFlags extends ConfigFlags, PassphraseFlags {
  readonly out?: string;
  readonly withFiles: boolean;
}

/** `--out -` */
const STDOUT = '-';

export function backupCommand(): Command {
  const verify = new Command('verify')
    .description('is a backup whole, and does it open? Restores it into a folder of its own, and removes that again')
    .argument('<file>')
    .option(...PASSPHRASE_FLAG)
    .action(verifyFile);
  const command = new Command('backup')
    .description('write an encrypted backup of database, key and overrides, while the appliance runs')
    .option('--out <file>', 'into this new file; -: to stdout (default: plugtone-<time>.backup in this folder)')
    .option(...PASSPHRASE_FLAG)
    .option('--with-files', 'also the files of the site: firmware, pictures, ring tones', false)
    .option('--site-dir <path>', 'overrides and files of the site (PLUGTONE_SITE_DIR; default ./provisioning)')
    .action(backUp);
  command.addCommand(verify);
  return addDataDirFlag(command);
}

async function backUp(flags: BackupFlags): Promise<void> {
  const config = configFrom(flags);
  await requireDatabase(config.dataDir);
  const passphrase = await readPassphrase(flags, { isNew: true });
  await untilInterrupted((signal) =>
    withOffice(config.dataDir, async ({ store }) => {
      const options = optionsOf(config, store, flags, { passphrase, signal });
      const now = new Date(store.database.clock());
      const file = flags.out ?? `plugtone-${now.toISOString().slice(0, 19).replaceAll(':', '-')}.backup`;
      const { manifest, skipped, bytes } =
        file === STDOUT ? await writeToStdout(options) : await writeBackupFile(resolve(file), options);
      const detail = { phones: manifest.phones, bytes };
      const entry = { at: now.getTime(), actor: 'command line', action: 'backup.made', subject: 'site', detail };
      await store.audit.append([entry]);
      for (const path of skipped) process.stderr.write(`plugtone: left out, as it is no plain file: ${path}\n`);
      process.stderr.write(`backup of ${describe(manifest)}, ${bytes} bytes\n`);
      if (file !== STDOUT) process.stdout.write(`${file}\n`);
    }),
  );
}

function optionsOf(
  { siteDir }: Config,
  { database }: Store,
  { withFiles }: BackupFlags,
  { passphrase, signal }: Pick<BackupOptions, 'passphrase' | 'signal'>,
): BackupOptions {
  return { database, siteDir, withFiles, passphrase, version: version(), signal };
}

async function writeToStdout(options: BackupOptions) {
  const prepared = await prepareBackup(options);
  let bytes = 0;
  try {
    for await (const piece of prepared.bytes()) {
      bytes += piece.length;
      if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
    }
    return { ...prepared, bytes };
  } finally {
    await prepared.remove();
  }
}

async function verifyFile(file: string, _: PassphraseFlags, command: Command): Promise<void> {
  // `backup` has the same flag, and takes it wherever it stands.
  const passphrase = await readPassphrase(command.optsWithGlobals<PassphraseFlags>(), { isNew: false });
  const { manifest, values } = await untilInterrupted((signal) => verifyBackup(resolve(file), passphrase, signal));
  process.stdout.write(`${file} is whole: ${describe(manifest)}; its key opens all ${values} secrets\n`);
}

export function describe({ phones, madeAt, version: made }: BackupManifest): string {
  return `${phones} approved phones, made on ${new Date(madeAt).toISOString()} by Plugtone ${made}`;
}
