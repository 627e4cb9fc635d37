import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { type Hands, startHands } from './hands-client.ts';
import { createMiniupnpd, type Miniupnpd, type RouterSettings, whyNoMiniupnpd } from './miniupnpd.ts';
import { type Namespaces, openNamespaces, whyNoNamespaces } from './namespaces.ts';

const run = promisify(execFile);

/**
 * A home behind a router with a real IGD, and a host in the Internet:
 *
 *   inet: wan1 128.66.0.1      gw: wan0 128.66.0.5, lan0 192.168.77.1       app: eth0 192.168.77.10, default route to gw
 *         wan2 128.68.0.1      gw2: wan0 128.68.0.5, lan0 192.168.77.2      c2: eth0 192.168.77.11, default route to gw
 *
 * The daemon says of WAN addresses that it knows to be reserved that nothing can be forwarded there, and the nets for
 * documentation are among them. 128.66.0.0/16 was reserved until RFC 5737 and is free for us: nothing leaves the namespaces.
 */
export type IgdHost = 'sw' | 'inet' | 'gw' | 'gw2' | 'app' | 'c2';

const HOSTS: readonly IgdHost[] = ['sw', 'inet', 'gw', 'gw2', 'app', 'c2'];

export const APP = '192.168.77.10';
export const C2 = '192.168.77.11';

/** A mapping that is in force: a rule of the kernel. */
export interface Forward {
  readonly protocol: 'UDP' | 'TCP';
  readonly externalPort: number;
  readonly internalClient: string;
  readonly internalPort: number;
}

export interface LabRouter {
  readonly daemon: Miniupnpd;
  readonly lanAddress: string;
  wanAddress(): string;
  /** The provider gives another address; its own router has the address .1 in that net. */
  changeWanAddress(address: string): void;
  setWan(state: 'down' | 'up'): void;
  /** Without power for that long: all mappings are lost. `changes` hold from then on. */
  reboot(downMs: number, changes?: Partial<RouterSettings>): Promise<void>;
  /** The running daemon's mappings are gone from one moment to the next, and nothing else tells of it. */
  flush(): void;
  forwards(): Promise<Forward[]>;
}

/** Why there can be no such lab on this machine; undefined: there can. */
export function whyNoIgd(): string | undefined {
  return whyNoNamespaces() ?? whyNoMiniupnpd();
}

export type IgdLab = Awaited<ReturnType<typeof openIgdLab>>;

export async function openIgdLab(options: {
  readonly hands: string;
  readonly settings?: Partial<RouterSettings>;
  /** The second router runs from the begin. */
  readonly second?: boolean;
}) {
  const namespaces = openNamespaces(HOSTS);
  const folder = mkdtempSync(join(tmpdir(), 'plugtone-lab-'));
  const hands = new Map<IgdHost, Hands>();
  let probes = 0;

  const handsOf = (host: IgdHost) => {
    const known = hands.get(host) ?? startHands(namespaces.namespace(host), options.hands);
    hands.set(host, known);
    return known;
  };
  const exec = async (host: IgdHost, program: string, ...args: readonly string[]): Promise<string> =>
    (await run('ip', ['netns', 'exec', namespaces.namespace(host), program, ...args])).stdout;

  namespaces.ip('sw', 'link add br0 up type bridge mcast_snooping 0 stp_state 0');
  const router = createRouter(namespaces, 'gw', 1, folder, exec);
  const second = createRouter(namespaces, 'gw2', 2, folder, exec);
  for (const [host, address] of [
    ['app', APP],
    ['c2', C2],
  ] as const) {
    plug(namespaces, host, 'eth0', `${address}/24`);
    namespaces.ip(host, 'route add default via 192.168.77.1');
  }
  router.daemon.set(options.settings ?? {});

  async function hear(host: IgdHost, name: string, since: number): Promise<{ address: string; port: number }> {
    return vi.waitFor(
      () => {
        const line = handsOf(host).happenings.find((each, i) => i >= since && each.name === name);
        if (line?.kind !== 'heard') throw new Error(`${host} hears nothing`);
        return line.from;
      },
      { timeout: 500, interval: 10 },
    );
  }

  const lab = {
    ...namespaces,
    router,
    second,
    handsOf,
    exec,

    /** A datagram from the Internet to the router's port, and an answer back; the program of the LAN is there only that long. */
    async isReached(externalPort: number, internalPort: number, to = router, host: IgdHost = 'app'): Promise<boolean> {
      probes += 1;
      const name = `probe ${probes}`;
      const ends = ['inet', host] as const;
      const since = ends.map((end) => handsOf(end).happenings.length) as [number, number];
      await handsOf(host).order({ do: 'listen', name, address: '0.0.0.0', port: internalPort });
      await handsOf('inet').order({ do: 'listen', name, address: '0.0.0.0', port: 0 });
      try {
        const target = { address: to.wanAddress(), port: externalPort };
        await handsOf('inet').order({ do: 'say', name, text: 'ping', to: target });
        const from = await hear(host, name, since[1]);
        await handsOf(host).order({ do: 'say', name, text: 'pong', to: from });
        const answer = await hear('inet', name, since[0]);
        return answer.address === target.address && answer.port === externalPort;
      } catch {
        return false;
      } finally {
        for (const end of ends) await handsOf(end).order({ do: 'close', name });
      }
    },

    /** `upnpc` of a LAN host, without a search; returns what it prints. */
    upnpc: (host: IgdHost, ...args: readonly string[]): Promise<string> =>
      exec(
        host,
        'upnpc',
        '-u',
        `http://${router.lanAddress}:${router.daemon.settings.httpPort}/rootDesc.xml`,
        ...args,
      ).catch((cause: { readonly stdout?: string }) => cause.stdout ?? String(cause)),

    /** The host has another address, as after a new lease of DHCP. */
    changeAddress(host: 'app' | 'c2', from: string, to: string): void {
      namespaces.batch(host, [
        `addr del ${from}/24 dev eth0`,
        `addr add ${to}/24 dev eth0`,
        'route add default via 192.168.77.1',
      ]);
    },

    async close(): Promise<void> {
      try {
        await Promise.all([...hands.values()].map((one) => one.stop()));
        for (const { daemon } of [router, second]) await daemon.end('SIGKILL');
      } finally {
        namespaces.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };

  try {
    await router.daemon.start();
    if (options.second) await second.daemon.start();
    return lab;
  } catch (cause) {
    await lab.close();
    throw cause;
  }
}

function plug({ ip, namespace }: Namespaces<IgdHost>, host: IgdHost, name: string, address: string): void {
  ip('sw', `link add ${host} type veth peer name ${name} netns ${namespace(host)}`);
  ip('sw', `link set ${host} master br0 up`);
  ip(host, `addr add ${address} dev ${name}`);
  ip(host, `link set ${name} up`);
}

interface NftRule {
  readonly expr: readonly {
    readonly match?: { readonly left: { readonly payload?: { readonly field?: string } }; readonly right: unknown };
    readonly dnat?: { readonly addr: string; readonly port: number };
  }[];
}

/** The daemon's rules: interface, IP protocol as a number at its place in the header, `th dport`, dnat. */
function readForward({ expr }: NftRule): Forward {
  const matched = (fits: (field: string | undefined) => boolean) =>
    expr.find(({ match }) => match?.left.payload && fits(match.left.payload.field))?.match?.right;
  const dnat = expr.find((each) => each.dnat)?.dnat;
  if (dnat === undefined) throw new Error(`no mapping: ${JSON.stringify(expr)}`);
  return {
    protocol: matched((field) => field === undefined) === 17 ? 'UDP' : 'TCP',
    externalPort: Number(matched((field) => field === 'dport')),
    internalClient: dnat.addr,
    internalPort: dnat.port,
  };
}

function createRouter(
  namespaces: Namespaces<IgdHost>,
  host: 'gw' | 'gw2',
  number: 1 | 2,
  folder: string,
  exec: (host: IgdHost, program: string, ...args: readonly string[]) => Promise<string>,
): LabRouter {
  const { ip, namespace } = namespaces;
  const lanAddress = `192.168.77.${number}`;
  const providerEnd = `wan${number}`;
  let wanAddress = '';

  plug(namespaces, host, 'lan0', `${lanAddress}/24`);
  ip('inet', `link add ${providerEnd} up type veth peer name wan0 netns ${namespace(host)}`);
  ip(host, 'link set wan0 up');
  namespaces.run(host, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');

  const provider = () => wanAddress.replace(/\d+$/, '1');
  const router: LabRouter = {
    daemon: createMiniupnpd(namespace(host), lanAddress, folder),
    lanAddress,
    wanAddress: () => wanAddress,
    changeWanAddress(address) {
      ip(host, 'addr flush dev wan0');
      ip('inet', `addr flush dev ${providerEnd}`);
      wanAddress = address;
      ip('inet', `addr add ${provider()}/24 dev ${providerEnd}`);
      ip(host, `addr add ${address}/24 dev wan0`);
      ip(host, `route replace default via ${provider()}`);
    },
    setWan(state) {
      ip(host, `link set wan0 ${state}`);
      if (state === 'up') ip(host, `route replace default via ${provider()}`);
    },
    async reboot(downMs, changes = {}) {
      await router.daemon.end('SIGKILL');
      router.daemon.forget();
      router.daemon.set(changes);
      await sleep(downMs);
      await router.daemon.start();
    },
    flush() {
      for (const chain of ['upnp_prerouting', 'upnp_forward'])
        namespaces.run(host, 'nft', 'flush', 'chain', 'inet', 'router', chain);
    },
    async forwards() {
      const json = await exec(host, 'nft', '-j', 'list', 'chain', 'inet', 'router', 'upnp_prerouting');
      return JSON.parse(json).nftables.flatMap(({ rule }: { readonly rule?: NftRule }) =>
        rule ? [readForward(rule)] : [],
      );
    },
  };
  router.changeWanAddress(`128.${number === 1 ? 66 : 68}.0.5`);
  return router;
}
