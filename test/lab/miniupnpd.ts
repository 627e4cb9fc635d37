import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the router's owner can set. */
export interface RouterSettings {
  /** Which version its description says. */
  readonly igdVersion: 1 | 2;
  readonly upnp: boolean;
  /** NAT-PMP and PCP: the daemon has one switch for both. */
  readonly natPmp: boolean;
  readonly httpPort: number;
  /** Of NAT-PMP and PCP, seconds. UPnP takes what it is asked, 604800 at most. */
  readonly maxLifetime: number;
  /** Asked before all others: `deny 5060 0.0.0.0/0 0-65535`. */
  readonly rules: readonly string[];
}

const ROUTER_SETTINGS: RouterSettings = {
  igdVersion: 2,
  upnp: true,
  natPmp: true,
  httpPort: 5000,
  maxLifetime: 86_400,
  rules: [],
};

const TABLE = 'router';

/** An IGD: the real daemon, in a namespace with `wan0` and `lan0`. */
export interface Miniupnpd {
  readonly settings: RouterSettings;
  /** They hold from the next start on. */
  set(changes: Partial<RouterSettings>): void;
  /** Resolves when it answers. Mappings of the lease file are back. */
  start(): Promise<void>;
  /** SIGTERM: it says goodbye. SIGKILL: it does not. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR1'): void;
  /** Its own and the kernel's memory of mappings. */
  forget(): void;
}

/** Why there can be none on this machine; undefined: there can. */
export function whyNoMiniupnpd(): string | undefined {
  const missing = [
    ['miniupnpd', '--version'],
    ['nft', '--version'],
    ['upnpc', '--help'],
    ['natpmpc', '-h'],
  ].filter(([program = '', flag = '']) => spawnSync(program, [flag]).error !== undefined);
  if (missing.length === 0) return undefined;
  return `not installed: ${missing.map(([program]) => program).join(', ')} (Debian: miniupnpd-nftables miniupnpc natpmpc nftables)`;
}

export function createMiniupnpd(namespace: string, lanAddress: string, folder: string): Miniupnpd {
  const [configPath, pidPath, leasePath] = ['conf', 'pid', 'leases'].map((name) =>
    join(folder, `${lanAddress}.${name}`),
  ) as [string, string, string];
  let settings = ROUTER_SETTINGS;
  let pid: number | undefined;

  const inside = (program: string, ...args: readonly string[]) =>
    run('ip', ['netns', 'exec', namespace, program, ...args]);

  async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (await isSo()) return;
      await sleep(25);
    }
    throw new Error(`miniupnpd ${what}`);
  }

  const daemon: Miniupnpd = {
    get settings() {
      return settings;
    },
    set(changes) {
      settings = { ...settings, ...changes };
    },
    async start() {
      writeFileSync(configPath, configOf(settings, lanAddress, leasePath));
      if (!existsSync(leasePath)) writeFileSync(leasePath, '');
      rmSync(pidPath, { force: true });
      const version = settings.igdVersion === 1 ? ['-1'] : [];
      await inside('miniupnpd', '-f', configPath, '-P', pidPath, ...version);
      await until('wrote no pid file', () => existsSync(pidPath) && /^\d+\s/.test(readFileSync(pidPath, 'utf8')));
      pid = Number(readFileSync(pidPath, 'utf8'));
      // The last of its sockets, whichever it has.
      const port = settings.upnp ? settings.httpPort : 5351;
      const sockets = settings.upnp ? '-Hltn' : '-Hlun';
      await until('opened no port', async () => (await inside('ss', sockets)).stdout.includes(`:${port} `));
    },
    async end(signal) {
      const ended = pid;
      if (ended === undefined || !isRunning(ended)) return;
      process.kill(ended, signal);
      await until('does not end', () => !isRunning(ended));
      pid = undefined;
    },
    signal(name) {
      if (pid !== undefined) process.kill(pid, name);
    },
    forget() {
      spawnSync('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], { input: RULES });
      rmSync(leasePath, { force: true });
    },
  };
  daemon.forget();
  return daemon;
}

/** A daemon is nobody's child: how long it stays as a zombie is up to the machine. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const RULES = `
table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  chain upnp_forward { }
  chain upnp_prerouting { }
  chain upnp_postrouting { }
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan0" accept
    jump upnp_forward
  }
  chain prerouting { type nat hook prerouting priority -100; policy accept; jump upnp_prerouting; }
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    jump upnp_postrouting
    oifname "wan0" masquerade
  }
}
`;

function configOf(settings: RouterSettings, lanAddress: string, leasePath: string): string {
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  const lines = [
    'ext_ifname=wan0',
    'listening_ip=lan0',
    `http_port=${settings.httpPort}`,
    'ipv6_disable=yes',
    `enable_upnp=${yes(settings.upnp)}`,
    `enable_natpmp=${yes(settings.natPmp)}`,
    'min_lifetime=2',
    `max_lifetime=${settings.maxLifetime}`,
    `upnp_table_name=${TABLE}`,
    `upnp_nat_table_name=${TABLE}`,
    'upnp_forward_chain=upnp_forward',
    'upnp_nat_chain=upnp_prerouting',
    'upnp_nat_postrouting_chain=upnp_postrouting',
    'secure_mode=yes',
    'system_uptime=no',
    'notify_interval=30',
    `uuid=6c2f1a50-3f0e-4d0b-9b7c-0000000${lanAddress.replaceAll('.', '').padStart(13, '0').slice(-5)}`,
    `lease_file=${leasePath}`,
    ...settings.rules,
    `allow 1-65535 ${lanAddress}/24 1-65535`,
    'deny 0-65535 0.0.0.0/0 0-65535',
  ];
  return `${lines.join('\n')}\n`;
}
