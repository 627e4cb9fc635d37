// npm run fuzz: compiles the fuzzer and the sources as they are into a folder that is gone afterwards, and runs it there.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'plugtone-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(130));

for (const name of ['node_modules', 'package.json', 'templates', 'provisioning'])
  symlinkSync(join(root, name), join(folder, name));
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      // `npm run typecheck` does that.
      noCheck: true,
      rootDir: root,
      outDir: folder,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: [],
    files: ['fuzz.ts', 'fuzz-worker.ts'].map((name) => join(root, 'test/fuzz', name)),
  }),
);
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { stdio: 'inherit' });
// What the pages are made of lies beside their code.
for (const name of ['views', 'assets', 'messages'])
  symlinkSync(join(root, 'src/web', name), join(folder, 'src/web', name));
const { fuzz } = await import(pathToFileURL(join(folder, 'test/fuzz/fuzz.js')).href);
process.exit(await fuzz(root, process.argv.slice(2)));
