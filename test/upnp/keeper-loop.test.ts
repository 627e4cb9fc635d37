import { afterEach, expect, test, vi } from 'vitest';
import { DEFAULT_INTERNET, type InternetSettings } from '../../src/core/internet.ts';
import type { SearchStart } from '../../src/upnp/choose-search-start.ts';
import { createMappingKeeper, type MappingKeeperOptions } from '../../src/upnp/mapping-keeper.ts';
import { keepingLog } from '../lan/fake-lan.ts';
import { MINUTE, OWN, row, SECOND } from './keeper-world.ts';
import { type ModelQuirks, ModelRouter } from './model-router.ts';

/** Simulated time for the loop: a timer rings when time is made to pass, and never by itself. */
function simulateTime() {
  let now = 1_000_000;
  let timers: { readonly at: number; readonly ring: () => void }[] = [];
  const settle = async () => {
    for (let i = 0; i < 300; i++) await Promise.resolve();
  };
  return {
    now: () => now,
    pending: () => timers.length,
    setTimer(ms: number, ring: () => void) {
      const timer = { at: now + ms, ring };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async pass(ms: number) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = timers.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > end) break;
        now = Math.max(now, next.at);
        timers = timers.filter((timer) => timer !== next);
        next.ring();
        await settle();
      }
      now = Math.max(now, end);
    },
  };
}

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

type Base = { readonly time: ReturnType<typeof simulateTime>; readonly router: ModelRouter };

function keep(quirks: Partial<ModelQuirks> = {}, patch: (base: Base) => Partial<MappingKeeperOptions> = () => ({})) {
  const time = simulateTime();
  const router = new ModelRouter(quirks);
  router.ours.add(OWN);
  const stop = new AbortController();
  const log = keepingLog();
  const world = {
    settings: { ...DEFAULT_INTERNET, mapPorts: true, portMappings: [row()] } as InternetSettings,
    start: { localAddress: OWN, defaultRouter: router.address } as SearchStart | null,
    /** Ms that a call takes. */
    delay: 20,
    /** Ms that the monotonic clock stood still. */
    slept: 0,
    busy: 0,
    mostBusy: 0,
  };
  const wait = async () => {
    world.busy += 1;
    world.mostBusy = Math.max(world.mostBusy, world.busy);
    const ms = router.isUp && !router.isFrozen ? world.delay : 3 * SECOND;
    await new Promise<void>((resolve) => time.setTimer(ms, resolve));
    world.busy -= 1;
  };
  const search: MappingKeeperOptions['search'] = async ({ localAddress, defaultRouter }) => {
    await new Promise<void>((resolve) => time.setTimer(4 * SECOND, resolve));
    const facts = router.facts(localAddress, defaultRouter);
    return { found: router.answersSearch() ? [router.asGateway(facts, time.now, wait)] : [], refused: [] };
  };
  const keeper = createMappingKeeper({
    search,
    settings: () => world.settings,
    findStart: async () => world.start,
    log,
    signal: stop.signal,
    clock: () => 1_700_000_000_000 + time.now() + world.slept,
    monotonic: time.now,
    random: () => 0.5,
    setTimer: time.setTimer,
    ...patch({ time, router }),
  });
  ending.push(async () => {
    stop.abort();
    await time.pass(10 * SECOND);
    await keeper.closed;
    expect(time.pending()).toBe(0);
  });
  return { time, router, world, keeper, log, stop };
}

test('of a flood of hints few wait while a router is asked, and what people want is not lost in it', async () => {
  const { time, world, keeper } = keep();
  await time.pass(10 * SECOND);
  const before = keeper.state();
  world.delay = 5 * SECOND;
  void keeper.renew();
  await time.pass(SECOND);
  let read = 0;
  const hint = {
    get address() {
      read += 1;
      return '192.168.77.66';
    },
    usn: '',
    bootId: 1,
    kind: 'alive' as const,
  };
  for (let i = 0; i < 10_000; i++) keeper.hint(hint);
  const searched = keeper.search();
  keeper.settingsChanged();
  await time.pass(MINUTE);
  await searched;
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(64);
  expect(keeper.state().search.at).toBeGreaterThan(before.search.at ?? 0);
});

test('it maps, tells its state in wall-clock time, and asks one thing at a time', async () => {
  const { time, router, world, keeper } = keep();
  expect(keeper.state().search.state).toBe('idle');
  await time.pass(SECOND);
  expect(keeper.state().search.state).toBe('searching');
  await time.pass(10 * SECOND);
  const state = keeper.state();
  expect(state).toMatchObject({ search: { state: 'found', from: OWN }, onlyPermanent: false, rebootedAt: null });
  expect(state.gateway?.id).toBe(router.udn);
  expect(state.status?.externalAddress).toBe('128.66.0.5');
  const [kept] = state.mappings;
  expect(kept).toMatchObject({ state: 'mapped', leaseSeconds: 3600, error: null });
  expect((kept?.expiresAt ?? 0) - 1_700_000_000_000 - time.now()).toBeGreaterThan(59 * MINUTE);
  await time.pass(60 * MINUTE);
  expect(world.mostBusy).toBe(1);
});

test('nothing is opened before a person has switched it on, and all is closed when he switches it off', async () => {
  const { time, router, world, keeper } = keep();
  const on = world.settings;
  world.settings = { ...on, mapPorts: false };
  await time.pass(30 * MINUTE);
  expect(router.table.size).toBe(0);
  expect(keeper.state().mappings).toEqual([]);
  world.settings = on;
  keeper.settingsChanged();
  await time.pass(SECOND);
  expect(router.table.size).toBe(1);
  world.settings = { ...on, mapPorts: false };
  keeper.settingsChanged();
  await time.pass(SECOND);
  expect(router.table.size).toBe(0);
});

test('a stop takes our entries away, and those of others stay', async () => {
  const { time, router, keeper, stop, log } = keep({ leaseError: 725 });
  await time.pass(MINUTE);
  router.occupy({ protocol: 'UDP', externalPort: 7 }, '192.168.77.11', time.now());
  stop.abort();
  await time.pass(SECOND);
  await keeper.closed;
  expect([...router.table.keys()]).toEqual(['UDP 7']);
  expect(router.crimes).toEqual([]);
  expect(log.events()).toContain('upnp.unmapped');
});

test('a port that another host took meanwhile is left to it at the stop', async () => {
  const { time, router, keeper, stop } = keep();
  await time.pass(MINUTE);
  router.table.clear();
  router.occupy(row(), '192.168.77.11', time.now());
  stop.abort();
  await time.pass(SECOND);
  await keeper.closed;
  expect([...router.table.keys()]).toEqual(['UDP 5060']);
  expect(router.crimes).toEqual([]);
});

test('a stop of a frozen router ends after two seconds', async () => {
  const { time, router, keeper, stop } = keep();
  await time.pass(MINUTE);
  router.isFrozen = true;
  stop.abort();
  let isClosed = false;
  void keeper.closed.then(() => {
    isClosed = true;
  });
  await time.pass(1_900);
  expect(isClosed).toBe(false);
  await time.pass(200);
  expect(isClosed).toBe(true);
});

test('a stop with many ports on a slow router ends in time, the permanent ones first', async () => {
  const { time, router, world, keeper, stop } = keep();
  world.settings = { ...world.settings, portMappings: [row({ externalPort: 10000, count: 32 })] };
  await time.pass(MINUTE);
  expect(router.table.size).toBe(32);
  world.delay = 100;
  stop.abort();
  await time.pass(2_100);
  await keeper.closed;
  expect(router.table.size).toBeLessThan(32);
  expect(router.table.size).toBeGreaterThan(0);
  const calls = router.calls.length;
  await time.pass(MINUTE);
  expect(router.calls.length).toBe(calls);
});

test('search and renew resolve when it is done, and within 15 s when it cannot be', async () => {
  const { time, router, keeper } = keep();
  await time.pass(MINUTE);
  router.table.clear();
  let done = '';
  void keeper.search().then(() => {
    done += 'search ';
  });
  await time.pass(5 * SECOND);
  expect([done, router.table.size]).toEqual(['search ', 1]);
  void keeper.renew().then(() => {
    done += 'renew ';
  });
  await time.pass(SECOND);
  expect(done).toBe('search renew ');
  router.isFrozen = true;
  void keeper.renew().then(() => {
    done += 'frozen';
  });
  await time.pass(16 * SECOND);
  expect(done).toBe('search renew frozen');
});

test('many searches at once are one', async () => {
  const search = vi.fn<MappingKeeperOptions['search']>(async () => ({ found: [], refused: [] }));
  const { time, keeper } = keep({}, () => ({ search }));
  await time.pass(2 * MINUTE);
  search.mockClear();
  const all = Promise.all(Array.from({ length: 100 }, () => keeper.search()));
  await time.pass(SECOND);
  await all;
  expect(search).toHaveBeenCalledTimes(1);
});

test('who presses the button during a search waits for that one', async () => {
  let searches = 0;
  const { time, keeper } = keep({}, ({ time: { setTimer } }) => ({
    async search() {
      searches += 1;
      await new Promise<void>((resolve) => setTimer(4 * SECOND, resolve));
      return { found: [], refused: [] };
    },
  }));
  await time.pass(2 * SECOND);
  let isDone = false;
  void keeper.search().then(() => {
    isDone = true;
  });
  await time.pass(2 * SECOND + 100);
  expect([searches, isDone]).toEqual([1, true]);
});

test('what was found in the LAN that the host has just left is not used', async () => {
  const { time, router, world, keeper } = keep();
  await time.pass(2 * SECOND);
  world.start = { localAddress: '10.9.0.2', defaultRouter: '10.9.0.1' };
  keeper.settingsChanged();
  await time.pass(2_500);
  expect(keeper.state().gateway).toBeNull();
  expect(router.calls).toEqual([]);
  await time.pass(MINUTE);
  expect(keeper.state().gateway?.localAddress).toBe('10.9.0.2');
});

test('a host that slept through its lease does everything at once', async () => {
  const { time, router, world, keeper } = keep();
  await time.pass(10 * MINUTE);
  // The monotonic clock stood still meanwhile; the router did not.
  router.table.clear();
  world.slept = 5 * 60 * MINUTE;
  await time.pass(16 * SECOND);
  expect(router.table.size).toBe(1);
  expect(keeper.state().mappings[0]?.expiresAt).toBeGreaterThan(
    1_700_000_000_000 + time.now() + world.slept + 59 * MINUTE,
  );
});

test("the host's new address is seen within 15 s", async () => {
  const { time, router, world } = keep();
  await time.pass(MINUTE);
  router.ours.add('192.168.77.30');
  world.start = { localAddress: '192.168.77.30', defaultRouter: router.address };
  await time.pass(25 * SECOND);
  expect(router.entry(row(), time.now())?.client).toBe('192.168.77.30');
});

test('each answer for the status is handed on, errors too, and listeners hear of news', async () => {
  const seen: boolean[] = [];
  const { time, router, keeper } = keep({}, () => ({ onStatus: (result) => void seen.push(result.ok) }));
  let news = 0;
  const end = keeper.onChange(() => {
    news += 1;
  });
  await time.pass(90 * SECOND);
  expect(seen.length).toBeGreaterThanOrEqual(2);
  expect(news).toBeGreaterThan(2);
  router.isFrozen = true;
  await time.pass(2 * MINUTE);
  expect(seen.at(-1)).toBe(false);
  end();
  const before = news;
  await time.pass(5 * MINUTE);
  expect(news).toBe(before);
});

test('a search that fails and a client that throws are told, and everything goes on', async () => {
  let isBroken = true;
  const { time, keeper, log } = keep({}, ({ time, router }) => ({
    async search({ localAddress, defaultRouter }) {
      if (isBroken) throw new Error('EPERM');
      const gateway = router.asGateway(router.facts(localAddress, defaultRouter), time.now, async () => {});
      return { found: [{ ...gateway, readStatus: () => Promise.reject(new Error('boom')) }], refused: [] };
    },
  }));
  await time.pass(5 * MINUTE);
  expect(log.events().filter((event) => event === 'upnp.search-failed')).toHaveLength(1);
  isBroken = false;
  await time.pass(5 * MINUTE);
  expect(keeper.state().mappings[0]?.state).toBe('mapped');
  expect(keeper.state().statusError).toMatchObject({ kind: 'malformed' });
});

test('a lease that ends while the router is silent is no open port any more', async () => {
  const { time, router, keeper } = keep({ isOneDaemon: false });
  await time.pass(MINUTE);
  router.isFrozen = true;
  await time.pass(30 * MINUTE);
  expect(keeper.state().mappings[0]?.state).toBe('mapped');
  await time.pass(31 * MINUTE);
  expect(keeper.state().mappings[0]).toMatchObject({ state: 'failing', expiresAt: null, error: { kind: 'timeout' } });
});
