// What tsc leaves undone: makes the command line executable, so that `npx plugtone` works from a checkout, and lays the
// pages' views, styles and texts beside their code.
import { chmodSync, cpSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
chmodSync(`${root}dist/main.js`, 0o755);
for (const folder of ['views', 'assets', 'messages']) {
  const from = `${root}src/web/${folder}`;
  if (existsSync(from)) cpSync(from, `${root}dist/web/${folder}`, { recursive: true });
}
