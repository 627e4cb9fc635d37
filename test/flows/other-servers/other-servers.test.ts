import { afterEach, expect, test, vi } from 'vitest';
import { deriveProbeMac } from '../../../src/core/derive-probe-mac.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { DEFAULT_TRUST } from '../../../src/core/trust.ts';
import { createOtherServers } from '../../../src/flows/other-servers/other-servers.ts';
import { wantServer } from '../../../src/flows/other-servers/want-server.ts';
import { firstHeader } from '../../../src/sip/message.ts';
import { readSighting } from '../../../src/sip/read-sighting.ts';
import { type HeardServer, probeServers } from '../../../src/sip/server-probe.ts';
import { vendors } from '../../../src/vendors/all.ts';
import { openFakePnpServer, PNP_GROUP } from '../../peers/fake-pnp-server.ts';
import { mac, openDoors } from '../../peers/office-doors.ts';

const MINUTE = 60_000;
const MAC = deriveProbeMac('a site');
const OTHER: HeardServer = {
  address: '192.168.10.9',
  port: 5_060,
  status: 200,
  url: 'http://192.168.10.9/',
  says: 'PBX',
};

const controllers: AbortController[] = [];
afterEach(() => {
  for (const controller of controllers.splice(0)) controller.abort();
  vi.useRealTimers();
});

function setUp(
  options: { readonly minutes?: number; readonly knownServers?: readonly string[] } = {},
  real: Partial<Parameters<typeof createOtherServers>[0]> = {},
) {
  const { minutes = 10, knownServers = [] } = options;
  const trust = { ...DEFAULT_TRUST, otherServerCheckMinutes: minutes, knownServers };
  const opened = openDoors({ site: { trust } });
  const logged: { readonly event?: unknown; readonly address?: unknown }[] = [];
  const keep = (facts: object) => void logged.push(facts);
  let answer: Result<readonly HeardServer[], string> = ok([]);
  let checks = 0;
  const controller = new AbortController();
  controllers.push(controller);
  const servers = createOtherServers({
    office: opened.office,
    lan: { ...opened.doors.lan, current: () => [{ address: '192.168.10.2' }] },
    sip: opened.doors.sip,
    async probe() {
      checks += 1;
      return answer;
    },
    target: () => ({ address: PNP_GROUP, port: 5_060 }),
    mac: MAC,
    log: { debug: keep, info: keep, warn: keep, error: keep },
    clock: opened.doors.clock,
    signal: controller.signal,
    lookEveryMs: 10,
    ...real,
  });
  return {
    ...opened,
    servers,
    controller,
    checks: () => checks,
    events: () => logged.map(({ event }) => event),
    hear(...found: readonly HeardServer[]) {
      answer = ok(found);
    },
    fail(reason: string) {
      answer = err(reason);
    },
  };
}

test('the LAN is asked at the start, and again after the minutes that the site says', async () => {
  vi.useFakeTimers();
  const { checks, settings } = setUp({ minutes: 5 });
  await vi.advanceTimersByTimeAsync(100);
  expect(checks()).toBe(1);
  settings.now += 5 * MINUTE - 1;
  await vi.advanceTimersByTimeAsync(100);
  expect(checks()).toBe(1);
  settings.now += 1;
  await vi.advanceTimersByTimeAsync(100);
  expect(checks()).toBe(2);
  // A clock that was set back makes it due.
  settings.now -= 100 * MINUTE;
  await vi.advanceTimersByTimeAsync(100);
  expect(checks()).toBe(3);
});

test('never is never, unless a person asks', async () => {
  vi.useFakeTimers();
  const { checks, servers, hear } = setUp({ minutes: 0 });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(checks()).toBe(0);
  hear(OTHER);
  const asking = servers.check();
  await vi.advanceTimersByTimeAsync(1_000);
  await asking;
  expect(servers.alarms()).toHaveLength(1);
});

test('another server is logged once, with its MAC address and make by the neighbour table', async () => {
  const { servers, hear, neighbours, events } = setUp({ minutes: 0 });
  neighbours.set(OTHER.address, mac('001565000009'));
  hear(OTHER);
  await servers.check();
  await servers.check();
  expect(servers.read().servers).toMatchObject([
    { id: '001565000009', address: OTHER.address, make: 'Yealink', url: OTHER.url, heardAt: '192.168.10.2' },
  ]);
  expect(events()).toEqual(['pnp.other-server']);
});

test('where no MAC address is to be seen, a server is known by its address; on this host it is told as such', async () => {
  const { servers, hear } = setUp({ minutes: 0 });
  hear({ ...OTHER, address: '198.51.100.9' }, { ...OTHER, address: '192.168.10.2' });
  await servers.check();
  expect(servers.read().servers).toMatchObject([
    { id: '198.51.100.9', mac: null, isOwnHost: false },
    { id: '192.168.10.2', mac: null, isOwnHost: true },
  ]);
});

test('a server that a person wants is no alarm any more, and is one again when the person changes his mind', async () => {
  const { servers, hear, office, commits, events } = setUp({ minutes: 0 });
  const by = { actor: 'anna', now: 1 };
  hear(OTHER);
  await servers.check();
  await wantServer(office, OTHER.address, true, by);
  await wantServer(office, OTHER.address, true, by);
  expect(office.site().trust.knownServers).toEqual([OTHER.address]);
  expect(commits.flatMap(({ audit }) => audit?.map(({ detail }) => detail.changed))).toEqual(['trust.knownServers']);
  expect(servers.alarms()).toEqual([]);
  expect(servers.read().servers).toMatchObject([{ isKnown: true }]);
  await wantServer(office, OTHER.address, false, by);
  expect(servers.alarms()).toHaveLength(1);
  expect(events()).toEqual(['pnp.other-server']);
});

test('what is no server is not called wanted, nor one that is too many', async () => {
  const knownServers = Array.from({ length: 50 }, (_, index) => `192.168.10.${index + 100}`);
  const { office, commits } = setUp({ minutes: 0, knownServers });
  const by = { actor: 'anna', now: 1 };
  expect(await wantServer(office, 'pbx', true, by)).toEqual({ ok: false, problem: 'no-server' });
  expect(await wantServer(office, 'pbx', false, by)).toEqual({ ok: false, problem: 'no-server' });
  expect(await wantServer(office, OTHER.address, true, by)).toEqual({ ok: false, problem: 'too-many' });
  expect(commits).toEqual([]);
  expect(await wantServer(office, '192.168.10.100', false, by)).toMatchObject({ ok: true });
  expect(await wantServer(office, OTHER.address, true, by)).toMatchObject({ ok: true });
});

test('nobody is warned of a server that is wanted', async () => {
  const { servers, hear, events } = setUp({ minutes: 0, knownServers: [OTHER.address] });
  hear(OTHER);
  await servers.check();
  expect(servers.alarms()).toEqual([]);
  expect(events()).toEqual([]);
});

test('it is gone after three clean checks', async () => {
  const { servers, hear, events } = setUp({ minutes: 0 });
  hear(OTHER);
  await servers.check();
  hear();
  await servers.check();
  await servers.check();
  expect(servers.alarms()).toHaveLength(1);
  await servers.check();
  expect(servers.alarms()).toEqual([]);
  expect(events()).toEqual(['pnp.other-server', 'pnp.other-server-gone']);
});

test('a LAN that cannot be asked is a problem that is said once, and nobody is gone for it', async () => {
  const { servers, hear, fail, events } = setUp({ minutes: 0 });
  hear(OTHER);
  await servers.check();
  fail('ENETUNREACH');
  for (let times = 0; times < 4; times++) await servers.check();
  expect(servers.read().problem?.text).toContain('192.168.10.2 (ENETUNREACH)');
  expect(servers.alarms()).toHaveLength(1);
  expect(events()).toEqual(['pnp.other-server', 'pnp.check-failed']);
  hear(OTHER);
  await servers.check();
  expect(servers.read().problem).toBeNull();
});

test('who asks while a check runs gets one that begins afterwards, and shares it', async () => {
  const { servers, checks } = setUp({ minutes: 0 });
  const all = [servers.check(), servers.check(), servers.check()];
  await all[0];
  expect(checks()).toBeLessThanOrEqual(2);
  await Promise.all(all);
  expect(checks()).toBe(2);
  await servers.check();
  expect(checks()).toBe(3);
});

test('whoever listens is told of news only', async () => {
  const { servers, hear } = setUp({ minutes: 0 });
  let told = 0;
  const end = servers.onChange(() => {
    told += 1;
  });
  hear(OTHER);
  const checking = servers.check();
  expect(servers.read().isChecking).toBe(true);
  await checking;
  expect(told).toBe(2);
  end();
  await servers.check();
  expect(told).toBe(2);
});

test('on the wire every make asks in the name of one MAC address, and a second server is found', async () => {
  const server = await openFakePnpServer({ url: 'http://192.0.2.66/evil/' });
  const { servers } = setUp(
    { minutes: 0 },
    {
      lan: {
        ...openDoors().doors.lan,
        current: () => [{ address: '127.0.0.1' }],
        isOwnAddress: (address) => address.startsWith('127.'),
      },
      target: () => ({ address: PNP_GROUP, port: server.port }),
      probe: (options) => probeServers({ ...options, waitMs: 300 }),
    },
  );
  await servers.check();
  expect(servers.alarms()).toMatchObject([{ id: '127.0.0.1', isOwnHost: true, url: 'http://192.0.2.66/evil/' }]);
  const macs = server.asked.map((request) => {
    const read = readSighting(request, { address: '127.0.0.1', port: 1 });
    return read.ok && read.value.mac;
  });
  expect(macs).toHaveLength(vendors.length);
  expect([...new Set(macs)]).toEqual([MAC]);
  expect(new Set(server.asked.map((request) => firstHeader(request, 'event'))).size).toBe(vendors.length);
  expect(server.acknowledged).toEqual(vendors.map(() => 200));
  await server.close();
});
