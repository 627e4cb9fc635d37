// The production part of node_modules, as it is packed.
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** At the top of a module, what nothing loads at run time: tests, examples, documents, settings of tools. */
const UNUSED_AT_TOP = /^(tests?|__tests__|bench|benchmarks?|examples?|docs|index\.html|\..+)$/;

/** Types, maps of other people's code, settings of their tools, texts. Licences stay. */
const UNUSED_FILES =
  /(\.d\.[cm]?ts|\.[cm]?ts|\.map|\.md|\.markdown|\.yml|\.tsbuildinfo|\.flow|\.log|\.sh|\.py|Makefile)$|^\.(?!\.?$)|^(bower|tsconfig.*|tslint)\.json$/i;
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** Modules, with their folders: those of npm's layout, also where one stands inside another. */
function listModules(modules) {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : name,
    )
    .flatMap((name) => {
      const folder = join(modules, name);
      const inner = join(folder, 'node_modules');
      return [{ name, folder }, ...(existsSync(inner) ? listModules(inner) : [])];
    });
}

export function removeUnused(modules) {
  rmSync(join(modules, '.package-lock.json'), { force: true });
  for (const { name, folder } of listModules(modules)) {
    // Debian's C library is glibc.
    if (/-musl(eabihf)?$/.test(name)) {
      rmSync(folder, { recursive: true });
      continue;
    }
    for (const unused of readdirSync(folder).filter((each) => UNUSED_AT_TOP.test(each)))
      rmSync(join(folder, unused), { recursive: true });
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const isUnused = entry.isFile() && UNUSED_FILES.test(entry.name) && !LICENCE.test(entry.name);
      if (isUnused) rmSync(join(entry.parentPath, entry.name));
    }
    removeEmptyFolders(folder);
  }
}

function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** What the prebuilt programs need of the system, as Debian's dependencies. Read from the files: no linker is needed. */
export function listLibraries(modules) {
  const programs = readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.node'));
  if (programs.length < 2) throw new Error('the prebuilt parts of libsql and argon2 are missing');
  const texts = programs.map((path) => readFileSync(join(modules, path), 'latin1'));
  const versions = texts.flatMap((text) => [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor)));
  const named = [
    ['libgcc_s.so.1', 'libgcc-s1'],
    ['libstdc++.so.6', 'libstdc++6'],
  ].filter(([library]) => texts.some((text) => text.includes(library)));
  return [`libc6 (>= 2.${Math.max(...versions)})`, ...named.map(([, debian]) => debian)];
}

/** Which modules are inside, under which licence; the texts lie in their folders. */
export function listLicences(modules) {
  const lines = listModules(modules).map(({ folder }) => {
    const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const words = [license ?? licenses].flat().map((each) => each?.type ?? each ?? 'see its files');
    return `${name} ${version}: ${words.join(', ')}`;
  });
  const unique = [...new Set(lines)].sort();
  return [
    'Inside the package, each with its licence under /usr/lib/plugtone/node_modules (that of Apache-2.0 is also',
    '/usr/share/common-licenses/Apache-2.0):',
    '',
    ...unique,
    '',
  ].join('\n');
}
