import { readFile } from 'node:fs/promises';
import { checkBackupPassphrase, describePassphraseFault } from '../core/check-backup-passphrase.ts';
import { Secret } from '../core/secret.ts';
import { CommandError, UsageError } from './command-error.ts';

const VARIABLE = 'PLUGTONE_BACKUP_PASSPHRASE';

export interface PassphraseFlags {
  readonly passphraseFile?: string;
}

export const PASSPHRASE_FLAG = [
  '--passphrase-file <path>',
  `its first line is the passphrase (else ${VARIABLE}; else it is asked for)`,
] as const;

/**
 * From a file, the environment, or whoever sits at the terminal; never from the command line, which everybody on the host sees.
 * `isNew`: for a new backup; it is asked for twice, and must be one that nobody guesses. Throws CommandError, UsageError.
 */
export async function readPassphrase(
  { passphraseFile }: PassphraseFlags,
  { isNew }: { readonly isNew: boolean },
): Promise<Secret> {
  const { where, text } = await findPassphrase(passphraseFile, isNew);
  if (text === '') throw new UsageError(`${where}: the passphrase is empty`);
  const fault = isNew ? checkBackupPassphrase(text) : undefined;
  if (fault === undefined) return new Secret(text);
  const { saw, wanted } = describePassphraseFault(fault);
  throw new UsageError(`${where}: saw ${saw}, wanted ${wanted}`);
}

async function findPassphrase(
  file: string | undefined,
  isNew: boolean,
): Promise<{ readonly where: string; readonly text: string }> {
  if (file !== undefined) {
    try {
      const [first = ''] = (await readFile(file, 'utf8')).split(/\r?\n/);
      return { where: '--passphrase-file', text: first };
    } catch (error) {
      throw new CommandError(`--passphrase-file: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const given = process.env[VARIABLE];
  if (given !== undefined && given !== '') return { where: VARIABLE, text: given };
  if (!process.stdin.isTTY) {
    throw new UsageError(`a passphrase was wanted: --passphrase-file, ${VARIABLE}, or a terminal to ask at`);
  }
  const [text = '', again = text] = await askHidden(isNew ? ['Passphrase: ', 'Again: '] : ['Passphrase: ']);
  if (again !== text) throw new UsageError('the two passphrases are not the same');
  return { where: 'passphrase', text };
}

/** A line from the terminal for each question. It shows nothing of what is typed, also not of what is typed ahead. */
function askHidden(questions: readonly string[]): Promise<string[]> {
  const { stdin, stderr } = process;
  // Before the question: what somebody types at once must not be shown either.
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stderr.write(questions[0] ?? '');
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    let typed = '';
    const end = (then: () => void) => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      then();
    };
    function take(text: string): void {
      for (const key of text) {
        // Enter; Ctrl-D at the end of what was typed.
        if (key === '\r' || key === '\n' || key === '\u0004') {
          lines.push(typed);
          typed = '';
          if (lines.length === questions.length) return end(() => resolve(lines));
          stderr.write(`\n${questions[lines.length]}`);
        } else if (key === '\u0003') return end(() => reject(new CommandError('given up', 130)));
        // Backspace takes a character back, Ctrl-U the line.
        else if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('');
        else if (key === '\u0015') typed = '';
        else typed += key;
      }
    }
    stdin.on('data', take);
    stdin.resume();
  });
}
