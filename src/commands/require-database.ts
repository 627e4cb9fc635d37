import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASE_FILE } from '../store/store.ts';
import { CommandError } from './command-error.ts';

/** A command that takes something out of the data folder must not make an empty one. Throws CommandError. */
export async function requireDatabase(dataDir: string): Promise<void> {
  try {
    await access(join(dataDir, DATABASE_FILE));
  } catch {
    throw new CommandError(`there is no database in ${dataDir}: name the right folder with --data-dir`);
  }
}
