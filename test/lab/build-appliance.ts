import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** What the compiled program, or its build, finds beside its own folder. */
const NEIGHBOURS = ['node_modules', 'package.json', 'provisioning', 'src', 'templates'];

export interface BuiltAppliance {
  /** Path of the command line's program. */
  readonly mainPath: string;
  remove(): void;
}

/** What `npm run build` does, in a folder of its own: the checkout's `dist` may be old, or in use, or written just now. */
export function buildAppliance(): BuiltAppliance {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-lab-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const name of NEIGHBOURS) symlinkSync(join(ROOT, name), join(folder, name));
    cpSync(join(ROOT, 'scripts'), join(folder, 'scripts'), { recursive: true });
    const compile = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'tsconfig.build.json')];
    execFileSync(process.execPath, [...compile, '--outDir', join(folder, 'dist')], { stdio: 'inherit' });
    execFileSync(process.execPath, [join(folder, 'scripts/after-build.mjs')], { stdio: 'inherit' });
  } catch (cause) {
    remove();
    throw cause;
  }
  return { mainPath: join(folder, 'dist/main.js'), remove };
}
