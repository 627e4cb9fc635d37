import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULT_INTERNET, type InternetSettings, type PortMapping } from '../../src/core/internet.ts';
import type { Logger } from '../../src/core/logger.ts';
import { createMappingKeeper } from '../../src/upnp/mapping-keeper.ts';
import { searchPortControl } from '../../src/upnp/port-control-search.ts';
import { type FakePortControl, openFakePortControl } from '../peers/fake-port-control.ts';

const LOCAL = '127.0.0.1';
const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const ending: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

function sip(externalPort: number): PortMapping {
  return { protocol: 'UDP', externalPort, internalPort: 5060, count: 1, internalClient: null, description: 'SIP' };
}

/** The keeper on a router that speaks one of the two, on real sockets and in real time. */
async function keepAt(kind: 'pcp' | 'nat-pmp') {
  const router = await openFakePortControl({ speaks: [kind] });
  const stop = new AbortController();
  let settings: InternetSettings = { ...DEFAULT_INTERNET, mapPorts: true, portMappings: [sip(5060)] };
  const keeper = createMappingKeeper({
    search: (_, signal) => searchPortControl({ router: LOCAL, port: router.port, localAddress: LOCAL, signal }),
    settings: () => settings,
    findStart: async () => ({ localAddress: LOCAL, defaultRouter: LOCAL }),
    log: SILENT,
    signal: stop.signal,
  });
  const end = async () => {
    stop.abort();
    await keeper.closed;
  };
  ending.push(async () => {
    await end();
    await router.close();
  });
  const change = (rows: readonly PortMapping[]) => {
    settings = { ...settings, portMappings: rows };
    keeper.settingsChanged();
  };
  return { router, keeper, change, end };
}

function openPorts({ mappings }: FakePortControl): number[] {
  return mappings.map(({ externalPort }) => externalPort);
}

test.each(['pcp', 'nat-pmp'] as const)(
  'by %s a port is kept, moved, restored after a loss and closed',
  async (kind) => {
    const { router, keeper, change, end } = await keepAt(kind);
    const states = () => keeper.state().mappings.map(({ state }) => state);
    await vi.waitFor(() => expect(states()).toEqual(['mapped']), 5_000);
    expect(keeper.state().gateway?.kind).toBe(kind);
    expect(openPorts(router)).toEqual([5060]);

    change([sip(5070)]);
    await vi.waitFor(() => expect(openPorts(router)).toEqual([5070]), 5_000);

    router.reboot();
    await keeper.renew();
    await vi.waitFor(() => expect(openPorts(router)).toEqual([5070]), 5_000);
    expect(keeper.state().status?.externalAddress).toBe('198.51.100.7');

    await end();
    expect(openPorts(router)).toEqual([]);
  },
);

test.each(['pcp', 'nat-pmp'] as const)(
  'by %s a port that the router gives to nobody is a conflict, and left alone',
  async (kind) => {
    const { router, keeper, change } = await keepAt(kind);
    await vi.waitFor(() => expect(keeper.state().mappings[0]?.state).toBe('mapped'), 5_000);
    change([]);
    await vi.waitFor(() => expect(openPorts(router)).toEqual([]), 5_000);
    router.behaviour.otherPort = 40_001;
    change([sip(5080)]);
    await vi.waitFor(() => expect(keeper.state().mappings[0]?.state).toBe('conflict'), 5_000);
    expect(keeper.state().mappings[0]?.error).toEqual({ kind: 'other-port', granted: 40_001 });
    expect(openPorts(router)).toEqual([]);
  },
);
