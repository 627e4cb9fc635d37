import { describe, expect, type TestContext, test, vi } from 'vitest';
import { DEFAULT_INTERNET, type InternetSettings } from '../../src/core/internet.ts';
import type { GatewayStatus } from '../../src/upnp/gateway.ts';
import { searchIgds } from '../../src/upnp/igd-search.ts';
import type { MappingState } from '../../src/upnp/keeper-state.ts';
import { createMappingKeeper } from '../../src/upnp/mapping-keeper.ts';
import { keepingLog } from '../lan/fake-lan.ts';
import { type FakeGateway, type FakeGatewayOptions, hasLease, openFakeGateway } from '../peers/fake-gateway.ts';
import { HOUR, MINUTE, row } from './keeper-world.ts';

const LOCAL = '127.0.0.1';

/** Ms of the keeper's time, and of the leases, that pass in one real one: its hour is six seconds. */
const HASTE = 600;
const hastyNow = () => performance.now() * HASTE;

/** The keeper on a router of real sockets, with our own client between them. */
async function keepAt({ onTestFinished }: TestContext, options: FakeGatewayOptions = {}, rows = [row()]) {
  const fake: FakeGateway = await openFakeGateway({ clock: hastyNow, ...options });
  const stop = new AbortController();
  const log = keepingLog();
  const statuses: GatewayStatus[] = [];
  const world = { settings: { ...DEFAULT_INTERNET, mapPorts: true, portMappings: rows } as InternetSettings };
  const keeper = createMappingKeeper({
    search: ({ localAddress, defaultRouter }, signal) =>
      searchIgds({ localAddress, defaultRouter, waitMs: 40, signal, group: fake.ssdpPlace }),
    settings: () => world.settings,
    findStart: async () => ({ localAddress: LOCAL, defaultRouter: LOCAL }),
    log,
    signal: stop.signal,
    onStatus: (result) => void (result.ok && statuses.push(result.value)),
    clock: () => 1_700_000_000_000 + hastyNow(),
    monotonic: hastyNow,
    setTimer(ms, ring) {
      // The farewell has its two seconds in real time.
      const timer = setTimeout(ring, stop.signal.aborted ? ms : ms / HASTE);
      return () => clearTimeout(timer);
    },
  });
  const end = async () => {
    stop.abort();
    await keeper.closed;
  };
  onTestFinished(async () => {
    await end();
    await fake.close();
  });
  const states = () => keeper.state().mappings.map(({ state }) => state);
  const untilAll = (state: MappingState) =>
    vi.waitFor(() => expect([...new Set(states())]).toEqual([state]), { timeout: 8_000, interval: 5 });
  return { fake, keeper, log, statuses, world, end, states, untilAll };
}

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms / HASTE));

describe.concurrent('on real sockets', () => {
  test.for([1, 2] as const)(
    'an IGD:%i has what is wanted, through leases, a reboot and a new HTTP port, until the stop',
    async (version, context) => {
      const { fake, keeper, log, untilAll, end } = await keepAt(context, { version }, [
        row(),
        row({ externalPort: 10000, count: 4 }),
      ]);
      await untilAll('mapped');
      expect(fake.table.list().map(({ internalClient }) => internalClient)).toEqual(Array(5).fill(LOCAL));
      expect(fake.table.find('UDP', 5060)?.description).toBe('Plugtone SIP');

      await pass(HOUR);
      expect(fake.table.list()).toHaveLength(5);
      expect(log.events()).toEqual(['upnp.gateway-found', ...Array(5).fill('upnp.mapped')]);

      await fake.reboot({ movesPort: true });
      expect(fake.table.list()).toEqual([]);
      await vi.waitFor(() => expect(fake.table.list()).toHaveLength(5), { timeout: 8_000, interval: 5 });
      await untilAll('mapped');
      expect(keeper.state().rebootedAt).not.toBeNull();

      await end();
      expect(fake.table.list()).toEqual([]);
    },
  );

  test.for([725, 402])(
    'a router that answers leases with %i is given permanent entries, which go at the stop',
    async (code, context) => {
      const { fake, keeper, untilAll, end } = await keepAt(context, {}, [row({ externalPort: 10000, count: 3 })]);
      fake.fail('AddPortMapping', code, { when: hasLease });
      await untilAll('mapped');
      expect(keeper.state().onlyPermanent).toBe(true);
      expect(fake.table.list().map((entry) => fake.table.secondsLeft(entry))).toEqual([0, 0, 0]);
      await end();
      expect(fake.table.list()).toEqual([]);
    },
  );

  test.for<[number, MappingState]>([
    [401, 'refused'],
    [402, 'refused'],
    [501, 'failing'],
    [606, 'refused'],
    [713, 'failing'],
    [714, 'failing'],
    [715, 'refused'],
    [716, 'refused'],
    [718, 'conflict'],
    [724, 'refused'],
    [725, 'refused'],
    [726, 'refused'],
    [727, 'refused'],
    [728, 'refused'],
    [729, 'refused'],
    [732, 'refused'],
    [899, 'failing'],
  ])(
    'a router that answers every request with %i: %s, a quiet log, and open once it is healed',
    async ([code, state], context) => {
      const { fake, keeper, log, untilAll } = await keepAt(context);
      fake.fail('AddPortMapping', code);
      await untilAll(state);
      expect(keeper.state().mappings[0]?.error).toMatchObject({ kind: 'upnp', code });
      const asked = fake.requests.length;
      await pass(5 * MINUTE);
      expect(fake.requests.length - asked).toBeLessThan(80);
      // A code that nobody knows is first taken for a passing one.
      const warnings = log.lines.filter(({ level }) => level === 'warn').length;
      expect([1, code === 899 ? 2 : 1]).toContain(warnings);
      fake.heal();
      keeper.settingsChanged();
      await untilAll('mapped');
    },
  );

  test('a port of another host is left to it, and its name is shown', async (context) => {
    const { fake, keeper, untilAll, end } = await keepAt(context, { quirks: { overwritesOthers: true } });
    fake.table.hold({ protocol: 'UDP', externalPort: 5060, internalClient: '127.0.0.9' });
    await untilAll('conflict');
    expect(keeper.state().mappings[0]?.heldBy).toBe('127.0.0.9');
    await end();
    expect(fake.table.find('UDP', 5060)?.internalClient).toBe('127.0.0.9');
  });

  test('where a renewal keeps the old lease the port is open all the same', async (context) => {
    const { fake, untilAll } = await keepAt(context, { quirks: { renewalKeepsLease: true } });
    await untilAll('mapped');
    await pass(HOUR + 10 * MINUTE);
    expect(fake.table.find('UDP', 5060)).toBeDefined();
  });

  test('a lease that is shorter than asked is what is planned from', async (context) => {
    const { fake, keeper, untilAll } = await keepAt(context, { quirks: { leaseSeconds: 600 } });
    await untilAll('mapped');
    expect(keeper.state().mappings[0]?.leaseSeconds).toBeLessThanOrEqual(600);
    await pass(30 * MINUTE);
    expect(fake.table.find('UDP', 5060)).toBeDefined();
  });

  test('a table that keeps no more is told as failing', async (context) => {
    const { states, fake } = await keepAt(context, { quirks: { capacity: 2, ignoresOverflow: true } }, [
      row({ externalPort: 10000, count: 3 }),
    ]);
    await vi.waitFor(() => expect(states()).toEqual(['mapped', 'mapped', 'failing']), { timeout: 5_000 });
    expect(fake.table.list()).toHaveLength(2);
  });

  test('an entry that the router leads to somebody else is closed again', async (context) => {
    const { fake, keeper, untilAll } = await keepAt(context, { quirks: { internalClient: '127.0.0.9' } });
    await untilAll('refused');
    await vi.waitFor(() => expect(fake.table.list()).toEqual([]), { timeout: 5_000 });
    expect(keeper.state().mappings[0]?.error).toMatchObject({ kind: 'malformed' });
  });

  test('a new WAN address is read twice in a row, within two minutes', async (context) => {
    const { fake, statuses, untilAll } = await keepAt(context);
    await untilAll('mapped');
    await pass(MINUTE);
    fake.setWan({ address: '198.51.100.99' });
    statuses.length = 0;
    await pass(2 * MINUTE);
    expect(statuses.filter(({ externalAddress }) => externalAddress === '198.51.100.99').length).toBeGreaterThanOrEqual(
      2,
    );
  });

  test('a router that is switched off is lost, and found again with its ports', async (context) => {
    const { fake, untilAll, keeper } = await keepAt(context);
    await untilAll('mapped');
    await fake.switchOff();
    fake.table.clear();
    await untilAll('no-gateway');
    expect(keeper.state().search.state).toBe('none');
    await fake.switchOn({ movesPort: true });
    await untilAll('mapped');
  });

  test('a stop while the router is frozen ends in time', async (context) => {
    const { fake, untilAll, keeper, end } = await keepAt(context);
    await untilAll('mapped');
    fake.freeze();
    void keeper.renew();
    const begin = performance.now();
    await end();
    expect(performance.now() - begin).toBeLessThan(2_500);
  });
});
