/** A command failed for a reason that its user can understand: the message goes to stderr, without a stack trace. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** What wrong usage exits with, as the shell's own commands do; what fails while working exits with 1. */
export const WRONG_USAGE = 2;

/** A flag or an argument that cannot be read, or that names something that is not known. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(message, WRONG_USAGE);
    this.name = 'UsageError';
  }
}
