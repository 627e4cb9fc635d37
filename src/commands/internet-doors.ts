import type { InternetSettings } from '../core/internet.ts';
import type { AddressReading, ExternalAddress, InternetDoors } from '../flows/internet-facts.ts';
import type { KeeperState } from '../upnp/keeper-state.ts';

/** Nobody was looked for and nothing is mapped. */
const IDLE: KeeperState = {
  search: { state: 'idle', at: null, from: null },
  gateway: null,
  gatewaySince: null,
  others: [],
  refused: [],
  status: null,
  statusAt: null,
  statusError: null,
  onlyPermanent: false,
  rebootedAt: null,
  mappings: [],
};

/** How the office is reached from outside: no router is asked, and the address is not known. */
export function openInternetDoors({ settings }: { readonly settings: () => InternetSettings }): InternetDoors {
  return {
    readKeeper: () => IDLE,
    readAddress: () => unknownAddress(settings()),
    listAddresses: async () => [],
    search: async () => undefined,
    renew: async () => undefined,
    test: async () => [],
    onChange: () => () => undefined,
  };
}

function unknownAddress({ addressSource }: InternetSettings): ExternalAddress {
  const reading: AddressReading = {
    source: addressSource,
    decides: true,
    address: null,
    kind: null,
    at: null,
    problem: null,
  };
  return { address: null, since: null, readings: [reading], isDisputed: false };
}
