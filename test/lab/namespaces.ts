import { type ExecFileSyncOptions, execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Hosts in network namespaces of their own. Nothing of it touches the machine's own network. */
export interface Namespaces<Host extends string> {
  /** The namespace's full name, for `ip netns exec`. */
  namespace(host: Host): string;
  /** Runs `ip` in the namespace, arguments separated by blanks. */
  ip(host: Host, args: string): void;
  /** Many such lines, in one run of the program. */
  batch(host: Host, lines: readonly string[]): void;
  /** Standard output of a program in the namespace. */
  run(host: Host, program: string, ...args: readonly string[]): string;
  close(): void;
}

/** Why there can be none on this machine; undefined: there can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V']).status !== 0) return 'iproute2 is not installed';
  const probe = `pt-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', probe]);
  return made.status === 0 ? undefined : `no network namespace can be made: ${made.stderr.trim()}`;
}

let opened = 0;

export function openNamespaces<Host extends string>(hosts: readonly Host[]): Namespaces<Host> {
  removeAbandoned();
  opened += 1;
  const prefix = `pt-${process.pid}-${opened}`;
  const quiet: ExecFileSyncOptions = { stdio: 'pipe' };
  const namespace = (host: Host) => `${prefix}-${host}`;
  const ip = (host: Host, args: string) => {
    execFileSync('ip', ['-n', namespace(host), ...args.split(' ')], quiet);
  };
  const close = () => {
    process.removeListener('exit', close);
    for (const host of hosts) spawnSync('ip', ['netns', 'del', namespace(host)]);
  };
  // Also where a test run ends in the middle of a test.
  process.once('exit', close);
  try {
    for (const host of hosts) {
      execFileSync('ip', ['netns', 'add', namespace(host)], quiet);
      ip(host, 'link set lo up');
    }
  } catch (cause) {
    close();
    throw cause;
  }
  return {
    namespace,
    ip,
    batch: (host, lines) => {
      execFileSync('ip', ['-n', namespace(host), '-batch', '-'], { ...quiet, input: lines.join('\n') });
    },
    run: (host, program, ...args) =>
      execFileSync('ip', ['netns', 'exec', namespace(host), program, ...args], {
        ...quiet,
        encoding: 'utf8',
      }) as string,
    close,
  };
}

/** Those of a test run that was killed before it could close them, with what still runs there. */
function removeAbandoned(): void {
  const list = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout;
  for (const [namespace, owner] of list.matchAll(/^pt-(\d+)-[\w-]+/gm)) {
    if (existsSync(`/proc/${owner}`)) continue;
    for (const pid of spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' }).stdout.split('\n')) {
      if (pid !== '') endIfAlive(Number(pid));
    }
    spawnSync('ip', ['netns', 'del', namespace]);
  }
}

function endIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
