import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface Programs {
  /** The compiled program's path: `appliance` for test/lab/appliance.ts. */
  pathOf(name: string): string;
  remove(): void;
}

/** Compiles programs of this folder, with all that they import, so that plain Node runs them inside a namespace. */
export function buildPrograms(...names: readonly string[]): Programs {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-lab-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: { noEmit: false, rootDir: ROOT, outDir: folder },
      files: names.map((name) => join(import.meta.dirname, `${name}.ts`)),
      include: [],
    }),
  );
  const remove = () => rmSync(folder, { recursive: true });
  try {
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'inherit' });
  } catch (cause) {
    remove();
    throw cause;
  }
  return { pathOf: (name) => join(folder, 'test/lab', `${name}.js`), remove };
}
