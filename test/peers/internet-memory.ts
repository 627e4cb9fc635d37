import type { WebhookState } from '../../src/flows/internet/address-webhook.ts';
import type { AddressPeriod, ExternalAddress, InternetDoors, MappingTest } from '../../src/flows/internet-facts.ts';
import type { GatewayFacts } from '../../src/upnp/gateway.ts';
import type { KeeperState, KeptMapping } from '../../src/upnp/keeper-state.ts';

/** Nothing is switched on: no search, no router, no address. */
export const IDLE_KEEPER: KeeperState = {
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

export const UNKNOWN_ADDRESS: ExternalAddress = {
  address: null,
  since: null,
  readings: [{ source: 'upnp', decides: true, address: null, kind: null, at: null, problem: null }],
  isDisputed: false,
};

export const ROUTER: GatewayFacts = {
  kind: 'igd',
  id: 'uuid:75802409-bccb-40e7-8e6c-3810d5f5a1b2',
  address: '192.168.10.1',
  localAddress: '192.168.10.2',
  name: 'FRITZ!Box 7590',
  manufacturer: 'AVM Berlin',
  model: 'FRITZ!Box 7590',
  serviceType: 'urn:schemas-upnp-org:service:WANIPConnection:2',
  location: 'http://192.168.10.1:49000/igd2desc.xml',
  bootId: 7,
  isDefaultRouter: true,
};

const MINUTE_MS = 60_000;

/** An office behind one router: SIP is mapped, one RTP port is held by another host, one is refused, HTTPS leads to another host. */
export function keeperAt(now: number): KeeperState {
  const kept = (port: number, more: Partial<KeptMapping> = {}): KeptMapping => ({
    wanted: {
      protocol: 'UDP',
      externalPort: port,
      internalPort: port,
      internalClient: '192.168.10.2',
      description: 'Plugtone RTP',
    },
    state: 'mapped',
    since: now - 90 * MINUTE_MS,
    heldBy: null,
    leaseSeconds: 3_600,
    expiresAt: now + 40 * MINUTE_MS,
    nextAt: now + 10 * MINUTE_MS,
    error: null,
    ...more,
  });
  const none = { leaseSeconds: null, expiresAt: null };
  return {
    ...IDLE_KEEPER,
    search: { state: 'found', at: now - 90 * MINUTE_MS, from: '192.168.10.2' },
    gateway: ROUTER,
    gatewaySince: now - 90 * MINUTE_MS,
    others: [
      {
        ...ROUTER,
        id: 'uuid:00000000-0000-0000-0000-00000000beef',
        address: '192.168.10.254',
        name: 'Second router',
        isDefaultRouter: false,
      },
    ],
    refused: [
      { address: '192.168.10.77', reason: 'its description is at 10.0.0.1, wanted: at the host that answered' },
    ],
    status: {
      externalAddress: '128.66.0.5',
      seen: '128.66.0.5',
      isConnected: true,
      connection: 'Connected',
      uptimeSeconds: 86_400,
    },
    statusAt: now - 20_000,
    mappings: [
      kept(5060, {
        wanted: {
          protocol: 'UDP',
          externalPort: 5060,
          internalPort: 5060,
          internalClient: '192.168.10.2',
          description: 'Plugtone SIP',
        },
      }),
      kept(10_000),
      kept(10_001, {
        ...none,
        state: 'conflict',
        heldBy: '192.168.10.30',
        error: { kind: 'upnp', code: 718, text: 'ConflictInMappingEntry' },
      }),
      kept(10_002, {
        ...none,
        state: 'refused',
        error: { kind: 'upnp', code: 606, text: 'Action not authorized' },
      }),
      kept(443, {
        wanted: {
          protocol: 'TCP',
          externalPort: 443,
          internalPort: 8443,
          internalClient: '192.168.10.9',
          description: 'Plugtone provisioning',
        },
        leaseSeconds: 0,
        expiresAt: null,
      }),
    ],
  };
}

/** Three sources that agree; the router decides. */
export function addressAt(now: number): ExternalAddress {
  const address = '128.66.0.5';
  return {
    address,
    since: now - 2 * 86_400_000,
    readings: [
      { source: 'upnp', decides: true, address, kind: 'public', at: now - 20_000, problem: null },
      {
        source: 'name',
        decides: false,
        address,
        kind: 'public',
        at: now - 600_000,
        problem: 'The name server is silent.',
      },
      { source: 'sip', decides: false, address, kind: 'public', at: now - 30_000, problem: null },
    ],
    isDisputed: false,
  };
}

/** Newest first. */
export function periodsAt(now: number): readonly AddressPeriod[] {
  const since = now - 2 * 86_400_000;
  return [
    { address: '128.66.0.5', source: 'upnp', since, until: null },
    { address: '128.66.7.9', source: 'upnp', since: since - 86_400_000, until: since },
    { address: '128.66.3.1', source: 'name', since: since - 3 * 86_400_000, until: since - 86_400_000 - 60_000 },
  ];
}

export const MAPPING_TESTS: readonly MappingTest[] = [
  { protocol: 'UDP', externalPort: 5060, isMapped: true, isHeard: true, cameBack: null },
  { protocol: 'UDP', externalPort: 10_000, isMapped: true, isHeard: false, cameBack: false },
  { protocol: 'TCP', externalPort: 443, isMapped: null, isHeard: null, cameBack: null },
];

const OFF: WebhookState = { state: 'off', at: null, problem: null, nextAt: null };

export interface InternetFacts {
  readonly keeper: KeeperState;
  readonly address: ExternalAddress;
  readonly periods: readonly AddressPeriod[];
  readonly tests: readonly MappingTest[];
  readonly webhook: WebhookState;
}

/** `InternetDoors` of facts that a test sets; idle at first. */
export function createInternetMemory() {
  let facts: InternetFacts = { keeper: IDLE_KEEPER, address: UNKNOWN_ADDRESS, periods: [], tests: [], webhook: OFF };
  const listeners = new Set<() => void>();
  const orders: string[] = [];
  let waiting: Promise<void> = Promise.resolve();

  function announce(): void {
    for (const listener of listeners) listener();
  }

  async function order(name: string): Promise<void> {
    orders.push(name);
    await waiting;
  }

  const doors: InternetDoors = {
    readKeeper: () => facts.keeper,
    readAddress: () => facts.address,
    readWebhook: () => facts.webhook,
    listAddresses: async (limit) => facts.periods.slice(0, limit),
    search: () => order('search'),
    renew: () => order('renew'),
    async test() {
      await order('test');
      return facts.tests;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  return {
    doors,
    /** What was ordered, oldest first: search, renew, test. */
    orders,
    listenerCount: () => listeners.size,
    /** What is there from now on; listeners are told. */
    show(more: Partial<InternetFacts>): void {
      facts = { ...facts, ...more };
      announce();
    },
    announce,
    /** Orders wait from now on, until the function that comes back is called. */
    hold(): () => void {
      let release: () => void = () => undefined;
      waiting = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}

export type InternetMemory = ReturnType<typeof createInternetMemory>;
