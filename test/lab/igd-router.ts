import { setTimeout as sleep } from 'node:timers/promises';
import { createMiniupnpd, type Miniupnpd, type RouterSettings } from './miniupnpd.ts';
import type { Namespaces } from './namespaces.ts';

export type IgdHost = 'sw' | 'inet' | 'gw' | 'gw2' | 'app' | 'c2';

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
  /** It is as if it did not know NAT-PMP (0) or PCP (2): requests of that version are dropped. */
  dropVersion(version: 0 | 2): void;
  forwards(): Promise<Forward[]>;
}

/** A cable from the host to the LAN's switch. */
export function plug({ ip, namespace }: Namespaces<IgdHost>, host: IgdHost, name: string, address: string): void {
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

export function createRouter(
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
    dropVersion(version) {
      // The first byte behind the UDP header of 8 bytes (RFC 6886 3.2, RFC 6887 7.1).
      namespaces.run(host, 'nft', 'add table inet old; add chain inet old in { type filter hook input priority 0; }');
      namespaces.run(host, 'nft', `add rule inet old in udp dport 5351 @th,64,8 ${version} drop`);
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
