import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readlinkSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

export interface Ended {
  readonly status: number;
  /** Both streams, as they came. */
  readonly output: string;
}

/** A Debian that runs: a real systemd is process 1 of namespaces of its own. */
export interface DebianHost {
  readonly root: string;
  /** Runs a line of shell as root. */
  sh(line: string): Promise<Ended>;
  /** The same, and it must succeed. Its output, trimmed. */
  must(line: string): Promise<string>;
  /** Ends everything in it, at once. */
  end(): Promise<void>;
}

const CGROUPS = '/sys/fs/cgroup';
const BOOT = { timeout: 30_000, interval: 100 };

/** Is this machine's own process 1 systemd? Then it gives a container its place. */
export function isUnderSystemd(): boolean {
  return existsSync('/run/systemd/system');
}

/** Where systemd keeps its services: one hierarchy (cgroup v2), or two where both generations are mounted. */
export function cgroupHierarchies(): string[] {
  const unified = existsSync(join(CGROUPS, 'cgroup.procs'));
  const candidates = unified ? [CGROUPS] : [join(CGROUPS, 'unified'), join(CGROUPS, 'systemd')];
  return candidates.filter((folder) => existsSync(join(folder, 'cgroup.procs')));
}

/** Boots the Debian in that folder, in a network namespace that there is. Resolves when its systemd is ready. */
export async function bootDebian(root: string, namespace: string): Promise<DebianHost> {
  // Two containers in one place would end each other's services.
  const places = isUnderSystemd() ? [] : cgroupHierarchies().map((folder) => join(folder, namespace));
  const enter = places.map((place) => `mkdir ${place} && echo $$ > ${join(place, 'cgroup.procs')} && `).join('');
  const options = [
    `--directory=${root}`,
    '--boot',
    '--register=no',
    ...(isUnderSystemd() ? [] : ['--keep-unit']),
    `--network-namespace-path=/run/netns/${namespace}`,
    '--console=pipe',
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
  ];
  // What Debian's systemd wants, also where the machine has both generations of cgroups.
  const environment = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' };
  const nspawn = spawn('sh', ['-c', `${enter} exec systemd-nspawn "$@"`, 'sh', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let said = '';
  for (const stream of [nspawn.stdout, nspawn.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });

  const endAtOnce = () => {
    const pid = findFirstProcess(nspawn);
    // With the first process of a PID namespace the kernel ends all others.
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  };
  process.once('exit', endAtOnce);

  async function sh(line: string): Promise<Ended> {
    const pid = findFirstProcess(nspawn);
    if (pid === undefined) throw new Error(`the container does not run:\n${said}`);
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    const child = spawn(
      'nsenter',
      ['--target', String(pid), '--all', '--', '/usr/bin/env', '-i', path, '/bin/sh', '-c', line],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    return collect(child);
  }

  const host: DebianHost = {
    root,
    sh,
    async must(line) {
      const { status, output } = await sh(line);
      if (status !== 0) throw new Error(`${line}: ${status}\n${output}`);
      return output.trim();
    },
    async end() {
      process.removeListener('exit', endAtOnce);
      const hasEnded = new Promise((resolve) => nspawn.once('exit', resolve));
      endAtOnce();
      if (nspawn.exitCode === null && nspawn.signalCode === null) await hasEnded;
      for (const place of places) await vi.waitFor(() => removeCgroup(place), BOOT);
    },
  };
  try {
    await vi.waitFor(async () => {
      const { output } = await sh('systemctl is-system-running');
      if (!/^(running|degraded)$/m.test(output)) throw new Error(`systemd is not ready: ${output}\n${said}`);
    }, BOOT);
  } catch (cause) {
    await host.end();
    throw cause;
  }
  return host;
}

export function collect(child: ChildProcess): Promise<Ended> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? -1, output }));
  });
}

/** systemd-nspawn's child, once it has processes of its own; undefined: not there yet, or no longer. */
function findFirstProcess({ pid }: ChildProcess): number | undefined {
  const children = spawnSync('pgrep', ['--parent', String(pid)], { encoding: 'utf8' }).stdout.split('\n');
  return children
    .filter((line) => line !== '')
    .map(Number)
    .find(isApart);
}

function isApart(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid');
  } catch {
    // It has ended meanwhile.
    return false;
  }
}

function removeCgroup(place: string): void {
  if (!existsSync(place)) return;
  for (const entry of readdirSync(place, { withFileTypes: true }))
    if (entry.isDirectory()) removeCgroup(join(place, entry.name));
  rmdirSync(place);
}
