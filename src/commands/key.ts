import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { ConfigFlags } from '../config.ts';
import { keyIdOf } from '../store/cipher.ts';
import { lockDataDir } from '../store/data-dir-lock.ts';
import { lookAtDatabase } from '../store/database-look.ts';
import { findKeyPlaces } from '../store/key-places.ts';
import { type Rotation, rotateKey } from '../store/key-rotation.ts';
import { DATABASE_FILE, type Store } from '../store/store.ts';
import { CommandError } from './command-error.ts';
import { addDataDirFlag, configFrom } from './config-flags.ts';
import { withOffice } from './open-office.ts';
import { requireDatabase } from './require-database.ts';
import { untilInterrupted } from './until-interrupted.ts';

interface RotateFlags extends ConfigFlags {
  readonly newKeyFile?: string;
}

export function keyCommand(): Command {
  const rotate = new Command('rotate')
    .description('a new key for the stored passwords; the appliance may go on running, unless the key is a credential')
    .option('--new-key-file <path>', 'where the key is a systemd credential: the new file to write the new one to')
    .action(rotateNow);
  const showId = new Command('show-id')
    .description('which key is in force, and which one the database wants; never the key')
    .action(showKeyId);
  const command = new Command('key').description('the key that stored passwords are sealed with');
  for (const child of [rotate, showId]) command.addCommand(addDataDirFlag(child));
  return command;
}

async function rotateNow(flags: RotateFlags): Promise<void> {
  const { dataDir } = configFrom(flags);
  await requireDatabase(dataDir);
  await untilInterrupted(() =>
    withOffice(dataDir, async ({ store }) => {
      const { before, after, values, file } = await rotate(dataDir, store, flags.newKeyFile);
      process.stdout.write(`${values} values are sealed with the new key ${after} (it was ${before}): ${file}\n`);
      if (flags.newKeyFile === undefined) return;
      process.stdout.write(
        'make it the credential of the service before the next start; the old key opens nothing any more\n',
      );
    }),
  );
}

/** A credential is what it was until the service starts again: a running server could not follow. */
async function rotate(dataDir: string, store: Store, newKeyFile: string | undefined): Promise<Rotation> {
  const options = { actor: 'command line', newKeyFile: newKeyFile === undefined ? undefined : resolve(newKeyFile) };
  if (!store.database.keys.places.isCredential) return rotateKey(store.database, options);
  const lock = lockDataDir(dataDir);
  if (lock === undefined) {
    throw new CommandError(`the appliance runs on ${dataDir} with the credential it was started with: stop it first`);
  }
  try {
    return await rotateKey(store.database, options);
  } finally {
    lock.release();
  }
}

async function showKeyId(flags: ConfigFlags): Promise<void> {
  const { dataDir } = configFrom(flags);
  await requireDatabase(dataDir);
  const databaseFile = join(dataDir, DATABASE_FILE);
  const look = await lookAtDatabase(databaseFile);
  if (look.kind !== 'read') throw new CommandError(`${databaseFile} cannot be read`);
  await untilInterrupted(async () => {
    const places = findKeyPlaces(databaseFile, process.env.CREDENTIALS_DIRECTORY);
    const key = places.read();
    const wanted = look.meta.get('key_id');
    const kind = places.isCredential ? 'credential' : 'key file';
    process.stdout.write(`${kind} ${places.file}: ${key === undefined ? 'missing' : keyIdOf(key)}\n`);
    process.stdout.write(`database: ${wanted ?? 'none yet'}\n`);
    if (key === undefined || (wanted !== undefined && keyIdOf(key) !== wanted)) {
      throw new CommandError('this key does not open the database');
    }
  });
}
