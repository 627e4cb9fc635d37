import { spawn } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Runs `scripts/<name>.mjs`; all it said, and how it ended. */
export async function runScript(
  name: string,
  given: readonly string[],
): Promise<{ readonly code: number | null; readonly said: string }> {
  const script = join(ROOT, 'scripts', `${name}.mjs`);
  const child = spawn(process.execPath, [script, ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve);
    child.once('error', reject);
  });
  return { code, said };
}
