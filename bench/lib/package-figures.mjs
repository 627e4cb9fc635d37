// What is installed: sizes, and how many dependencies.
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Where scripts/build-deb.mjs is told to lay it, by habit. */
const DEB_FOLDERS = ['.', 'dist-deb', 'build', 'out'];

/**
 * Of this checkout.
 * @param {string} [debFile] left out: the newest that is found
 */
export function readPackageFigures(debFile) {
  return {
    deb: weighDeb(debFile ?? findDeb()),
    archive: weighArchive(),
    ...weighModules(),
  };
}

function findDeb() {
  return DEB_FOLDERS.map((folder) => join(ROOT, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => /^plugtone_.*\.deb$/.test(basename(file)))
    .sort((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs)[0];
}

/** @param {string | undefined} file */
function weighDeb(file) {
  if (file === undefined) return undefined;
  const kib = execFileSync('dpkg-deb', ['--field', file, 'Installed-Size'], { encoding: 'utf8' });
  return { name: basename(file), bytes: lstatSync(file).size, installedBytes: 1024 * Number(kib) };
}

/** As `npm pack` would make it, without making it. Undefined: npm is missing. */
function weighArchive() {
  try {
    const said = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 26,
    });
    const [{ size, unpackedSize, entryCount }] = JSON.parse(said);
    return { bytes: size, unpackedBytes: unpackedSize, files: entryCount };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** By the lock file: what is not for development only, and is there. What is for other platforms is not. */
function weighModules() {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
  const installed = Object.entries(lock.packages)
    .filter(([path, { dev = false, devOptional = false }]) => path !== '' && !dev && !devOptional)
    .map(([path]) => join(ROOT, path))
    .filter((folder) => existsSync(folder));
  const sums = installed.map(weighFolder);
  const sum = (read) => sums.reduce((total, one) => total + read(one), 0);
  const direct = Object.keys(lock.packages['']?.dependencies ?? {}).length;
  return {
    modules: { bytes: sum(({ bytes }) => bytes), files: sum(({ files }) => files) },
    dependencies: { direct, all: installed.length },
  };
}

/**
 * Without the modules inside it: the lock file names them by themselves.
 * @param {string} folder
 * @returns {{ bytes: number, files: number }}
 */
function weighFolder(folder) {
  let [bytes, files] = [0, 0];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    const inner = entry.isDirectory() ? weighFolder(path) : { bytes: lstatSync(path).size, files: 1 };
    bytes += inner.bytes;
    files += inner.files;
  }
  return { bytes, files };
}
