import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FuzzTarget } from './fuzz-target.ts';

export interface CorpusItem {
  readonly name: string;
  readonly bytes: Buffer;
}

const folderOf = (root: string, target: Pick<FuzzTarget, 'name'>) => join(root, 'test/fuzz/corpus', target.name);

/** All inputs to begin with, in one order on every machine. `root`: of the project. */
export function readCorpus(root: string, target: FuzzTarget): CorpusItem[] {
  const folders = [folderOf(root, target), ...(target.folders ?? []).map((folder) => join(root, folder))];
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((item) => item.isFile() && !item.name.endsWith('.md'))
      .map(({ name }) => name)
      .sort()
      .map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
  );
}

/** Keeps an input that failed: from now on the tests replay it. Returns its path in the project. */
export function keepFailure(root: string, target: Pick<FuzzTarget, 'name'>, label: string, bytes: Buffer): string {
  const folder = folderOf(root, target);
  mkdirSync(folder, { recursive: true });
  const name = `${label}.bin`;
  writeFileSync(join(folder, name), bytes);
  return `test/fuzz/corpus/${target.name}/${name}`;
}
