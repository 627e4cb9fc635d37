import { expect, test } from 'vitest';
import { planSearchNow } from '../../src/upnp/plan-request.ts';
import { DAY, densest, HOUR, KeeperWorld, MINUTE, OWN, row, SECOND, seeded } from './keeper-world.ts';
import { type ModelQuirks, ModelRouter } from './model-router.ts';

/** Ms after the last disturbance until all must be right: the rarest retry takes ten minutes, an alarm five. */
const HEALING_MS = 16 * MINUTE;

const ROWS = [
  row(),
  row({ protocol: 'TCP', externalPort: 443, internalPort: 8443 }),
  row({ externalPort: 10000, internalPort: 10000, count: 4 }),
];
const FEWER = ROWS.slice(0, 2);
const OTHER = '192.168.77.99';

type Mishap = (world: KeeperWorld, dice: () => number) => void;

/** What happens to routers and hosts in the field. Each takes its own time, and ends with the router at work. */
const MISHAPS: readonly Mishap[] = [
  function reboot(world, dice) {
    world.router.goDown();
    world.run((5 + dice() * 240) * SECOND);
    world.router.comeUp(world.now);
  },
  function freeze(world, dice) {
    world.router.isFrozen = true;
    world.run(dice() * 90 * MINUTE);
    world.router.isFrozen = false;
  },
  function loseEntries(world, dice) {
    for (const [key, { client }] of world.router.table)
      if (client !== OTHER && dice() < 0.5) world.router.table.delete(key);
  },
  function switchOffEntries(world, dice) {
    for (const entry of world.router.table.values()) if (entry.client !== OTHER) entry.enabled = dice() < 0.5;
  },
  function longOutage(world, dice) {
    world.router.goDown();
    world.run(dice() * 12 * HOUR);
    world.router.comeUp(world.now);
  },
  function stranger(world, dice) {
    const keys = world.plan.mappings.map(({ wanted }) => wanted);
    const key = keys[Math.floor(dice() * keys.length)];
    if (key === undefined) return;
    // It comes while the port is not ours: after a reboot.
    world.router.table.delete(ModelRouter.key(key));
    world.router.occupy(key, OTHER, world.now);
    world.run(dice() * 3 * HOUR);
    if (dice() < 0.7) world.router.release(key, OTHER);
  },
  function strangersLeave(world) {
    for (const key of world.plan.mappings) world.router.release(key.wanted, OTHER);
  },
  function newAddressOfOurs(world, dice) {
    world.moveTo(null);
    world.run(dice() * MINUTE);
    world.moveTo(`192.168.77.${10 + Math.floor(dice() * 5)}`);
    // Where nobody else may delete it, the old entry stands until its lease ends.
    if (world.router.quirks.isSecure) world.run(HOUR + MINUTE);
  },
  function suspend(world, dice) {
    world.now += dice() * 8 * HOUR;
  },
  function newWanAddress(world, dice) {
    world.router.externalAddress = `128.66.0.${Math.floor(dice() * 250)}`;
  },
  function otherRows(world, dice) {
    world.rows = dice() < 0.5 ? FEWER : ROWS;
  },
  function searchLoss(world, dice) {
    world.searchLoss = 0.5;
    world.run(dice() * HOUR);
    world.searchLoss = 0;
  },
  function button(world) {
    world.apply(planSearchNow);
  },
];

const KINDS: readonly (readonly [string, Partial<ModelQuirks>])[] = [
  ['after the standard', {}],
  ['whose daemons freeze one by one', { isOneDaemon: false }],
  ['with permanent entries only', { leaseError: 725, keepsTable: true }],
  ['that calls leases bad arguments', { leaseError: 402 }],
  ['that moves its port at each start and has no boot id', { movesPort: true, tellsBootId: false, uptime: 'none' }],
  ['that overwrites without a word', { overwrites: true, uptime: 'constant', tellsBootId: false }],
  ['that never extends, and tells nonsense', { neverExtends: true, uptime: 'nonsense', tellsBootId: false }],
  ['that gives ten minutes, to its asker only', { longestLease: 600, isSecure: true }],
  ['that cannot be looked at', { lookError: 401 }],
];

function checkAllIsRight(world: KeeperWorld): void {
  const own = world.start?.localAddress;
  for (const { wanted, state, heldBy } of world.plan.mappings) {
    const entry = world.router.entry(wanted, world.now);
    const facts = { wanted: `${wanted.protocol} ${wanted.externalPort}`, state, at: world.now };
    if (entry?.client === OTHER) {
      const isTold = world.router.quirks.lookError === null;
      expect({ ...facts, heldBy }).toEqual({ ...facts, state: 'conflict', heldBy: isTold ? OTHER : null });
    } else {
      const seen = { client: entry?.client, enabled: entry?.enabled };
      expect({ ...facts, ...seen }).toEqual({ ...facts, state: 'mapped', client: own, enabled: true });
    }
  }
  const wanted = new Set(world.plan.mappings.map((m) => ModelRouter.key(m.wanted)));
  for (const [key, { client, expiresAt }] of world.router.table)
    if (client === own && (expiresAt === null || expiresAt > world.now))
      expect([key, wanted.has(key)]).toEqual([key, true]);
}

function liveFor(days: number, quirks: Partial<ModelQuirks>, seed: number): KeeperWorld {
  const dice = seeded(seed);
  const world = new KeeperWorld([new ModelRouter(quirks)], ROWS, seed + 1);
  const end = world.now + days * DAY;
  while (world.now < end) {
    const mishaps = 1 + Math.floor(dice() ** 3 * 4);
    for (let i = 0; i < mishaps; i++) {
      MISHAPS[Math.floor(dice() * MISHAPS.length)]?.(world, dice);
      world.run(dice() ** 2 * 10 * MINUTE);
    }
    world.run(HEALING_MS);
    checkAllIsRight(world);
    // Now and then it is quiet for a day.
    world.run(dice() ** 6 * 30 * HOUR);
    checkAllIsRight(world);
    expect(world.router.crimes).toEqual([]);
  }
  return world;
}

test.each(KINDS)('three weeks of mishaps: a router %s has what is wanted, and nobody is robbed', (_name, quirks) => {
  const world = liveFor(21, quirks, 4711);
  // Six ports: measured over 200 such worlds, and a fifth more.
  expect(densest(world.router.calls, HOUR)).toBeLessThan(650);
  expect(densest(world.router.calls, MINUTE)).toBeLessThan(60);
  expect(densest(world.searches, HOUR)).toBeLessThan(34);
  // A log that can be read: some lines per mishap, and none per minute.
  expect(world.notes.length).toBeLessThan(700);
});

test('the same seed lives the same months', () => {
  const [first, second] = [liveFor(2, {}, 7), liveFor(2, {}, 7)];
  expect(second.actions).toEqual(first.actions);
  expect(second.notes).toEqual(first.notes);
});

test('a quiet month costs the router two questions a minute at most, and the log nothing', () => {
  const world = new KeeperWorld([new ModelRouter()], [row({ externalPort: 10000, count: 16 }), row()]);
  world.run(HOUR);
  const lines = world.notes.length;
  const calls = world.router.calls.length;
  world.run(30 * DAY);
  expect(world.notes.length).toBe(lines);
  expect((world.router.calls.length - calls) / (30 * 24)).toBeLessThan(60 + 17 * (12 + 3 * 3));
  expect(world.searches).toHaveLength(1);
  expect(world.router.table.size).toBe(17);
});

test('a second router in the LAN is shown and never used, however often the first one restarts', () => {
  const [first, second] = [new ModelRouter(), new ModelRouter({}, '192.168.77.2')];
  const world = new KeeperWorld([first, second]);
  const dice = seeded(99);
  world.run(MINUTE);
  for (let i = 0; i < 200; i++) {
    first.goDown();
    world.run((10 + dice() * 200) * SECOND);
    first.comeUp(world.now);
    world.run(HEALING_MS);
    expect(world.plan.gateway?.address).toBe('192.168.77.1');
    expect(world.plan.others.map(({ address }) => address)).toEqual(['192.168.77.2']);
  }
  expect(second.calls).toEqual([]);
  expect(world.events()).not.toContain('upnp.gateway-changed');
});

test('a router that stays away is replaced after minutes, with a warning', () => {
  const [first, second] = [new ModelRouter(), new ModelRouter({}, '192.168.77.2')];
  const world = new KeeperWorld([first, second]);
  world.run(HOUR);
  first.goDown();
  world.run(30 * MINUTE);
  expect(world.plan.gateway?.address).toBe('192.168.77.2');
  expect(second.table.size).toBe(1);
  expect(world.notes.find(({ facts }) => facts.event === 'upnp.gateway-changed')).toMatchObject({
    level: 'warn',
    facts: { address: '192.168.77.2', wasAddress: '192.168.77.1' },
  });
});

test('a start and a stop of the host in each minute harms nobody', () => {
  const world = new KeeperWorld([new ModelRouter()], ROWS);
  for (let i = 0; i < 500; i++) {
    world.moveTo(i % 2 === 0 ? null : OWN);
    world.run(MINUTE / 2);
  }
  expect(densest(world.router.calls, HOUR)).toBeLessThan(1_300);
  expect(world.router.crimes).toEqual([]);
});
