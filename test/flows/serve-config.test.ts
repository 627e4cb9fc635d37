import { setImmediate as answered } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Device } from '../../src/core/device.ts';
import { DEFAULT_TRUST } from '../../src/core/trust.ts';
import { createConfigCache } from '../../src/flows/config-cache.ts';
import { previewConfig } from '../../src/flows/preview-config.ts';
import { type ConfigRequest, createConfigServer } from '../../src/flows/serve-config.ts';
import { openTemplateSet, type TemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const PHONE = '001565f4f9e1';
const TOKEN = 'd'.repeat(32);
const ADDRESS = '192.168.10.31';
let templates: TemplateSet;

beforeAll(async () => {
  templates = await openTemplateSet({ vendors, siteDir: '/nonexistent', signal: new AbortController().signal });
});

function approved(more: Partial<Device> = {}): Device {
  return device(PHONE, {
    state: 'approved',
    vendorId: 'yealink',
    model: 'T46S',
    extensions: ['101'],
    token: TOKEN,
    address: ADDRESS,
    ...more,
  });
}

function setUp(contents: Parameters<typeof openDoors>[0] = {}) {
  const opened = openDoors({ devices: [approved()], extensions: [extension('101')], ...contents });
  opened.neighbours.set(ADDRESS, mac(PHONE));
  const fetched: string[] = [];
  const deliveries = { deliver: () => undefined, fetched: (who: string) => fetched.push(who), stop: () => undefined };
  const { counters, clock, phonePort } = opened.doors;
  const cache = createConfigCache({ office: opened.office, templates, counters, clock, phonePort });
  const serveConfig = createConfigServer(opened.doors, deliveries, cache, async (path) => path === 'lang_de.txt');
  const ask = async (more: Partial<ConfigRequest> = {}) => {
    const reply = await serveConfig({
      method: 'GET',
      token: TOKEN,
      path: `${PHONE}.cfg`,
      source: ADDRESS,
      localAddress: '192.168.10.2',
      userAgent: 'Yealink W52P 25.81.0.10',
      isSecure: false,
      clientMac: null,
      ...more,
    });
    // What is told of a refusal is told after the answer.
    await answered();
    return reply;
  };
  const text = async (more: Partial<ConfigRequest> = {}) => {
    const reply = await ask(more);
    return reply.kind === 'file' ? reply.bytes.toString('utf8') : reply.kind;
  };
  return { ...opened, ask, text, fetched, cache };
}

test('an approved phone gets its own file, with its account, and the journey tells', async () => {
  const { text, journey, fetched } = setUp();
  const file = await text();
  expect(file).toContain('account.1.password = pw-101');
  expect(journey).toMatchObject([{ step: 'fetched', detail: { file: `${PHONE}.cfg`, status: 200 } }]);
  expect(journey[0]?.detail.digest).toMatch(/^[0-9a-f]{16}$/);
  expect(fetched).toEqual([PHONE]);
  expect(JSON.stringify(journey)).not.toMatch(/pw-101|dddddd/);
});

test('the file is the same to the byte each time, and rendered once', async () => {
  const { text, doors } = setUp();
  expect(await text()).toBe(await text());
  expect(doors.counters.read().filesRendered).toBe(1);
});

test('a change renders what it touches again, and nothing else', async () => {
  const other = device('001565000002', {
    state: 'approved',
    vendorId: 'yealink',
    extensions: ['102'],
    token: 'e'.repeat(32),
  });
  const { text, doors, office, neighbours } = setUp({
    devices: [approved(), other],
    extensions: [extension('101'), extension('102')],
  });
  neighbours.set('192.168.10.32', other.mac);
  const both = () => [
    text(),
    text({ token: other.token, path: '001565000002.cfg', source: '192.168.10.32', userAgent: '' }),
  ];
  await Promise.all(both());
  await office.commit({ extensions: [extension('102', { displayName: 'Labor' })] });
  const [first, second] = await Promise.all(both());
  expect(doors.counters.read().filesRendered).toBe(3);
  expect(first).not.toContain('Labor');
  expect(second).toContain('Labor');
  await office.commit({ site: { ...office.site(), settings: { timeZone: 'Europe/Berlin' }, revision: 1 } });
  expect((await Promise.all(both())).join()).toContain('local_time.time_zone = +1');
  expect(doors.counters.read().filesRendered).toBe(5);
});

test('a phone that was forgotten and approved again gets a file with its new address', async () => {
  const { text, office } = setUp();
  await text();
  await office.commit({ removedDevices: [mac(PHONE)] });
  await office.commit({ devices: [approved({ token: 'a'.repeat(32) })] });
  expect(await text({ token: 'a'.repeat(32) })).toContain(`/p/${'a'.repeat(32)}/`);
});

test('a boot file that we do not have on purpose is a 404 that the journey explains', async () => {
  const { ask, journey } = setUp();
  expect(await ask({ path: `${PHONE}.boot` })).toEqual({ kind: 'not-found' });
  expect(journey).toMatchObject([{ step: 'fetched', detail: { status: 404 }, reason: expect.stringMatching(/\w/) }]);
});

test('a phone that has its file already is told so, and is no less configured', async () => {
  const { ask, journey, fetched } = setUp();
  const first = await ask();
  if (first.kind !== 'file') throw new Error('no file');
  const again = await ask({ hasAlready: (etag) => etag === first.etag });
  expect(again).toMatchObject({ kind: 'file', isKnown: true });
  expect(journey.map(({ detail }) => [detail.status, detail.bytes])).toEqual([
    [200, first.bytes.length],
    [304, undefined],
  ]);
  expect(journey[1]?.detail.digest).toBe(journey[0]?.detail.digest);
  expect(fetched).toHaveLength(2);
});

test('a file that only the site has is looked for there', async () => {
  const { ask, journey } = setUp();
  const reply = await ask({ path: 'lang_de.txt' });
  expect(reply).toMatchObject({ kind: 'site-file', path: 'lang_de.txt' });
  if (reply.kind === 'site-file') reply.tell(304);
  expect(await ask({ path: 'lang_fr.txt' })).toEqual({ kind: 'not-found' });
  expect(journey.map(({ detail }) => detail.status)).toEqual([304, 404]);
});

test.each<[string, Partial<ConfigRequest>, string]>([
  ['the file of another phone', { path: '001565000002.cfg' }, 'the file asked for is that of'],
  ['a User-Agent of another phone', { userAgent: 'Yealink SIP-T46S 66.86.0.15 00:15:65:00:00:02' }, 'User-Agent says'],
  ['another sender by the neighbour table', { source: '192.168.10.99' }, 'by the neighbour table'],
  ['a sender that is not on the LAN', { source: '203.0.113.5' }, 'not on a served LAN, nor in a routed network'],
  ["this host's own LAN address", { source: '192.168.10.2' }, "this host's own LAN address"],
  ['a sender without neighbour entry', { source: '192.168.10.55' }, 'no MAC address for the sender'],
])('%s is refused with a reason, and learns nothing', async (_case, more, reason) => {
  const { ask, journey, neighbours } = setUp();
  neighbours.set('192.168.10.99', mac('001565999999'));
  expect(await ask(more)).toEqual({ kind: 'not-found' });
  expect(journey).toMatchObject([{ mac: PHONE, step: 'refused', reason: expect.stringContaining(reason) }]);
});

test('a phone that is not approved gets nothing, whatever it knows', async () => {
  const pending = device(PHONE, { vendorId: 'yealink', address: ADDRESS });
  const { ask, journey } = setUp({ devices: [pending] });
  expect(await ask({ token: null })).toEqual({ kind: 'not-found' });
  expect(journey).toMatchObject([{ step: 'refused', reason: 'the phone is not approved' }]);
});

test('on the doorstep an approved phone is known by its neighbour entry alone', async () => {
  const { text, ask } = setUp();
  expect(await text({ token: null })).toContain('account.1.password');
  expect(await ask({ token: null, source: '192.168.10.99' })).toEqual({ kind: 'not-found' });
});

test('a phone that DHCP sent here is listed as pending', async () => {
  const { ask, office, neighbours, journey } = setUp({ devices: [] });
  neighbours.set('192.168.10.40', mac('00085d112233'));
  const reply = await ask({
    token: null,
    path: 'startup.cfg',
    source: '192.168.10.40',
    userAgent: 'Mitel6869i MAC:00-08-5D-11-22-33 V:6.4.0.140-SIP',
  });
  expect(reply).toEqual({ kind: 'not-found' });
  expect(office.findDevice(mac('00085d112233'))).toMatchObject({ state: 'pending', model: '6869i' });
  expect(journey[0]).toMatchObject({ step: 'seen' });
});

test('on loopback the MAC is not checked, and the journey says so', async () => {
  const { text, journey } = setUp();
  expect(await text({ source: '127.0.0.1', localAddress: '127.0.0.1' })).toContain('account.1.password');
  expect(journey.at(-1)?.reason).toContain('MAC not checked');
});

test('a dead token opens nothing on loopback', async () => {
  const { ask, journey } = setUp();
  const dead = { token: 'f'.repeat(32), source: '127.0.0.1', localAddress: '127.0.0.1' };
  expect(await ask(dead)).toEqual({ kind: 'not-found' });
  expect(journey.at(-1)?.reason).toContain('token in the URL is not that of this phone');
});

test('under a dead token a running phone is served when the neighbour table proves it, and nobody else is', async () => {
  const { text, ask } = setUp();
  expect(await text({ token: 'f'.repeat(32) })).toContain('account.1.password');
  expect(await ask({ token: 'f'.repeat(32), source: '192.168.10.99' })).toEqual({ kind: 'not-found' });
});

test('a file that cannot be made is an error for the phone and a sentence for people', async () => {
  const { ask, journey } = setUp({ extensions: [extension('101', { displayName: 'two\nlines' })] });
  expect(await ask()).toEqual({ kind: 'broken' });
  expect(journey).toMatchObject([{ step: 'refused', reason: expect.stringContaining('display name of line 1') }]);
});

test('a preview covers every secret and is what the phone would get otherwise', async () => {
  const { doors, cache, text } = setUp();
  const preview = previewConfig(doors, cache, mac(PHONE));
  if (!preview.ok) throw new Error(preview.problem.note.text);
  expect(preview.value.text).toContain('account.1.password = ••••••');
  expect(preview.value.text).not.toMatch(/pw-101|dddddd/);
  const real = await text();
  expect(preview.value.text.split('\n')).toHaveLength(real.split('\n').length);
});

test('a model that is learned later makes another file', async () => {
  const { text, office } = setUp({ devices: [approved({ model: null })] });
  const first = await text();
  const now = office.findDevice(mac(PHONE));
  if (now === undefined) throw new Error('not there');
  office.see({ ...now, model: 'T46S' });
  expect(await text()).not.toBe(first);
});

test('a file made before its zone goes over to another rule is not served after it', async () => {
  const { text, settings } = setUp({ site: { settings: { timeZone: 'America/Havana' } } });
  const zoneAt = async (now: number) => {
    settings.now = now;
    return (await text()).split('\n').filter((line) => line.startsWith('local_time.'));
  };
  // tzdata 2026f: Cuba stays on -04 until then, and goes back to its yearly rule.
  const change = Date.UTC(2027, 2, 14, 5);
  const before = await zoneAt(change - 60_000);
  const after = await zoneAt(change + 60_000);
  expect(after).not.toEqual(before);
  expect(after).toEqual(await zoneAt(change + 86_400_000));
});

test('a clock that was set back makes what was made ahead of it stale', async () => {
  const { text, settings, doors } = setUp();
  settings.now = Date.UTC(2035, 0, 1);
  await text();
  settings.now = Date.UTC(2026, 11, 1);
  await text();
  expect(doors.counters.read().filesRendered).toBe(2);
});

test('a token that slips into a name is not told', async () => {
  const { ask, journey } = setUp();
  await ask({ path: `p/${TOKEN}/x.cfg` });
  expect(journey.length).toBeGreaterThan(0);
  expect(JSON.stringify(journey)).not.toContain(TOKEN);
});

test('who asked by SIP as another phone does not get the file of this one', async () => {
  const { ask, office, journey, settings } = setUp();
  const dialog = { sourceAddress: ADDRESS, sourcePort: 5060, contactUri: '', callId: 'c', from: 'f', to: 't' };
  office.see(device('001565000002', { dialog, lastSeenAt: settings.now }));
  expect(await ask()).toEqual({ kind: 'not-found' });
  expect(journey).toMatchObject([
    { step: 'refused', because: { key: 'reason.asked-as-other', values: { other: '00:15:65:00:00:02' } } },
  ]);
});

test('a phone that was approved as another make than its prefix is believed once it says so itself', async () => {
  const { ask, text, journey, neighbours } = setUp({
    devices: [approved({ mac: mac('0004136a0001'), model: 'T46S' })],
  });
  neighbours.set(ADDRESS, mac('0004136a0001'));
  const path = '0004136a0001.cfg';
  expect(await ask({ path, userAgent: '' })).toEqual({ kind: 'not-found' });
  expect(journey.at(-1)?.because?.key).toBe('reason.prefix-of-other-make');
  expect(await ask({ path, userAgent: 'Mozilla/4.0 (compatible; snomD785-SIP 10.1.39.11)' })).toEqual({
    kind: 'not-found',
  });
  expect(journey.at(-1)?.because?.key).toBe('reason.agent-of-other-make');
  expect(await text({ path })).toContain('account.1.password');
});

const ROUTED = { site: { trust: { ...DEFAULT_TRUST, routedNetworks: ['10.9.0.0/16'] } } };

test('behind a router only a named network is served, with the right token, and over HTTPS', async () => {
  const { ask, text, journey } = setUp(ROUTED);
  const remote = { source: '10.9.3.4' };
  expect(await ask(remote)).toEqual({ kind: 'not-found' });
  expect(await ask({ source: '10.10.0.1', isSecure: true })).toEqual({ kind: 'not-found' });
  expect(journey.map(({ because }) => because?.key)).toEqual(['reason.routed-plain', 'reason.off-link']);
  expect(await text({ ...remote, isSecure: true })).toContain('account.1.password');
  expect(journey.at(-1)).toMatchObject({ step: 'fetched', because: { key: 'reason.routed-secure' } });
  expect(await ask({ ...remote, isSecure: true, token: 'f'.repeat(32) })).toEqual({ kind: 'not-found' });
  expect(await ask({ ...remote, isSecure: true, token: null })).toEqual({ kind: 'not-found' });
  expect(journey).toHaveLength(3);
});

test('a client certificate proves a phone where no MAC address is visible, and contradicts one that is', async () => {
  const { ask, text, journey } = setUp(ROUTED);
  const secure = { isSecure: true, clientMac: mac(PHONE) };
  expect(await text({ ...secure, source: '10.9.3.4', token: null })).toContain('account.1.password');
  expect(journey.at(-1)?.because?.key).toBe('reason.certificate');
  expect(await ask({ ...secure, clientMac: mac('001565000002') })).toEqual({ kind: 'not-found' });
  expect(journey.at(-1)?.because?.key).toBe('reason.certificate-of-other');
});

test('an unknown token, an unapproved phone and a refusal take alike long', async () => {
  const stranger = device('001565000002', { vendorId: 'yealink' });
  const { doors, neighbours, office } = setUp({ devices: [approved(), stranger] });
  neighbours.set('192.168.10.32', stranger.mac);
  neighbours.set('192.168.10.99', mac('00a0de000001'));
  const cache = createConfigCache({ office, templates, counters: doors.counters, clock: doors.clock, phonePort: 8060 });
  const deliveries = { deliver: () => undefined, fetched: () => undefined, stop: () => undefined };
  const serveConfig = createConfigServer(doors, deliveries, cache, async () => false);
  const request = { method: 'GET', path: `${PHONE}.cfg`, localAddress: '192.168.10.2', userAgent: '' } as const;
  const connection = { isSecure: false, clientMac: null };
  const kinds = {
    unknown: { token: 'f'.repeat(32), source: '192.168.10.99' },
    refused: { token: TOKEN, source: '192.168.10.99' },
    unapproved: { token: null, source: '192.168.10.32' },
  };
  const took: Record<keyof typeof kinds, number[]> = { unknown: [], refused: [], unapproved: [] };
  for (let round = 0; round < 400; round++) {
    for (const kind of ['unknown', 'refused', 'unapproved'] as const) {
      const from = performance.now();
      await serveConfig({ ...request, ...connection, ...kinds[kind] });
      took[kind].push(performance.now() - from);
      await answered();
    }
  }
  const medians = Object.values(took).map((times) => times.sort((a, b) => a - b)[times.length / 2] ?? 0);
  // Far from the time of a disk, of a rendering (some hundred times as much) or of the network; within what the network hides.
  expect(Math.max(...medians)).toBeLessThan(Math.min(...medians) * 10);
});

test('in a hand-over the first address gets the file and a second one does not; after it nobody does', async () => {
  const handOver = { until: 1_000_000 + 600_000, address: null };
  const site = { trust: { ...DEFAULT_TRUST, handOverMinutes: 10 } };
  const { ask, text, office, journey, neighbours, settings, fetched } = setUp({
    devices: [approved({ handOver })],
    site,
  });
  neighbours.set('192.168.10.32', mac(PHONE));
  await ask({ method: 'HEAD' });
  expect(office.findDevice(mac(PHONE))?.handOver?.address).toBeNull();
  expect(await text()).toContain('account.1.password');
  expect(office.findDevice(mac(PHONE))?.handOver).toEqual({ ...handOver, address: ADDRESS });
  expect(await ask({ source: '192.168.10.32' })).toEqual({ kind: 'not-found' });
  expect(journey.at(-1)).toMatchObject({ step: 'refused', because: { key: 'reason.second-address' } });
  expect(await text()).toContain('account.1.password');
  settings.now += 600_000;
  expect(await ask()).toEqual({ kind: 'not-found' });
  expect(await ask({ method: 'HEAD' })).toEqual({ kind: 'not-found' });
  expect(journey.at(-1)).toMatchObject({ step: 'refused', because: { key: 'reason.sealed' } });
  // Nobody is told that the phone did not come.
  expect(fetched).toHaveLength(4);
  // What holds no secrets is not sealed.
  expect(await text({ path: 'y000000000028.cfg' })).not.toBe('not-found');
});

test('behind a router a phone is served without HTTPS while it is handed over', async () => {
  const handOver = { until: 1_000_000 + 600_000, address: null };
  const trust = { ...DEFAULT_TRUST, handOverMinutes: 10, routedNetworks: ['10.9.0.0/16'] };
  const { ask, text, journey, settings } = setUp({ devices: [approved({ handOver })], site: { trust } });
  expect(await text({ source: '10.9.3.4' })).toContain('account.1.password');
  expect(journey.at(-1)?.because?.key).toBe('reason.routed-hand-over');
  expect(await ask({ source: '10.9.3.5' })).toEqual({ kind: 'not-found' });
  settings.now += 600_000;
  expect(await ask({ source: '10.9.3.4' })).toEqual({ kind: 'not-found' });
  expect(journey.map(({ because }) => because?.key).slice(1)).toEqual(['reason.second-address', 'reason.routed-plain']);
});
