// The program built into a folder of its own: the checkout's `dist` may be in use, or written just now.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The path of its main.js; gone when this process ends. */
export function buildAside() {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-aside-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['node_modules', 'package.json', 'provisioning', 'src', 'templates']) {
    symlinkSync(join(root, name), join(folder, name));
  }
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  const compile = [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')];
  execFileSync(process.execPath, [...compile, '--noCheck', '--outDir', join(folder, 'dist')], { stdio: 'inherit' });
  execFileSync(process.execPath, [join(folder, 'scripts/after-build.mjs')], { stdio: 'inherit' });
  return join(folder, 'dist/main.js');
}
