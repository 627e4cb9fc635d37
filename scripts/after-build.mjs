// What tsc leaves undone: lays the pages' views, styles and texts beside their code, makes the program one file, and executable, so that
// `npx plugtone` works from a checkout.
import { chmodSync, cpSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './lib/bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const folder of ['views', 'assets', 'messages']) {
  const from = `${root}src/web/${folder}`;
  if (existsSync(from)) cpSync(from, `${root}dist/web/${folder}`, { recursive: true });
}
await bundleProgram(`${root}dist`);
chmodSync(`${root}dist/main.js`, 0o755);
