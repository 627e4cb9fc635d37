import { execFile, spawnSync } from 'node:child_process';
import { accessSync, constants, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cgroupHierarchies, isUnderSystemd } from './debian-host.ts';
import { whyNoNamespaces } from './namespaces.ts';

const run = promisify(execFile);

/** The release whose systemd is the oldest that we are tried with; it has no Node 20. */
const SUITE = 'bookworm';

/** Nothing but what is essential, and systemd: a package that forgets a dependency is found out. */
const PACKAGES = ['systemd', 'systemd-sysv', 'libstdc++6', 'libgcc-s1'];

const PROGRAMS = ['mmdebstrap', 'systemd-nspawn', 'dpkg-deb', 'nsenter'];

/** Why there can be no Debian of its own on this machine; undefined: there can. */
export function whyNoDebian(): string | undefined {
  const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version']).status !== 0);
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const noNamespaces = whyNoNamespaces();
  if (noNamespaces !== undefined || isUnderSystemd()) return noNamespaces;
  const hierarchies = cgroupHierarchies();
  const isWritable = hierarchies.length > 0 && hierarchies.every(mayWrite);
  return isWritable ? undefined : 'no cgroup hierarchy in which systemd could keep its services';
}

function mayWrite(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A clean Debian in that folder, which must not exist. Some 20 s of a processor, and 40 MB from the Internet. */
export async function makeDebianRoot(folder: string): Promise<void> {
  const left = ['man', 'locale', 'doc'].map((name) => `path-exclude=/usr/share/${name}/*`);
  // The folder lives for a minute: nothing has to reach the disk.
  const dpkg = [...left, 'path-include=/usr/share/doc/plugtone/*', 'force-unsafe-io'].map(
    (option) => `--dpkgopt=${option}`,
  );
  const options = [
    '--variant=essential',
    `--include=${PACKAGES.join(',')}`,
    ...dpkg,
    '--aptopt=Acquire::Languages "none"',
  ];
  await run('mmdebstrap', ['--quiet', ...options, SUITE, folder]);
}

/** A package `nodejs` of the Node that runs this test. */
export async function packNode(folder: string): Promise<string> {
  const tree = join(folder, 'nodejs');
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  mkdirSync(join(tree, 'DEBIAN'));
  copyFileSync(process.execPath, join(tree, 'usr/bin/node'), constants.COPYFILE_FICLONE);
  const fields = {
    Package: 'nodejs',
    Version: process.versions.node,
    Architecture: await debianArchitecture(),
    Maintainer: 'Nobody <root@localhost>',
    Depends: 'libc6, libgcc-s1, libstdc++6',
    Description: 'stand-in for a test',
  };
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  return pack(tree, join(folder, 'nodejs.deb'));
}

/** The project's package, of what stands in the checkout. */
export async function packPlugtone(folder: string, version: string): Promise<string> {
  const script = join(import.meta.dirname, '../../scripts/build-deb.mjs');
  const options = ['--out', folder, '--version', version, '--work-tree', '--compression', 'none'];
  const { stdout } = await run(process.execPath, [script, ...options]);
  return stdout.trim();
}

/** The same package as another version. */
export async function packAgain(deb: string, version: string, folder: string): Promise<string> {
  const tree = join(folder, `again-${version}`);
  await run('dpkg-deb', ['--raw-extract', deb, tree]);
  await run('sed', ['-i', `s/^Version: .*/Version: ${version}/`, join(tree, 'DEBIAN/control')]);
  await run('sed', ['-i', `s/"version": ".*"/"version": "${version}"/`, join(tree, 'usr/lib/plugtone/package.json')]);
  return pack(tree, join(folder, `plugtone_${version}.deb`));
}

async function pack(tree: string, file: string): Promise<string> {
  await run('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, file]);
  if (!existsSync(file)) throw new Error(`dpkg-deb made no ${file}`);
  return file;
}

async function debianArchitecture(): Promise<string> {
  return (await run('dpkg', ['--print-architecture'])).stdout.trim();
}
