import { afterEach, beforeEach, vi } from 'vitest';
import { runProgram } from '../../src/commands/program.ts';

export interface CommandLine {
  /** What the last command wrote to stdout and to stderr. */
  readonly said: { readonly out: string; readonly errors: string };
  /** Runs `plugtone <words>`; its exit code. */
  plugtone(...words: string[]): Promise<number>;
}

/** The command line, in this process. For the top of a test file. */
export function useCommandLine(): CommandLine {
  const said = { out: '', errors: '' };

  const keep = (stream: keyof typeof said) => (text: string | Uint8Array) => {
    said[stream] += String(text);
    return true;
  };
  function forget(): void {
    said.out = '';
    said.errors = '';
  }

  beforeEach(() => {
    forget();
    vi.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('errors'));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = 0;
  });

  return {
    said,
    async plugtone(...words) {
      forget();
      const code = await runProgram(['node', 'plugtone', ...words]);
      process.exitCode = 0;
      return code;
    },
  };
}
