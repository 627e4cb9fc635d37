#!/usr/bin/env node
// Builds the Debian package, for the architecture of the machine that it runs on: libsql and argon2 are programs of one.
// Wants dpkg-deb, git, npm, and the checkout's own node_modules (npm ci) for the compiler.
//
//   node scripts/build-deb.mjs [--out <folder>] [--version <version>] [--work-tree] [--compression <dpkg-deb -Z>]
//
// Packs what is committed; --work-tree: what stands there. The same commit gives the same bytes.
// SOURCE_DATE_EPOCH (seconds; default: time of the commit) is the date of everything; DEBFULLNAME, DEBEMAIL: who made it.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { listLibraries, listLicences, removeUnused } from './lib/deb-modules.mjs';
import { fillIn, listChecksums, settleFiles, sizeInKib } from './lib/deb-tree.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What a program says is for people: standard output is the package's path alone. */
const REPORTED = ['ignore', 2, 2];
const DEBIAN_ARCHITECTURES = { x64: 'amd64', arm64: 'arm64', arm: 'armhf' };

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: '.' },
    version: { type: 'string' },
    'work-tree': { type: 'boolean', default: false },
    compression: { type: 'string', default: 'xz' },
  },
});
const architecture = DEBIAN_ARCHITECTURES[process.arch];
if (architecture === undefined) throw new Error(`libsql has no program for ${process.arch}`);
const run = (program, args, settings = {}) =>
  execFileSync(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', ...settings });
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? run('git', ['log', '-1', '--format=%ct']));
const date = new Date(epoch * 1000);

const folder = mkdtempSync(join(tmpdir(), 'plugtone-deb-'));
try {
  const source = join(folder, 'source');
  const tree = join(folder, 'tree');
  takeSource(source);
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
  const version = options.version ?? chooseVersion(manifest.version);
  compile(source);
  layOut(source, tree, manifest, version);
  const file = join(resolve(options.out), `plugtone_${version}_${architecture}.deb`);
  mkdirSync(resolve(options.out), { recursive: true });
  run('dpkg-deb', ['--root-owner-group', `-Z${options.compression}`, '--build', tree, file], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
  console.log(file);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function takeSource(to) {
  mkdirSync(to);
  if (!options['work-tree']) {
    const archive = execFileSync('git', ['archive', 'HEAD'], { cwd: ROOT, maxBuffer: 256 * 1024 * 1024 });
    execFileSync('tar', ['-x', '-f', '-', '-C', to], { input: archive });
    return;
  }
  const files = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard']).split('\0');
  for (const file of files) {
    // A file that is deleted, and not committed, is still listed.
    if (file !== '' && existsSync(join(ROOT, file))) cpSync(join(ROOT, file), join(to, file));
  }
}

/** A commit between two releases sorts before the release that it leads to, and after the commits before it. */
function chooseVersion(released) {
  const tags = run('git', ['tag', '--points-at', 'HEAD']).split('\n');
  const isDirty = options['work-tree'] && run('git', ['status', '--porcelain']) !== '';
  if (tags.includes(`v${released}`) && !isDirty) return released;
  const commit = run('git', ['rev-parse', '--short=8', 'HEAD']).trim();
  const stamp = date.toISOString().replace(/[-:]/g, '').replace('T', '.').slice(0, 15);
  return `${released}~${stamp}.g${commit}${isDirty ? '+dirty' : ''}`;
}

function compile(source) {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  if (!existsSync(compiler)) throw new Error('no compiler in node_modules: run npm ci first');
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  run(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: source, stdio: REPORTED });
  run(process.execPath, ['scripts/after-build.mjs'], { cwd: source, stdio: REPORTED });
}

function layOut(source, tree, manifest, version) {
  const library = join(tree, 'usr/lib/plugtone');
  const documents = join(tree, 'usr/share/doc/plugtone');
  const put = (from, to) => cpSync(join(source, from), join(tree, to), { recursive: true });

  mkdirSync(library, { recursive: true });
  const program = manifest.files.filter((name) => name.startsWith('dist/'));
  for (const name of [...program, 'templates', 'package.json']) put(name, `usr/lib/plugtone/${name}`);
  cpSync(join(source, 'package-lock.json'), join(library, 'package-lock.json'));
  run(
    'npm',
    ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--no-bin-links', '--loglevel=error'],
    { cwd: library },
  );
  rmSync(join(library, 'package-lock.json'));
  const modules = join(library, 'node_modules');
  removeUnused(modules);

  put('packaging/deb/plugtone', 'usr/bin/plugtone');
  put('systemd/plugtone.service', 'usr/lib/systemd/system/plugtone.service');
  put('systemd/plugtone-sysctl.conf', 'usr/lib/sysctl.d/60-plugtone.conf');
  put('systemd/plugtone-sysusers.conf', 'usr/lib/sysusers.d/plugtone.conf');
  put('systemd/plugtone-tmpfiles.conf', 'usr/lib/tmpfiles.d/plugtone.conf');
  put('systemd/plugtone.env.example', 'etc/plugtone/plugtone.env');
  put('provisioning/README.md', 'etc/plugtone/provisioning/README.md');

  for (const name of ['README.md', 'CHANGELOG.md', 'docs']) put(name, `usr/share/doc/plugtone/${name}`);
  put('provisioning/examples', 'usr/share/doc/plugtone/examples');
  put('systemd/low-ports.conf', 'usr/share/doc/plugtone/examples/low-ports.conf');
  put('packaging/deb/lintian-overrides', 'usr/share/lintian/overrides/plugtone');
  mkdirSync(join(tree, 'usr/share/man/man1'), { recursive: true });
  const zip = (text) => gzipSync(text, { level: 9 });
  writeFileSync(
    join(tree, 'usr/share/man/man1/plugtone.1.gz'),
    zip(readFileSync(join(source, 'packaging/deb/plugtone.1'))),
  );
  const maintainer = `${process.env.DEBFULLNAME ?? 'The Plugtone authors'} <${process.env.DEBEMAIL ?? 'root@localhost'}>`;
  const day = date.toUTCString().replace('GMT', '+0000');
  writeFileSync(
    join(documents, 'changelog.gz'),
    zip(`plugtone (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- ${maintainer}  ${day}\n`),
  );
  const ours = readFileSync(join(source, 'LICENSE'), 'utf8');
  writeFileSync(join(documents, 'copyright'), `${ours}\n${listLicences(modules)}`);

  const control = join(tree, 'DEBIAN');
  mkdirSync(control);
  for (const name of ['postinst', 'prerm', 'postrm']) put(`packaging/deb/${name}`, `DEBIAN/${name}`);
  const installedSize = sizeInKib(tree);
  const values = {
    VERSION: version,
    ARCHITECTURE: architecture,
    MAINTAINER: maintainer,
    INSTALLED_SIZE: installedSize,
    NODE_VERSION: manifest.engines.node.replace(/^>=\s*/, ''),
    LIBRARIES: listLibraries(modules).join(', '),
  };
  writeFileSync(join(control, 'control'), fillIn(readFileSync(join(source, 'packaging/deb/control'), 'utf8'), values));
  writeFileSync(join(control, 'conffiles'), '/etc/plugtone/plugtone.env\n/etc/plugtone/provisioning/README.md\n');
  writeFileSync(join(control, 'md5sums'), listChecksums(tree));
  settleFiles(tree, date);
  // The first administrator's password may stand there; systemd reads it as root.
  chmodSync(join(tree, 'etc/plugtone/plugtone.env'), 0o640);
}
