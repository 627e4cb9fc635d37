import { type ExecFileSyncOptions, execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * An office in network namespaces of its own: a switch with two LANs, the appliance's host with a foot in both, and one
 * host of phones on each. Nothing of it touches the machine's own network. Linux, root and iproute2.
 *
 *   sw: bridges br0 = LAN A 10.77.0.0/20, br1 = LAN B 10.78.0.0/20
 *   app: eth0 10.77.0.2, eth1 10.78.0.2       pha: eth0 10.77.4.1       phb: eth0 10.78.4.1
 */
export interface Office {
  /** The namespace's full name, for `ip netns exec`. */
  namespace(host: OfficeHost): string;
  /** Runs `ip` in the namespace, arguments separated by blanks. */
  ip(host: OfficeHost, args: string): void;
  /** Many such lines, in one run of the program. */
  batch(host: OfficeHost, lines: readonly string[]): void;
  /** Standard output of a program in the namespace. */
  run(host: OfficeHost, program: string, ...args: readonly string[]): string;
  /** A new cable from the host's interface to the switch. */
  plug(host: OfficeHost, name: string, lan: 'br0' | 'br1'): void;
  /** The switch's end of that cable. */
  portOf(host: OfficeHost, name: string): string;
  close(): void;
}

/** `far` has no cable: it is for whoever stands outside both LANs. */
export type OfficeHost = 'sw' | 'app' | 'pha' | 'phb' | 'far';

const HOSTS: readonly OfficeHost[] = ['sw', 'app', 'pha', 'phb', 'far'];

/** Why there can be no office on this machine; undefined: there can. */
export function whyNoOffice(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux’s';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (spawnSync('ip', ['-V']).status !== 0) return 'iproute2 is not installed';
  const probe = `pt-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', probe]);
  return made.status === 0 ? undefined : `no network namespace can be made: ${made.stderr.trim()}`;
}

export function openOffice(): Office {
  removeAbandoned();
  const prefix = `pt-${process.pid}`;
  const quiet: ExecFileSyncOptions = { stdio: 'pipe' };
  const namespace = (host: OfficeHost) => `${prefix}-${host}`;
  const ip = (host: OfficeHost, args: string) => {
    execFileSync('ip', ['-n', namespace(host), ...args.split(' ')], quiet);
  };
  // Interface names have 15 characters at most.
  const portOf = (host: OfficeHost, name: string) => `${host}-${name}`;
  const close = () => {
    process.removeListener('exit', close);
    for (const host of HOSTS) spawnSync('ip', ['netns', 'del', namespace(host)]);
  };
  const office: Office = {
    namespace,
    ip,
    batch: (host, lines) => {
      execFileSync('ip', ['-n', namespace(host), '-batch', '-'], { ...quiet, input: lines.join('\n') });
    },
    portOf,
    close,
    run: (host, program, ...args) =>
      execFileSync('ip', ['netns', 'exec', namespace(host), program, ...args], {
        ...quiet,
        encoding: 'utf8',
      }) as string,
    plug: (host, name, lan) => {
      ip('sw', `link add ${portOf(host, name)} type veth peer name ${name} netns ${namespace(host)}`);
      ip('sw', `link set ${portOf(host, name)} master ${lan} up`);
      ip(host, `link set ${name} up`);
    },
  };

  // Also where a test run ends in the middle of a test.
  process.once('exit', close);
  try {
    for (const host of HOSTS) {
      execFileSync('ip', ['netns', 'add', namespace(host)], quiet);
      ip(host, 'link set lo up');
    }
    // A switch that snoops without a querier forgets its listeners: not what is tried here.
    for (const lan of ['br0', 'br1']) ip('sw', `link add ${lan} up type bridge mcast_snooping 0 stp_state 0`);
    office.plug('app', 'eth0', 'br0');
    office.plug('app', 'eth1', 'br1');
    office.plug('pha', 'eth0', 'br0');
    office.plug('phb', 'eth0', 'br1');
    ip('app', 'addr add 10.77.0.2/20 dev eth0');
    ip('app', 'addr add 10.78.0.2/20 dev eth1');
    ip('pha', 'addr add 10.77.4.1/20 dev eth0');
    ip('phb', 'addr add 10.78.4.1/20 dev eth0');
    return office;
  } catch (cause) {
    close();
    throw cause;
  }
}

/** Offices whose test run was killed before it could close them. */
function removeAbandoned(): void {
  const list = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout;
  for (const [namespace, pid] of list.matchAll(/^pt-(\d+)-\w+/gm)) {
    if (!existsSync(`/proc/${pid}`)) spawnSync('ip', ['netns', 'del', namespace]);
  }
}
