import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const PROJECT = resolve(import.meta.dirname, '../..');

/** Compiles these sources and what they import into `<folder>/dist`, where a plain Node process can run them and be killed. */
export async function compileSources(folder: string, sources: readonly string[]): Promise<void> {
  const config = {
    extends: join(PROJECT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rootDir: join(PROJECT, 'src'),
      outDir: join(folder, 'dist'),
      typeRoots: [join(PROJECT, 'node_modules/@types')],
    },
    include: [],
    files: sources.map((source) => join(PROJECT, 'src', source)),
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  const compiler = join(PROJECT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', folder]);
}
