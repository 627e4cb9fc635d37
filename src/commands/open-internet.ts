import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Logger } from '../core/logger.ts';
import { createExternalAddress, type ExternalAddressService } from '../flows/internet/external-address.ts';
import type { InternetDoors } from '../flows/internet-facts.ts';
import type { Office } from '../flows/office.ts';
import { readDefaultRoute } from '../lan/default-route.ts';
import type { InterfaceWatch } from '../lan/interface-watch.ts';
import { isLoopbackOnly } from '../lan/lan-address.ts';
import { createMetaStore, type MetaStore } from '../store/meta-store.ts';
import type { Store } from '../store/store.ts';
import { chooseSearchStart } from '../upnp/choose-search-start.ts';
import { searchGateways } from '../upnp/gateway-search.ts';
import { createMappingKeeper, type MappingKeeper } from '../upnp/mapping-keeper.ts';
import { testMapping } from '../upnp/mapping-probe.ts';
import { listenForGateways } from '../upnp/ssdp-listener.ts';

export interface Internet {
  readonly doors: InternetDoors;
  readonly address: ExternalAddressService;
  /** Resolves after the signal: our ports are closed, and what was seen is stored. */
  readonly closed: () => Promise<void>;
}

export interface InternetOptions {
  readonly office: Office;
  readonly lan: Pick<InterfaceWatch, 'isOnLink' | 'onChange'>;
  readonly store: Store;
  /** Those that were named to be served. */
  readonly lanAddresses: readonly string[];
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly clock: () => number;
}

const NONCE_NAME = 'port-control-nonce';

/** Open ports and the external address, kept right from now until the signal. */
export async function openInternet(options: InternetOptions): Promise<Internet> {
  const { office, lan, store, lanAddresses, log, signal, clock } = options;
  const isTrial = isLoopbackOnly(lanAddresses);
  const settings = () => office.site().internet;
  const { addresses } = store;
  const address = await createExternalAddress({ office, lan, addresses, log, signal, clock });
  const nonceSecret = await readNonceSecret(createMetaStore(store.database));
  let heardFrom: { readonly localAddress: string; readonly ears: AbortController } | undefined;

  const keeper: MappingKeeper = createMappingKeeper({
    settings,
    log,
    signal,
    clock,
    search: (start, stop) => searchGateways(start, nonceSecret, stop),
    async findStart(searchFrom) {
      if (isTrial && searchFrom === null) return null;
      const start = chooseSearchStart(networkInterfaces(), await readDefaultRoute(), searchFrom);
      listenAt(start?.localAddress);
      return start;
    },
    onStatus: (result, _gateway, at) =>
      address.takeStatus(result.ok ? result.value : null, at, result.ok ? null : result.problem),
  });
  keeper.onChange(() => {
    if (keeper.state().search.state === 'none') address.takeStatus(null, clock(), null);
  });
  // Its listeners go with the watch.
  lan.onChange(() => keeper.settingsChanged());
  const endSite = office.onSite(() => {
    keeper.settingsChanged();
    address.settingsChanged();
  });
  // By the signal, not only when it is closed: a start that fails later on closes nothing.
  const stop = () => {
    endSite();
    heardFrom?.ears.abort();
  };
  signal.addEventListener('abort', stop, { once: true });

  /** A listener belongs to one address of ours: with another one it is another LAN, or the same one anew. */
  function listenAt(localAddress: string | undefined): void {
    if (localAddress === heardFrom?.localAddress || signal.aborted) return;
    heardFrom?.ears.abort();
    heardFrom = undefined;
    if (localAddress === undefined) return;
    const ears = new AbortController();
    heardFrom = { localAddress, ears };
    listenForGateways({ localAddress, signal: ears.signal, log, onHint: (hint) => keeper.hint(hint) }).catch(
      (cause: unknown) => log.error({ event: 'upnp.failed', cause: String(cause) }, 'no ear for routers'),
    );
  }

  return {
    address,
    doors: {
      readKeeper: keeper.state,
      readAddress: address.read,
      readWebhook: address.webhook,
      listAddresses: address.list,
      search: keeper.search,
      renew: keeper.renew,
      async test() {
        await keeper.renew();
        const state = keeper.state();
        const from = state.gateway?.localAddress ?? state.search.from;
        return Promise.all(
          state.mappings.map((kept) =>
            testMapping(kept, { localAddress: from, externalAddress: address.read().address }),
          ),
        );
      },
      onChange(listener) {
        const ends = [keeper.onChange(listener), address.onChange(listener)];
        return () => {
          for (const end of ends) end();
        };
      },
    },
    async closed() {
      stop();
      await keeper.closed;
      await address.closed();
    },
  };
}

/** PCP routers change a mapping only for the nonce that made it (RFC 6887 11.3): after a restart, too. */
async function readNonceSecret(meta: MetaStore): Promise<string> {
  const known = await meta.read(NONCE_NAME);
  if (known !== undefined) return known;
  const drawn = randomBytes(32).toString('hex');
  await meta.write(NONCE_NAME, drawn);
  return drawn;
}
