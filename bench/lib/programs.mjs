// The programs of the phones' side, compiled into a folder of their own.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SOURCES = join(import.meta.dirname, '../pnp');
const BENCH = join(import.meta.dirname, '..');

const run = promisify(execFile);

/** Interrupted or not: what was started is ended, what was made is removed (all of it at the `exit` of the process). */
export function leaveNothingBehind() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
}

/** A folder that is gone when the process is. */
export function openTempFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * @param {string} folder
 * @param {readonly string[]} names of bench/pnp/*.c
 * @param {string} [part] another folder of bench/
 */
export function compilePrograms(folder, names, part = 'pnp') {
  if (spawnSync('cc', ['--version']).status !== 0)
    throw new Error('a C compiler is wanted: apt-get install gcc libc6-dev');
  for (const name of names) {
    execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-o', join(folder, name), join(BENCH, part, `${name}.c`)], {
      stdio: 'inherit',
    });
  }
}

/**
 * For LD_PRELOAD: see grant-buffer.c.
 * @param {string} folder
 */
export function compileBufferGrant(folder) {
  const library = join(folder, 'grant-buffer.so');
  const source = join(SOURCES, 'grant-buffer.c');
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-shared', '-fPIC', '-o', library, source], { stdio: 'inherit' });
  return library;
}

/**
 * Runs a program that prints one line of JSON.
 * @param {readonly string[]} command
 */
export async function runForJson(command) {
  const [program = '', ...args] = command;
  const running = run(program, args, { maxBuffer: 1 << 20 });
  const kill = () => void running.child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    const { stdout } = await running;
    return JSON.parse(stdout);
  } finally {
    process.removeListener('exit', kill);
  }
}
