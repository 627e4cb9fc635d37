import { Command, CommanderError } from 'commander';
import { approveCommand } from './approve.ts';
import { auditCommand } from './audit.ts';
import { backupCommand } from './backup.ts';
import { CommandError, WRONG_USAGE } from './command-error.ts';
import { doctorCommand } from './doctor.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { quarantineCommand } from './quarantine.ts';
import { renderCommand } from './render.ts';
import { restoreCommand } from './restore.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';
import { timeZonesCommand } from './time-zones.ts';
import { tokenCommand } from './token.ts';
import { version } from './version.ts';

/** Runs one command line; resolves with the exit code. A bug is thrown on, with its stack. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = new Command('plugtone')
    .description('LAN auto-provisioning and plug-and-play appliance for IP phones')
    .version(version())
    .exitOverride()
    .showHelpAfterError('(add --help for what is possible)');
  const commands = [
    serveCommand(),
    approveCommand(),
    importCommand(),
    exportCommand(),
    tokenCommand(),
    auditCommand(),
    backupCommand(),
    restoreCommand(),
    keyCommand(),
    quarantineCommand(),
    renderCommand(),
    timeZonesCommand(),
    simulateCommand(),
    doctorCommand(),
  ];
  for (const command of commands) inherit(command, program);
  try {
    await program.parseAsync([...argv]);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
    if (error instanceof CommandError) {
      process.stderr.write(`plugtone: ${error.message}\n`);
      return error.exitCode;
    }
    throw error;
  }
}

function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  if (command.parent === null) parent.addCommand(command);
}
