import { join } from 'node:path';
import { run } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Runs `scripts/<name>.mjs`; all it said, and how it ended. */
export async function runScript(
  name: string,
  given: readonly string[],
): Promise<{ readonly code: number | null; readonly said: string }> {
  const { ended, said } = run([process.execPath, join(ROOT, 'scripts', `${name}.mjs`), ...given]);
  const code = await ended;
  return { code, said: said() };
}
