import { type Namespaces, openNamespaces } from './namespaces.ts';

/**
 * An office in network namespaces of its own: a switch with two LANs, the appliance's host with a foot in both, and one
 * host of phones on each. Linux, root and iproute2.
 *
 *   sw: bridges br0 = LAN A 10.77.0.0/20, br1 = LAN B 10.78.0.0/20
 *   app: eth0 10.77.0.2, eth1 10.78.0.2       pha: eth0 10.77.4.1       phb: eth0 10.78.4.1
 */
export interface Office extends Namespaces<OfficeHost> {
  /** A new cable from the host's interface to the switch. */
  plug(host: OfficeHost, name: string, lan: 'br0' | 'br1'): void;
  /** The switch's end of that cable. */
  portOf(host: OfficeHost, name: string): string;
}

/** `far` has no cable: it is for whoever stands outside both LANs. */
export type OfficeHost = 'sw' | 'app' | 'pha' | 'phb' | 'far';

const HOSTS: readonly OfficeHost[] = ['sw', 'app', 'pha', 'phb', 'far'];

export function openOffice(): Office {
  const namespaces = openNamespaces(HOSTS);
  const { namespace, ip, close } = namespaces;
  // Interface names have 15 characters at most.
  const portOf = (host: OfficeHost, name: string) => `${host}-${name}`;
  const office: Office = {
    ...namespaces,
    portOf,
    plug: (host, name, lan) => {
      ip('sw', `link add ${portOf(host, name)} type veth peer name ${name} netns ${namespace(host)}`);
      ip('sw', `link set ${portOf(host, name)} master ${lan} up`);
      ip(host, `link set ${name} up`);
    },
  };

  try {
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
