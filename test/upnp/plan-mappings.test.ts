import { expect, test } from 'vitest';
import { planAfterHint, planRenewNow, planRetryRefused, planSearchNow } from '../../src/upnp/plan-request.ts';
import { HOUR, KeeperWorld, MINUTE, OWN, row, SECOND } from './keeper-world.ts';
import { type ModelQuirks, ModelRouter } from './model-router.ts';

const SIP = { protocol: 'UDP', externalPort: 5060 } as const;

function worldWith(quirks: Partial<ModelQuirks> = {}, rows = [row()]): KeeperWorld {
  return new KeeperWorld([new ModelRouter(quirks)], rows);
}

function sip(world: KeeperWorld) {
  const found = world.plan.mappings.find(({ wanted }) => wanted.externalPort === 5060);
  if (found === undefined) throw new Error('5060 is not wanted');
  return found;
}

test('it looks first, opens the port for an hour, and reads back what it got', () => {
  const world = worldWith();
  world.run(MINUTE);
  expect(world.actions.slice(0, 5)).toEqual(['search', 'read-status', 'find', 'add', 'find']);
  expect(world.router.entry(SIP, world.now)).toMatchObject({ client: OWN, port: 5060, description: 'Plugtone SIP' });
  expect(sip(world)).toMatchObject({ state: 'mapped', leaseSeconds: 3600, error: null });
  expect(world.events()).toEqual(['upnp.gateway-found', 'upnp.mapped']);
});

test('it renews at half of the lease, give or take a tenth, and says nothing of it', () => {
  const world = worldWith();
  world.run(MINUTE);
  const lines = world.notes.length;
  const renewals: number[] = [];
  let expiry = sip(world).expiresAt;
  while (renewals.length < 20) {
    world.run(SECOND);
    if (sip(world).expiresAt === expiry) continue;
    renewals.push(world.now);
    expiry = sip(world).expiresAt;
  }
  const gaps = renewals.slice(1).map((time, index) => (time - (renewals[index] ?? 0)) / MINUTE);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(26.9);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(33.1);
  expect(new Set(gaps).size).toBeGreaterThan(3);
  expect(world.notes.length).toBe(lines);
});

test('each mapping is looked at every five minutes, status and address every minute', () => {
  const world = worldWith();
  world.run(MINUTE);
  world.actions.length = 0;
  world.run(HOUR);
  expect(world.actions.filter((name) => name === 'read-status').length).toBeGreaterThanOrEqual(59);
  const looks = world.actions.filter((name) => name === 'find').length;
  expect(looks).toBeGreaterThanOrEqual(12);
  expect(looks).toBeLessThanOrEqual(18);
});

test('a period of 0 never asks for the address, and still keeps the ports', () => {
  const world = worldWith();
  world.pollMs = 0;
  world.run(3 * HOUR);
  expect(world.actions).not.toContain('read-status');
  expect(world.router.entry(SIP, world.now)).toBeDefined();
});

test('with nothing to map and nothing to ask no router is looked for', () => {
  const world = worldWith({}, []);
  world.pollMs = 0;
  world.run(HOUR);
  expect(world.actions).toEqual([]);
  world.apply(planSearchNow);
  world.run(10 * MINUTE);
  expect(world.actions).toEqual(['search', 'sweep']);
});

test('an own mapping that stands there at the start is adopted and not made anew', () => {
  const world = worldWith();
  const entry = { client: OWN, port: 5060, description: 'Plugtone SIP', enabled: true };
  world.router.table.set('UDP 5060', { ...entry, expiresAt: world.now + 40 * MINUTE });
  world.run(MINUTE);
  expect(world.actions).not.toContain('add');
  expect(sip(world).state).toBe('mapped');
  world.run(25 * MINUTE);
  expect(world.actions).toContain('add');
});

test("a person's own permanent entry that leads to us is used, and neither renewed nor removed", () => {
  const world = worldWith();
  world.router.table.set('UDP 5060', { client: OWN, port: 5060, description: 'mine', enabled: true, expiresAt: null });
  world.run(3 * HOUR);
  expect(sip(world)).toMatchObject({ state: 'mapped', leaseSeconds: 0 });
  world.rows = [];
  world.run(HOUR);
  expect(world.actions.filter((name) => name === 'add' || name === 'remove')).toEqual([]);
});

test('a port of another host is shown with its owner, left alone, and taken once it is free', () => {
  const world = worldWith({ overwrites: true });
  world.router.occupy(SIP, '192.168.77.11', world.now);
  world.run(30 * MINUTE);
  expect(sip(world)).toMatchObject({ state: 'conflict', heldBy: '192.168.77.11' });
  expect(world.actions).not.toContain('add');
  expect(world.events().filter((event) => event === 'upnp.mapping-conflict')).toHaveLength(1);
  world.router.release(SIP, '192.168.77.11');
  world.run(5 * MINUTE + SECOND);
  expect(sip(world).state).toBe('mapped');
  expect(world.router.crimes).toEqual([]);
});

test('a mapping of another program of this host is a conflict as well', () => {
  const world = worldWith({ overwrites: true });
  world.router.table.set('UDP 5060', { client: OWN, port: 9, description: 'game', enabled: true, expiresAt: null });
  world.run(MINUTE);
  expect(sip(world)).toMatchObject({ state: 'conflict', heldBy: OWN });
  expect(world.actions).not.toContain('add');
});

test('our own entry with an older internal port is deleted and made anew', () => {
  const world = worldWith();
  const entry = { client: OWN, port: 5062, description: 'Plugtone SIP', enabled: true, expiresAt: null };
  world.router.table.set('UDP 5060', entry);
  world.run(MINUTE);
  expect(world.actions).toEqual(expect.arrayContaining(['remove', 'add']));
  expect(world.router.entry(SIP, world.now)?.port).toBe(5060);
});

test.each([725, 402] as const)(
  'a router that answers a lease with %i gets a permanent mapping, and is remembered',
  (code) => {
    const world = worldWith({ leaseError: code }, [row(), row({ externalPort: 10000, count: 3 })]);
    world.run(MINUTE);
    expect(world.plan.mappings.map(({ state, leaseSeconds }) => [state, leaseSeconds])).toEqual(
      Array(4).fill(['mapped', 0]),
    );
    expect(world.actions.filter((name) => name === 'add')).toHaveLength(5);
    expect(world.events()).toContain('upnp.permanent-only');
    world.run(2 * HOUR);
    expect(world.actions.filter((name) => name === 'add')).toHaveLength(5);
  },
);

test('a router that ends leases at once is tried without one', () => {
  const world = worldWith({ endsLeases: true });
  world.run(MINUTE);
  expect(sip(world)).toMatchObject({ state: 'mapped', leaseSeconds: 0 });
});

test('a router that gives two minutes is renewed each minute', () => {
  const world = worldWith({ longestLease: 120 });
  world.run(MINUTE);
  world.actions.length = 0;
  world.run(HOUR);
  const renewals = world.actions.filter((name) => name === 'add').length;
  expect(renewals).toBeGreaterThan(50);
  expect(renewals).toBeLessThan(70);
});

test('a lease of one second does not become a storm', () => {
  const world = worldWith({ longestLease: 1 });
  world.run(HOUR);
  expect(world.router.calls.length).toBeLessThan(1500);
});

test('where a renewal does not extend, the entry is deleted and made anew, in time', () => {
  const world = worldWith({ neverExtends: true });
  world.run(MINUTE);
  for (let i = 0; i < 600; i++) {
    world.run(MINUTE);
    expect(world.router.entry(SIP, world.now)).toBeDefined();
  }
  expect(world.actions).toContain('remove');
});

test('an entry that a person switched off is deleted and made anew', () => {
  const world = worldWith();
  world.run(MINUTE);
  const entry = world.router.entry(SIP, world.now);
  if (entry !== undefined) entry.enabled = false;
  world.run(6 * MINUTE);
  expect(world.router.entry(SIP, world.now)?.enabled).toBe(true);
});

test('a table that is full is told, and filled as soon as there is room', () => {
  const world = worldWith({ places: 2 }, [row({ externalPort: 10000, count: 3 })]);
  world.run(10 * MINUTE);
  expect(world.plan.mappings.map(({ state }) => state)).toEqual(['mapped', 'mapped', 'failing']);
  expect(world.plan.mappings[2]?.error).toMatchObject({ code: 714 });
  world.rows = [row({ externalPort: 10001, count: 2 })];
  world.run(3 * MINUTE);
  expect(world.plan.mappings.map(({ state }) => state)).toEqual(['mapped', 'mapped']);
});

test.each([401, 501, 606] as const)(
  'a router that answers each look with %i is mapped without looking',
  (lookError) => {
    const world = worldWith({ lookError });
    world.run(5 * MINUTE);
    expect(sip(world)).toMatchObject({ state: 'mapped', leaseSeconds: 3600 });
    world.run(3 * HOUR);
    expect(world.router.entry(SIP, world.now)).toBeDefined();
  },
);

test('where nobody tells who holds it, 718 is a conflict without a name', () => {
  const world = worldWith({ lookError: 401 });
  world.router.occupy(SIP, '192.168.77.11', world.now);
  world.run(5 * MINUTE);
  expect(sip(world)).toMatchObject({ state: 'conflict', heldBy: null, error: { code: 718 } });
});

test('a router that maps to its asker only refuses another host, slowly and once in the log', () => {
  const world = worldWith({ isSecure: true }, [row({ internalClient: '192.168.77.20' })]);
  world.run(HOUR);
  expect(sip(world)).toMatchObject({ state: 'refused', error: { code: 718 } });
  expect(world.actions.filter((name) => name === 'add').length).toBeLessThan(10);
  expect(world.events().filter((event) => event === 'upnp.mapping-failed')).toHaveLength(1);
  expect(world.notes.at(-1)?.facts.advice).toBe('only-own-address');
});

test.each<[string, Partial<ModelQuirks>, number]>([
  ['by its uptime', { tellsBootId: false }, 90 * SECOND],
  ['by its new port', { tellsBootId: false, uptime: 'none', movesPort: true }, 90 * SECOND],
  ['by what it lost', { tellsBootId: false, uptime: 'constant' }, 5 * MINUTE],
])('after a reboot that is seen %s everything is restored in time', (_name, quirks, within) => {
  const world = worldWith(quirks, [row(), row({ externalPort: 10000, count: 8 })]);
  world.run(17 * MINUTE);
  world.router.goDown();
  world.run(40 * SECOND);
  world.router.comeUp(world.now);
  world.run(within);
  expect(world.router.table.size).toBe(9);
  expect(world.plan.mappings.every(({ state }) => state === 'mapped')).toBe(true);
  expect(world.events()).toContain('upnp.restored');
});

test('a reboot that is heard is answered within seconds', () => {
  const world = worldWith();
  world.run(2 * MINUTE);
  world.router.goDown();
  world.router.comeUp(world.now);
  const usn = `${world.router.udn}::upnp:rootdevice`;
  world.apply((plan, now) =>
    planAfterHint(plan, { address: world.router.address, usn, bootId: 2, kind: 'alive' }, now),
  );
  world.run(6 * SECOND);
  expect(world.router.entry(SIP, world.now)).toBeDefined();
  expect(world.events().filter((event) => event === 'upnp.reboot-seen')).toHaveLength(1);
  expect(world.plan.rebootedAt).not.toBeNull();
});

test('hints of others, of other devices at its address, and the usual alive change nothing', () => {
  const world = worldWith();
  world.run(2 * MINUTE);
  const { plan } = world;
  const { udn: usn, address } = world.router;
  for (const hint of [
    { address: '192.168.77.66', usn, bootId: 99, kind: 'alive' },
    { address, usn: 'uuid:printer', bootId: 99, kind: 'alive' },
    { address, usn: 'uuid:printer', bootId: null, kind: 'byebye' },
    { address, usn, bootId: 1, kind: 'alive' },
    { address, usn, bootId: null, kind: 'alive' },
  ] as const)
    expect(planAfterHint(plan, hint, world.now)).toEqual(plan);
});

test('a flood of hints causes one search per 15 s at most', () => {
  const world = worldWith();
  world.run(2 * MINUTE);
  world.searches.length = 0;
  const { udn: usn, address } = world.router;
  for (let bootId = 2; bootId < 1000; bootId++) {
    world.apply((plan, now) => planAfterHint(plan, { address, usn, bootId, kind: 'alive' }, now));
    world.run(100);
  }
  expect(world.searches.length).toBeLessThanOrEqual(7);
});

test('a lease that was lost is restored with the next look', () => {
  const world = worldWith();
  world.run(MINUTE);
  world.router.table.clear();
  world.run(5 * MINUTE);
  expect(world.router.entry(SIP, world.now)).toBeDefined();
  expect(world.events()).toContain('upnp.restored');
});

test('a router that tidies away every ten minutes is told of once an hour', () => {
  const world = worldWith();
  for (let i = 0; i < 30; i++) {
    world.run(10 * MINUTE);
    world.router.table.clear();
  }
  const restored = world.notes.filter(({ facts }) => facts.event === 'upnp.restored');
  expect(restored.length).toBeGreaterThan(20);
  expect(restored.filter(({ level }) => level === 'info').length).toBeLessThan(7);
});

test('a frozen router is asked rarely, said to be silent once, and used again when it answers', () => {
  const world = worldWith({ isOneDaemon: false }, [row({ externalPort: 10000, count: 16 })]);
  world.run(2 * MINUTE);
  world.router.isFrozen = true;
  const calls = world.router.calls.length;
  world.run(2 * HOUR);
  expect(world.router.calls.length - calls).toBeLessThan(150);
  expect(world.events().filter((event) => event === 'upnp.gateway-silent')).toHaveLength(1);
  world.router.isFrozen = false;
  world.run(90 * SECOND);
  expect(world.router.table.size).toBe(16);
  expect(world.plan.mappings.every(({ state }) => state === 'mapped')).toBe(true);
});

test('a router that is frozen as a whole is lost, and used again within its next search', () => {
  const world = worldWith({}, [row({ externalPort: 10000, count: 16 })]);
  world.run(2 * MINUTE);
  world.router.isFrozen = true;
  world.run(2 * HOUR);
  expect(world.plan.mappings[0]?.state).toBe('no-gateway');
  world.router.isFrozen = false;
  world.run(5 * MINUTE + 10 * SECOND);
  expect(world.router.table.size).toBe(16);
  expect(world.plan.mappings[0]?.state).toBe('mapped');
});

test('a router that is gone is lost once, and looked for quickly at first and every few minutes later', () => {
  const world = worldWith();
  world.run(2 * MINUTE);
  world.router.goDown();
  world.run(10 * HOUR);
  expect(world.events().filter((event) => event === 'upnp.gateway-lost')).toHaveLength(1);
  expect(sip(world)).toMatchObject({ state: 'no-gateway', dueAt: null });
  const gaps = world.searches.slice(2).map((time, index) => time - (world.searches[index + 1] ?? 0));
  expect(Math.min(...gaps.slice(0, 4))).toBeLessThan(30 * SECOND);
  expect(Math.max(...gaps)).toBeLessThan(6 * MINUTE);
  world.router.comeUp(world.now);
  world.run(6 * MINUTE);
  expect(sip(world).state).toBe('mapped');
  expect(world.plan.mappings[0]?.told).toBe('mapped');
});

test('after the own address changed the old entry is deleted and a new one made', () => {
  const world = worldWith();
  world.run(10 * MINUTE);
  world.moveTo('192.168.77.30');
  world.run(30 * SECOND);
  expect(world.router.entry(SIP, world.now)?.client).toBe('192.168.77.30');
  expect(world.actions).toContain('remove');
  expect(world.router.crimes).toEqual([]);
});

test('where the old entry cannot be deleted, its owner is shown until its lease ends', () => {
  const world = worldWith({ isSecure: true });
  world.run(10 * MINUTE);
  world.moveTo('192.168.77.30');
  world.run(10 * MINUTE);
  expect(sip(world)).toMatchObject({ state: 'conflict', heldBy: OWN });
  world.run(56 * MINUTE);
  expect(sip(world).state).toBe('mapped');
});

test('an entry at our former address that another host made since is left alone', () => {
  const world = worldWith();
  world.run(10 * MINUTE);
  world.router.table.clear();
  world.moveTo('192.168.77.30');
  world.router.ours.delete(OWN);
  world.router.occupy(SIP, OWN, world.now);
  world.run(10 * MINUTE);
  expect(sip(world)).toMatchObject({ state: 'conflict', heldBy: OWN });
  expect(world.router.crimes).toEqual([]);
});

test('an entry at our former address is no longer ours once our lease is over, whatever its name', () => {
  const world = worldWith({ isSecure: true });
  world.run(10 * MINUTE);
  world.moveTo('192.168.77.30');
  world.router.ours.delete(OWN);
  // Another appliance of the same make has the address now, and keeps the port.
  const entry = { client: OWN, port: 5060, description: 'Plugtone SIP', enabled: true, expiresAt: null };
  world.router.table.set('UDP 5060', entry);
  world.run(HOUR);
  world.actions.length = 0;
  world.run(HOUR);
  expect(sip(world)).toMatchObject({ state: 'conflict', heldBy: OWN });
  expect(world.actions).not.toContain('remove');
});

test('a router that answers calls is not given up because its answer to a search got lost', () => {
  const world = worldWith();
  world.run(2 * MINUTE);
  world.searchLoss = 1;
  const { udn: usn, address } = world.router;
  world.apply((plan, now) => planAfterHint(plan, { address, usn, bootId: 9, kind: 'alive' }, now));
  world.run(10 * SECOND);
  expect(world.searches).toHaveLength(2);
  expect(world.plan.gateway).not.toBeNull();
  expect(world.events()).not.toContain('upnp.gateway-lost');
});

test('a lease that the router cut short is renewed before it ends', () => {
  const world = worldWith();
  world.run(12 * MINUTE);
  const entry = world.router.entry(SIP, world.now);
  if (entry !== undefined) entry.expiresAt = world.now + 6 * MINUTE;
  for (let i = 0; i < 12; i++) {
    world.run(MINUTE);
    expect(world.router.entry(SIP, world.now)).toBeDefined();
  }
});

test('without an interface there is nobody to ask, and the ports come back with it', () => {
  const world = worldWith();
  world.run(10 * MINUTE);
  world.moveTo(null);
  const calls = world.router.calls.length;
  world.run(10 * MINUTE);
  expect(world.router.calls.length).toBe(calls);
  expect(sip(world).state).toBe('no-gateway');
  world.moveTo(OWN);
  world.run(30 * SECOND);
  expect(sip(world).state).toBe('mapped');
});

test('after a suspend everything is done at once', () => {
  const world = worldWith();
  world.run(MINUTE);
  world.now += 50 * MINUTE;
  world.actions.length = 0;
  world.run(5 * SECOND);
  expect(world.actions).toEqual(expect.arrayContaining(['read-status', 'find', 'add']));
  expect(sip(world).expiresAt).toBeGreaterThan(world.now + 59 * MINUTE);
});

test('a row that is removed and a switch that is turned off close our ports, and only ours', () => {
  const world = worldWith({ leaseError: 725 }, [
    row(),
    row({ protocol: 'TCP', externalPort: 443, internalPort: 8443 }),
  ]);
  world.run(MINUTE);
  world.router.occupy({ protocol: 'UDP', externalPort: 7 }, '192.168.77.11', world.now);
  world.rows = [row()];
  world.run(20 * SECOND);
  expect([...world.router.table.keys()]).toEqual(['UDP 5060', 'UDP 7']);
  world.rows = [];
  world.run(20 * SECOND);
  expect([...world.router.table.keys()]).toEqual(['UDP 7']);
  expect(world.events().filter((event) => event === 'upnp.unmapped')).toHaveLength(2);
});

test('a removed row whose port another host took meanwhile is left to it', () => {
  const world = worldWith();
  world.run(MINUTE);
  world.router.table.clear();
  world.router.occupy(SIP, '192.168.77.11', world.now);
  world.rows = [];
  world.run(HOUR);
  expect(world.router.entry(SIP, world.now)?.client).toBe('192.168.77.11');
  expect(world.actions).not.toContain('remove');
});

test('a row that leads elsewhere now replaces our entry', () => {
  const world = worldWith();
  world.run(MINUTE);
  world.rows = [row({ internalClient: '192.168.77.20', internalPort: 5070 })];
  world.run(20 * SECOND);
  expect(world.router.entry(SIP, world.now)).toMatchObject({ client: '192.168.77.20', port: 5070 });
});

test('permanent entries of ours from before a crash are closed when nobody wants them any more', () => {
  const world = worldWith();
  const left = { client: OWN, port: 5080, description: 'Plugtone old', enabled: true, expiresAt: null };
  world.router.table.set('UDP 5080', left);
  world.router.table.set('UDP 5081', { ...left, client: '192.168.77.11' });
  world.router.table.set('UDP 5082', { ...left, description: 'game' });
  world.router.ours.delete('192.168.77.11');
  world.run(MINUTE);
  expect([...world.router.table.keys()]).toEqual(['UDP 5081', 'UDP 5082', 'UDP 5060']);
  expect(world.events()).toContain('upnp.leftover-found');
});

test('a person renews every mapping now', () => {
  const world = worldWith({}, [row({ externalPort: 10000, count: 4 })]);
  world.run(MINUTE);
  world.actions.length = 0;
  world.apply(planRenewNow);
  world.run(2 * SECOND);
  expect(world.actions.filter((name) => name === 'add')).toHaveLength(4);
});

test('what was given up is tried again when the settings are saved', () => {
  const world = worldWith({ isSecure: true }, [row({ internalClient: '192.168.77.20' })]);
  world.run(MINUTE);
  world.actions.length = 0;
  world.apply(planRetryRefused);
  world.run(SECOND);
  expect(world.actions).toContain('add');
});

test('a new external address is looked at a second time after two seconds', () => {
  const world = worldWith({}, []);
  world.run(90 * SECOND);
  world.router.externalAddress = '128.67.3.9';
  world.actions.length = 0;
  world.run(MINUTE + 3 * SECOND);
  expect(world.actions.filter((name) => name === 'read-status')).toHaveLength(2);
});

test('an uptime that is nonsense does not make a storm', () => {
  const world = worldWith({ uptime: 'nonsense' }, [row({ externalPort: 10000, count: 8 })]);
  world.run(10 * MINUTE);
  world.searches.length = 0;
  world.router.calls.length = 0;
  world.run(HOUR);
  expect(world.searches.length).toBeLessThan(14);
  expect(world.router.calls.length).toBeLessThan(500);
  world.notes.length = 0;
  world.run(24 * HOUR);
  expect(world.notes.length).toBeLessThan(10);
});
