import { readHexAddress } from './read-hex-address.ts';

/** Where datagrams to the Internet go first. */
export interface DefaultRoute {
  /** IPv4 of the router. */
  readonly router: string;
  /** The host's interface that leads to it: eth0 … */
  readonly device: string;
}

/** linux/route.h: RTF_UP, RTF_GATEWAY, RTF_REJECT. */
const UP = 0x1;
const GATEWAY = 0x2;
const REJECT = 0x200;

/**
 * Reads the text of /proc/net/route (proc(5)): the IPv4 default route that the kernel prefers, which is the one with the
 * lowest metric. A default route without a router (a tunnel's) is passed over: there is nobody to ask for port mappings.
 * `byteOrder` is the host's: the kernel prints addresses as numbers of its own order.
 */
export function parseRouteTable(text: string, byteOrder: 'LE' | 'BE' = 'LE'): DefaultRoute | null {
  let best: (DefaultRoute & { readonly metric: number }) | null = null;
  for (const line of text.split('\n').slice(1)) {
    const [device, destination, gateway, flagText, , , metricText, mask] = line.trim().split(/[ \t]+/);
    if (device === undefined || gateway === undefined || mask === undefined) continue;
    if (destination !== '00000000' || mask !== '00000000') continue;
    const flags = Number.parseInt(flagText ?? '', 16);
    const metric = Number(metricText);
    if ((flags & (UP | GATEWAY | REJECT)) !== (UP | GATEWAY) || !Number.isInteger(metric)) continue;
    const router = readHexAddress(gateway, byteOrder);
    if (router !== undefined && router !== '0.0.0.0' && (best === null || metric < best.metric))
      best = { router, device, metric };
  }
  return best === null ? null : { router: best.router, device: best.device };
}
