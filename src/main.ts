#!/usr/bin/env node
import { runProgram } from './commands/program.ts';

// `plugtone time-zones | head`: the reader has enough, and that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await runProgram(process.argv);
