import { randomUUID } from 'node:crypto';
import { deriveProbeMac } from '../core/derive-probe-mac.ts';
import type { Doors } from '../flows/doors.ts';
import { watchFetches } from '../flows/other-servers/fetch-watch.ts';
import { createOtherServers } from '../flows/other-servers/other-servers.ts';
import type { OtherServers } from '../flows/other-servers/server-facts.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import { PNP_GROUP } from '../sip/pnp-listener.ts';
import { probeServers } from '../sip/server-probe.ts';
import { createMetaStore } from '../store/meta-store.ts';
import type { Store } from '../store/store.ts';

/** What the MAC address of our questions is made from: drawn once for each site, so that it stays when hardware is replaced. */
export const PROBE_SEED_NAME = 'other-server-seed';

export interface OtherServersOptions {
  readonly doors: Doors;
  readonly interfaces: Pick<InterfaceWatch, 'current'>;
  readonly store: Store;
  /** Of the PnP group; 0: not known yet. */
  readonly port: () => number;
  readonly signal: AbortSignal;
}

/** Looks who else answers phones, from now until the signal. */
export async function openOtherServers(options: OtherServersOptions): Promise<OtherServers> {
  const { doors, interfaces, store, port, signal } = options;
  const { office, lan, sip, log, clock } = doors;
  const meta = createMetaStore(store.database);
  let seed = await meta.read(PROBE_SEED_NAME);
  if (seed === undefined) {
    seed = randomUUID();
    await meta.write(PROBE_SEED_NAME, seed);
  }
  const servers = createOtherServers({
    office,
    lan: { ...lan, current: interfaces.current },
    sip,
    probe: probeServers,
    target: () => ({ address: PNP_GROUP, port: port() }),
    mac: deriveProbeMac(seed),
    log,
    clock,
    signal,
  });
  signal.addEventListener('abort', watchFetches({ office, servers, clock }), { once: true });
  return servers;
}
