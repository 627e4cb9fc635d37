import { createSocket } from 'node:dgram';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_INTERNET, type InternetSettings } from '../../../src/core/internet.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Site } from '../../../src/core/site.ts';
import { createExternalAddress, type ExternalAddressDoors } from '../../../src/flows/internet/external-address.ts';
import { resolveName } from '../../../src/lan/name-resolver.ts';
import { buildResponse } from '../../../src/sip/build-subscribe.ts';
import { probeByOptions } from '../../../src/sip/options-probe.ts';
import type { GatewayStatus } from '../../../src/upnp/gateway.ts';
import { type DnsAnswer, startFakeDns } from '../../peers/fake-dns.ts';
import { openDoors } from '../../peers/office-doors.ts';
import { startWebhookReceiver } from '../../peers/webhook-receiver.ts';
import { requestIn } from '../../sip/wire.ts';
import { makeFolder, openForTest } from '../../store/samples.ts';

const A = '128.66.0.5';
const B = '128.67.3.9';
const MINUTE = 60_000;

function status(address: string | null, more: Partial<GatewayStatus> = {}): GatewayStatus {
  const seen = address ?? '';
  return { externalAddress: address, seen, isConnected: true, connection: 'Connected', uptimeSeconds: 1, ...more };
}

interface Options {
  readonly internet?: Partial<InternetSettings>;
  readonly site?: Partial<Site>;
  readonly folder?: string;
  readonly dns?: DnsAnswer;
  readonly probe?: ExternalAddressDoors['probe'];
}

/** The service over a real store, with a clock of the test's own. */
async function open({ internet, site, folder, dns = 'nxdomain', probe }: Options = {}) {
  const stop = new AbortController();
  const world = openDoors({ site: { internet: { ...DEFAULT_INTERNET, ...internet }, ...site } });
  const { office, settings } = world;
  const names = await startFakeDns(dns);
  const logged: Record<string, unknown>[] = [];
  const write = (facts: Readonly<Record<string, unknown>>) => void logged.push(facts);
  const store = await openForTest(folder ?? (await makeFolder()));
  const service = await createExternalAddress({
    office,
    lan: world.doors.lan,
    addresses: store.addresses,
    log: { debug: write, info: write, warn: write, error: write },
    signal: stop.signal,
    clock: () => settings.now,
    resolve: (name) => resolveName(name, { signal: stop.signal, servers: [names.server] }),
    ...(probe && { probe }),
    // Looks come when the test says so.
    lookEveryMs: MINUTE,
  });
  const end = async () => {
    stop.abort();
    await service.closed();
  };
  onTestFinished(end);
  function change(edit: Partial<InternetSettings>, more: Partial<Site> = {}): void {
    const now = office.site();
    office.adopt({ site: { ...now, ...more, internet: { ...now.internet, ...edit } } });
    service.settingsChanged();
  }
  /** Time goes on, and the service looks. */
  function wait(ms: number): void {
    settings.now += ms;
    service.settingsChanged();
  }
  /** The router is asked, some time after the last time. */
  const ask = (address: string | null, ms = MINUTE) => {
    settings.now += ms;
    service.takeStatus(status(address), settings.now, null);
  };
  const reading = (source: string) => service.read().readings.find((each) => each.source === source);
  return { ...world, service, store, names, logged, change, wait, ask, reading, end };
}

test('before anybody was asked, nothing is known', async () => {
  const { service } = await open();
  const deciding = { source: 'upnp', decides: true, address: null, kind: null, at: null, problem: null };
  expect(service.read()).toEqual({ address: null, since: null, readings: [deciding], isDisputed: false });
  expect(service.current()).toBe('');
  expect(service.lastChange()).toBeNull();
});

test('an address of the router is in force when it was seen twice, since it was seen first', async () => {
  const { service, ask, settings, logged, commits } = await open();
  ask(A);
  const since = settings.now;
  expect(service.current()).toBe('');
  ask(A, 2_000);
  await vi.waitFor(() => expect(service.current()).toBe(A));
  expect(service.read()).toMatchObject({ address: A, since, isDisputed: false });
  expect(await service.list(10)).toEqual([{ address: A, source: 'upnp', since, until: null }]);
  expect(logged).toEqual([{ event: 'address.changed', address: A, previous: '', source: 'upnp', lastedMs: 0 }]);
  await vi.waitFor(() =>
    expect(commits).toMatchObject([{ audit: [{ action: 'address.changed', subject: 'internet' }] }]),
  );
});

test('another address takes its place, and the log says how long it lasted', async () => {
  const { service, ask, settings, logged } = await open();
  ask(A);
  const first = settings.now;
  ask(A);
  await vi.waitFor(() => expect(service.current()).toBe(A));
  ask(B);
  const second = settings.now;
  expect(service.current()).toBe(A);
  ask(B, 2_000);
  await vi.waitFor(() => expect(service.current()).toBe(B));
  expect(service.lastChange()).toEqual({ address: B, previous: A, since: second });
  expect(logged.at(-1)).toMatchObject({ event: 'address.changed', address: B, previous: A, lastedMs: second - first });
  expect(await service.list(10)).toEqual([
    { address: B, source: 'upnp', since: second, until: null },
    { address: A, source: 'upnp', since: first, until: second },
  ]);
});

test.each<[string, GatewayStatus | null, string | null, RegExp | null]>([
  ['a private address', status('10.1.2.3'), 'private', null],
  ['an address of the provider', status('100.64.7.7'), 'cgnat', null],
  ['a documentation address', status('203.0.113.5'), 'documentation', null],
  ['0.0.0.0', status('0.0.0.0'), 'unspecified', null],
  ['nothing while it is connected', status(null), 'public', /has no public address itself/],
  ['nonsense', status(null, { seen: '<script>' }), 'public', /answers "<script>"/],
  [
    'a line that is down',
    status(null, { isConnected: false, connection: 'Disconnected' }),
    'public',
    /its connection is "Disconnected"/,
  ],
  ['no router', null, 'public', /No router was found/],
])('%s keeps the address in force, and says why', async (_name, answer, kind, problem) => {
  const { service, ask, settings, reading } = await open();
  ask(A);
  ask(A);
  await vi.waitFor(() => expect(service.current()).toBe(A));
  for (let times = 1; times <= 3; times += 1) service.takeStatus(answer, settings.now + times * MINUTE, null);
  expect(service.current()).toBe(A);
  expect(reading('upnp')?.kind).toBe(kind);
  if (problem === null) expect(reading('upnp')?.problem).toBeNull();
  else expect(reading('upnp')?.problem).toMatch(problem);
});

test('a router that does not answer is told with what went wrong', async () => {
  const { service, settings, reading } = await open();
  service.takeStatus(null, settings.now, { kind: 'timeout', text: 'no answer within 3 s' });
  expect(reading('upnp')).toMatchObject({ address: null, problem: expect.stringContaining('no answer within 3 s') });
});

test('what goes back and forth is not announced', async () => {
  const { service, ask } = await open();
  ask(A);
  ask(A);
  await vi.waitFor(() => expect(service.current()).toBe(A));
  for (const address of [B, '128.66.0.77', B, A, B, A, B, '128.66.0.77']) ask(address, 2_000);
  expect(service.current()).toBe(A);
});

test('a name that changes with each answer is not run after for ever', async () => {
  const { names, reading, wait } = await open({
    internet: { addressSource: 'name', hostName: 'office.example' },
    dns: ['128.66.1.0'],
  });
  await vi.waitFor(() => expect(reading('name')?.address).toBe('128.66.1.0'));
  for (let turn = 1; turn <= 5; turn += 1) {
    names.answer([`128.66.1.${turn}`]);
    wait(2_000);
    await vi.waitFor(() => expect(reading('name')?.address).toBe(`128.66.1.${turn}`));
  }
  const count = names.asked.length;
  wait(2_000);
  wait(57_000);
  expect(names.asked).toHaveLength(count);
  wait(2_000);
  await vi.waitFor(() => expect(names.asked).toHaveLength(count + 1));
});

test('a restart knows the address, and does not announce it again', async () => {
  const folder = await makeFolder();
  const first = await open({ folder });
  first.ask(A);
  first.ask(A);
  await vi.waitFor(() => expect(first.service.current()).toBe(A));
  await first.end();
  await first.store.close();

  const second = await open({ folder });
  expect(second.service.current()).toBe(A);
  expect(second.reading('upnp')?.address).toBeNull();
  second.ask(A);
  expect(second.reading('upnp')?.address).toBe(A);
  expect(await second.service.list(10)).toHaveLength(1);
  expect(second.logged).toEqual([]);
});

test('a fixed address is in force soon after it was set, a private one too', async () => {
  const { service, change, wait } = await open();
  change({ addressSource: 'fixed', fixedAddress: '10.8.0.1' });
  expect(service.current()).toBe('');
  wait(2_000);
  await vi.waitFor(() => expect(service.current()).toBe('10.8.0.1'));
  expect(service.read().readings).toMatchObject([{ source: 'fixed', decides: true, kind: 'private', problem: null }]);
});

test('a source that lacks what it needs says so', async () => {
  const { service, change } = await open({ internet: { pollSeconds: 0 } });
  expect(service.read().readings).toMatchObject([{ source: 'upnp', problem: expect.stringContaining('set to 0') }]);
  change({ addressSource: 'fixed' });
  expect(service.read().readings).toMatchObject([{ source: 'fixed', problem: 'No address is set.' }]);
  change({ addressSource: 'name' });
  expect(service.read().readings).toMatchObject([{ source: 'name', problem: 'No name is set.' }]);
});

test('a name is looked up each minute, at once to confirm, and keeps its last good address', async () => {
  const { service, names, wait, reading } = await open({
    internet: { addressSource: 'name', hostName: 'office.example' },
    dns: [A],
  });
  await vi.waitFor(() => expect(reading('name')?.address).toBe(A));
  expect(service.current()).toBe('');
  wait(2_000);
  await vi.waitFor(() => expect(service.current()).toBe(A));
  expect(names.asked).toHaveLength(2);
  wait(50_000);
  expect(names.asked).toHaveLength(2);
  names.answer('nxdomain');
  wait(10_000);
  await vi.waitFor(() => expect(reading('name')?.problem).toBe('There is no host of that name.'));
  expect(reading('name')).toMatchObject({ address: A, kind: 'public' });
  expect(service.current()).toBe(A);
  // Several addresses: the known one stays.
  names.answer(['128.66.0.1', A]);
  wait(MINUTE);
  await vi.waitFor(() => expect(reading('name')).toMatchObject({ address: A, problem: null }));
  names.answer([B]);
  wait(MINUTE);
  await vi.waitFor(() => expect(reading('name')?.address).toBe(B));
  expect(service.current()).toBe(A);
  wait(2_000);
  await vi.waitFor(() => expect(service.current()).toBe(B));
});

test('a private answer for the name is shown, and is not in force', async () => {
  const { service, wait, names, reading } = await open({
    internet: { addressSource: 'name', hostName: 'office.example' },
    dns: ['192.168.10.1'],
  });
  await vi.waitFor(() => expect(reading('name')).toMatchObject({ address: '192.168.10.1', kind: 'private' }));
  wait(MINUTE);
  await vi.waitFor(() => expect(names.asked).toHaveLength(2));
  expect(service.current()).toBe('');
});

test('an answer for a name that is not wanted any more is dropped', async () => {
  const { change, names, reading } = await open({ internet: { hostName: 'old.example' }, dns: 'silent' });
  await vi.waitFor(() => expect(names.asked).toEqual(['old.example']));
  names.answer([A]);
  change({ hostName: 'new.example' });
  await vi.waitFor(() => expect(reading('name')?.address).toBe(A));
  expect(names.asked).toContain('new.example');
  change({ hostName: null });
  expect(reading('name')).toBeUndefined();
});

test('the clock may be set back by a year', async () => {
  const { wait, names } = await open({ internet: { hostName: 'office.example' }, dns: [A] });
  await vi.waitFor(() => expect(names.asked).toHaveLength(1));
  wait(-365 * 86_400_000);
  await vi.waitFor(() => expect(names.asked).toHaveLength(2));
});

/** A SIP server of the Internet: it is asked on loopback, and says that it saw us at `received`. */
async function openSip(received: string | null) {
  const { signal } = new AbortController();
  const socket = createSocket('udp4');
  socket.on('message', (data, from) => {
    const text = buildResponse(requestIn(data), 200, 'OK').toString('latin1');
    const answer = received === null ? text : text.replace(';rport', `;received=${received};rport=9`);
    socket.send(Buffer.from(answer, 'latin1'), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  const { port } = socket.address();
  const asked: string[] = [];
  const probe: ExternalAddressDoors['probe'] = (request) => {
    asked.push(`${request.address}:${request.port}`);
    return probeByOptions({ ...request, address: '127.0.0.1', port }, { signal });
  };
  return { probe, asked };
}

test('the SIP server tells where it saw us, every ten minutes', async () => {
  const { probe, asked } = await openSip(A);
  const { ask, service, wait, reading } = await open({ probe, site: { settings: { sipServer: '128.66.0.53' } } });
  await vi.waitFor(() => expect(reading('sip')).toMatchObject({ decides: false, address: A, problem: null }));
  expect(asked).toEqual(['128.66.0.53:5060']);
  // It never decides, and a router that says otherwise is a dispute.
  ask(A);
  expect(service.read().isDisputed).toBe(false);
  ask(B);
  expect(service.read().isDisputed).toBe(true);
  wait(5 * MINUTE);
  expect(asked).toHaveLength(1);
  // The router has said nothing for minutes: too old to contradict anybody.
  expect(service.read().isDisputed).toBe(false);
  wait(5 * MINUTE);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
});

test('a SIP server is asked by its name, and one that does not tell is told', async () => {
  const { probe, asked } = await openSip(null);
  const { reading, change } = await open({
    probe,
    dns: ['128.66.0.53'],
    site: { settings: { sipServer: 'sip.example', sipPort: 5070 } },
  });
  await vi.waitFor(() => expect(reading('sip')?.problem).toMatch(/does not say where it saw us/));
  expect(asked).toEqual(['128.66.0.53:5070']);
  change({}, { settings: { sipServer: 'sip.example', sipTransport: 'tls' } });
  expect(reading('sip')).toBeUndefined();
});

test('a SIP server on our own side of the router is not asked', async () => {
  const probe = vi.fn(async () => ({ kind: 'no-answer', waitedMs: 0 }) as const);
  const { names, reading, change } = await open({
    probe,
    dns: ['192.168.10.9'],
    site: { settings: { sipServer: 'pbx.example' } },
  });
  await vi.waitFor(() => expect(names.asked).toEqual(['pbx.example']));
  for (const sipServer of ['192.168.10.9', '10.0.0.1', '127.0.0.1', '', '[2001:db8::1]'])
    change({}, { settings: { sipServer } });
  names.answer('nxdomain');
  change({}, { settings: { sipServer: 'gone.example' } });
  await vi.waitFor(() => expect(reading('sip')?.problem).toMatch(/name cannot be looked up/));
  expect(probe).not.toHaveBeenCalled();
});

test('another source decides from the moment it is chosen', async () => {
  const { service, ask, change, wait } = await open();
  ask(A);
  ask(A);
  await vi.waitFor(() => expect(service.current()).toBe(A));
  change({ addressSource: 'fixed', fixedAddress: B });
  ask('128.66.0.77', 500);
  ask('128.66.0.77', 500);
  expect(service.current()).toBe(A);
  expect(service.read()).toMatchObject({ isDisputed: true });
  wait(2_000);
  await vi.waitFor(() => expect(service.current()).toBe(B));
  expect(await service.list(1)).toMatchObject([{ address: B, source: 'fixed' }]);
});

test('a router is not heard while it is not to be asked', async () => {
  const { service, ask, change } = await open();
  ask(A);
  change({ pollSeconds: 0 });
  ask(A);
  expect(service.read().readings).toMatchObject([{ address: null }]);
});

test('what cannot be stored is not in force, and is tried again', async () => {
  const { service, ask, store, logged } = await open();
  const begin = vi.spyOn(store.addresses, 'begin').mockRejectedValue(new Error('disk full'));
  ask(A);
  ask(A);
  await vi.waitFor(() => expect(begin).toHaveBeenCalledTimes(1));
  await vi.waitFor(() => {
    ask(A);
    expect(begin).toHaveBeenCalledTimes(2);
  });
  expect(service.current()).toBe('');
  begin.mockRestore();
  await vi.waitFor(() => {
    ask(A);
    expect(service.current()).toBe(A);
  });
  // The trouble is told once.
  expect(logged.map(({ event }) => event)).toEqual(['address.failed', 'address.changed']);
});

test('the webhook is told what is new, and that it was told outlives a restart', async () => {
  const folder = await makeFolder();
  const receiver = await startWebhookReceiver();
  const site = { name: 'Practice', webhookSecret: new Secret('sixteen characters!') };
  const first = await open({ folder, site, internet: { webhookUrl: receiver.url } });
  first.ask(A);
  first.ask(A);
  await vi.waitFor(() => expect(first.service.webhook().state).toBe('told'));
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ address: A, previous: null, source: 'upnp' });
  receiver.answer(500);
  first.ask(B);
  first.ask(B);
  await receiver.wait(2);
  await first.end();
  await first.store.close();

  receiver.answer(200);
  const second = await open({ folder, site, internet: { webhookUrl: receiver.url } });
  await vi.waitFor(() => expect(second.service.webhook().state).toBe('told'));
  expect(JSON.parse(receiver.received.at(-1)?.body ?? '')).toMatchObject({ address: B, previous: A });
  expect(receiver.received).toHaveLength(3);
  expect((await second.store.addresses.list(2)).every(({ toldAt }) => toldAt !== null)).toBe(true);
});

test('listeners hear of what is new, and of nothing else', async () => {
  const { service, ask } = await open();
  const listener = vi.fn();
  const end = service.onChange(listener);
  ask(A);
  expect(listener).toHaveBeenCalledTimes(1);
  ask(A);
  await vi.waitFor(() => expect(service.current()).toBe(A));
  expect(listener).toHaveBeenCalledTimes(2);
  ask(A);
  expect(listener).toHaveBeenCalledTimes(2);
  end();
  ask(null);
  expect(listener).toHaveBeenCalledTimes(2);
});

test('after a stop nothing is taken in', async () => {
  const { service, ask, end } = await open();
  await end();
  ask(A);
  ask(A);
  expect(service.read()).toMatchObject({ address: null, readings: [{ address: null }] });
});
