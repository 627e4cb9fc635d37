import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { type Hands, startHands } from './hands-client.ts';
import { createRouter, type IgdHost, plug } from './igd-router.ts';
import { type RouterSettings, whyNoMiniupnpd } from './miniupnpd.ts';
import { openNamespaces, whyNoNamespaces } from './namespaces.ts';

const run = promisify(execFile);

const HOSTS: readonly IgdHost[] = ['sw', 'inet', 'gw', 'gw2', 'app', 'c2'];

export const APP = '192.168.77.10';
export const C2 = '192.168.77.11';

/** Why there can be no such lab on this machine; undefined: there can. */
export function whyNoIgd(): string | undefined {
  return whyNoNamespaces() ?? whyNoMiniupnpd();
}

/**
 * A home behind a router with a real IGD, and a host in the Internet:
 *
 *   inet: wan1 128.66.0.1      gw: wan0 128.66.0.5, lan0 192.168.77.1       app: eth0 192.168.77.10, default route to gw
 *         wan2 128.68.0.1      gw2: wan0 128.68.0.5, lan0 192.168.77.2      c2: eth0 192.168.77.11, default route to gw
 *
 * The daemon says of WAN addresses that it knows to be reserved that nothing can be forwarded there, and the nets for
 * documentation are among them: hence nets of the real Internet. Nothing leaves the namespaces.
 */
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

    /** What is mapped to the appliance's host is gone, and nothing tells of it: as if deleted in the router's own page. */
    async flush(): Promise<void> {
      for (const { externalPort, protocol } of await router.forwards())
        await lab.upnpc('app', '-d', String(externalPort), protocol);
    },

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
