import type { Command } from 'commander';
import { type Config, type ConfigFlags, describeConfigProblems, readConfig } from '../config.ts';
import { UsageError } from './command-error.ts';

export function addDataDirFlag(command: Command): Command {
  return command.option('--data-dir <path>', 'database and keys (PLUGTONE_DATA_DIR; default ./data)');
}

/** For a flag that may be given again: all its values. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Flags and environment as one Config, or every problem at once on stderr. */
export function configFrom(flags: ConfigFlags): Config {
  const read = readConfig(flags, process.env);
  if (!read.ok) throw new UsageError(describeConfigProblems(read.problem));
  return read.value;
}
