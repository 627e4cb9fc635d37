import { beforeEach, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import {
  APPROVED,
  BLOCKED,
  createWorld,
  device,
  extension,
  mac,
  NOW,
  PENDING,
  UNKNOWN_MAKE,
  type World,
} from './web-world.ts';

let world: World;
let app: ApiApp;
let call: ApiClient;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.technician);
  return () => app.close();
});

const at = (path: string) => `/api/v1/devices/${path}`;
const macs = (answer: { json: { items: { mac: string }[] } }) => answer.json.items.map((item) => item.mac);

test('a phone is shown with all that is known, and without its secrets', async () => {
  const { status, json } = await call('GET', at(APPROVED));
  expect(status).toBe(200);
  expect(json).toEqual({
    mac: '00156500000b',
    state: 'approved',
    vendor: 'yealink',
    vendorName: 'Yealink',
    model: 'T46S',
    firmware: '66.86.0.15',
    address: '192.168.10.42',
    extension: '101',
    extensions: ['101'],
    firstSeenAt: '2026-01-07T08:00:00.000Z',
    lastSeenAt: '2026-01-07T08:00:00.000Z',
    userAgent: 'Yealink SIP-T46S 66.86.0.15',
    words: { vendor: 'Yealink', model: 'T46S', firmware: '66.86.0.15' },
    webConsole: expect.stringMatching(/^https?:\/\/192\.168\.10\.42/),
    loggedInAt: null,
    lamps: { asked: null, answered: null, notified: null, acknowledged: null, configured: null },
  });
});

test('a phone of an unknown make has no vendor and no console', async () => {
  const { json } = await call('GET', at(UNKNOWN_MAKE));
  expect(json).toMatchObject({ vendor: null, vendorName: null, webConsole: null, extension: null, address: null });
});

test.each(['00:15:65:00:00:0B', '0015.6500.000b', '00-15-65-00-00-0b', '00156500000B'])(
  '%s is the same phone',
  async (text) => {
    expect((await call('GET', at(text))).json.mac).toBe(APPROVED);
  },
);

test('what is no MAC address, and a phone that is not known', async () => {
  const problem = expectProblem(await call('GET', at('lobby')), 400, 'invalid-input');
  expect(problem.errors).toMatchObject([{ where: 'path.mac', saw: '"lobby"' }]);
  expectProblem(await call('GET', at('0015650000ff')), 404, 'no-such-device');
});

test('the lamps follow the journey', async () => {
  const asked = world.record(APPROVED, 'seen');
  world.record(APPROVED, 'answered');
  const notified = world.record(APPROVED, 'notified');
  world.record(APPROVED, 'fetched', { file: 'y000000000065.cfg', status: 200 });
  world.record(APPROVED, 'fetched', { file: '00156500000b.cfg', status: 404 });
  const { lamps } = (await call('GET', at(APPROVED))).json;
  expect(lamps).toMatchObject({
    asked: new Date(asked).toISOString(),
    notified: new Date(notified).toISOString(),
    acknowledged: null,
    configured: null,
  });
  const fetched = world.record(APPROVED, 'fetched', { file: '00156500000b.cfg', status: 200 });
  expect((await call('GET', at(APPROVED))).json.lamps.configured).toBe(new Date(fetched).toISOString());
  expect((await call('GET', '/api/v1/devices?state=approved')).json.items[0].lamps.configured).not.toBeNull();
});

test('the list has pending phones first, the one that asked last on top, and blocked ones last', async () => {
  expect(macs(await call('GET', '/api/v1/devices'))).toEqual([PENDING, UNKNOWN_MAKE, APPROVED, BLOCKED]);
});

test.each([
  ['state=pending', [PENDING, UNKNOWN_MAKE]],
  ['state=blocked', [BLOCKED]],
  ['vendor=yealink', [PENDING, APPROVED, BLOCKED]],
  ['vendor=unknown', [UNKNOWN_MAKE]],
  ['vendor=nobody', []],
  ['q=vip-21', [UNKNOWN_MAKE]],
  ['q=empfang', [APPROVED]],
  ['q=101', [APPROVED]],
  ['q=YEALINK&state=approved', [APPROVED]],
  ['q=00:30:4F', [UNKNOWN_MAKE]],
  ['q=10.41', [PENDING]],
  ['q=%20', [PENDING, UNKNOWN_MAKE, APPROVED, BLOCKED]],
  ['q=-', [UNKNOWN_MAKE, APPROVED]],
])('devices?%s', async (query, wanted) => {
  expect(macs(await call('GET', `/api/v1/devices?${query}`))).toEqual(wanted);
});

test('pages join without gap or overlap, and stay true while phones come and go', async () => {
  const many = Array.from({ length: 25 }, (_, index) =>
    device(`0004130000${String(index).padStart(2, '0')}`, { state: 'approved', extensions: [String(200 + index)] }),
  );
  const big = createWorld({ devices: many });
  const server = await createWebServer(big.doors);
  const ask = createClient(server, big.tokens.viewer);
  const seen: string[] = [];
  let cursor = '';
  for (let pages = 0; pages < 20; pages += 1) {
    const { json } = await ask('GET', `/api/v1/devices?limit=4${cursor}`);
    seen.push(...json.items.map((item: { mac: string }) => item.mac));
    // Somebody asks for the first time, and somebody who was shown already is forgotten.
    big.office.see(device(`00156501${String(pages).padStart(4, '0')}`, { lastSeenAt: NOW + pages + 1 }));
    if (json.next === null) break;
    cursor = `&cursor=${json.next}`;
  }
  expect(seen).toEqual([PENDING, UNKNOWN_MAKE, APPROVED, ...many.map((phone) => phone.mac), BLOCKED]);
  await server.close();
});

test('a page of 5,000 phones is no work', async () => {
  const many = Array.from({ length: 5_000 }, (_, index) =>
    device(`000413${index.toString(16).padStart(6, '0')}`, { state: 'approved', extensions: [String(1_000 + index)] }),
  );
  const big = createWorld({ devices: many });
  const server = await createWebServer(big.doors);
  const ask = createClient(server, big.tokens.viewer);
  const small = await median(() => call('GET', '/api/v1/devices'));
  const large = await median(() => ask('GET', '/api/v1/devices?limit=4&q=000413'));
  // A bare request of this framework is the measure: searching all phones may cost as much as some dozens of it.
  expect(large).toBeLessThan(small * 60 + 20);
  await server.close();
});

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[4] ?? 0;
}

test('the journey is paged, newest first', async () => {
  const times = Array.from({ length: 5 }, (_, index) =>
    world.record(PENDING, 'seen', { index }, 'nobody has decided yet'),
  );
  world.record(APPROVED, 'seen');
  const first = (await call('GET', at(`${PENDING}/journey?limit=3`))).json;
  expect(first.items.map((item: { detail: { index: number } }) => item.detail.index)).toEqual([4, 3, 2]);
  expect(first.items[0]).toEqual({
    mac: PENDING,
    at: new Date(times[4] ?? 0).toISOString(),
    step: 'seen',
    reason: 'nobody has decided yet',
    detail: { index: 4 },
  });
  world.record(PENDING, 'seen', { index: 5 });
  expect(first.next).toEqual(expect.any(String));
  const rest = (await call('GET', at(`${PENDING}/journey?limit=3&before=${first.next}`))).json;
  expect(rest.items.map((item: { detail: { index: number } }) => item.detail.index)).toEqual([1, 0]);
  expect(rest.next).toBeNull();
});

test('the journey of a phone that nobody ever saw is not found; that of a forgotten one stays', async () => {
  expectProblem(await call('GET', at('02:00:00:00:00:99/journey')), 404, 'no-such-device');
  const forgotten = mac('02:00:00:00:00:98');
  world.record(forgotten, 'seen');
  const all = await call('GET', at(`${forgotten}/journey`));
  expect([all.status, all.json.items.length]).toEqual([200, 1]);
  const older = await call('GET', at(`${forgotten}/journey?before=1`));
  expect([older.status, older.json.items]).toEqual([200, []]);
  expect((await call('GET', at(`${PENDING}/journey`))).status).toBe(200);
});

test('the file is shown as JSON and as text', async () => {
  const { json } = await call('GET', at(`${APPROVED}/config`));
  expect(json).toEqual({
    file: 'a.cfg',
    contentType: 'text/plain',
    text: 'password = ••••••\n',
    notes: ['no tone for DE'],
  });
  const raw = await call('GET', at(`${APPROVED}/config?format=raw`));
  expect([raw.status, raw.headers['content-type'], raw.text]).toEqual([
    200,
    'text/plain; charset=utf-8',
    'password = ••••••\n',
  ]);
});

test('a file that is not there or cannot be made is a problem with its own kind', async () => {
  expectProblem(await call('GET', at(`${APPROVED}/config?file=x.cfg`)), 404, 'no-such-file');
  const broken = expectProblem(await call('GET', at(`${APPROVED}/config?file=broken`)), 409, 'file-cannot-be-made');
  expect(broken.detail).toBe('The name has a line break.');
  expectProblem(await call('GET', at(`${PENDING}/config`)), 409, 'not-approved');
  expectProblem(await call('GET', at('0015650000ff/config')), 404, 'no-such-device');
});

test('settings say which layer they come from, and are replaced as a whole', async () => {
  const before = (await call('GET', at(`${APPROVED}/settings`))).json;
  expect(before.settings.vlanId).toEqual({ value: 0, from: 'default' });
  expect(before.device).toEqual({});
  const put = await call('PUT', at(`${APPROVED}/settings`), {
    body: { vlanId: 20, codecs: ['pcma'], timeZone: 'Europe/Berlin' },
  });
  expect(put.status).toBe(200);
  expect(put.json.device).toEqual({ vlanId: 20, codecs: ['pcma'], timeZone: 'Europe/Berlin' });
  expect(put.json.settings).toMatchObject({
    vlanId: { value: 20, from: 'device' },
    codecs: { value: ['pcma'], from: 'device' },
    pnpEnabled: { value: true, from: 'default' },
  });
  expect(world.office.findDevice(APPROVED)?.settings).toEqual(put.json.device);
  const again = await call('PUT', at(`${APPROVED}/settings`), { body: {} });
  expect(again.json.device).toEqual({});
});

test('the same settings again change nothing', async () => {
  await call('PUT', at(`${APPROVED}/settings`), { body: { vlanId: 20, language: 'de' } });
  const before = world.office.findDevice(APPROVED);
  const audited = world.audit.length;
  const again = await call('PUT', at(`${APPROVED}/settings`), { body: { language: 'de', vlanId: 20 } });
  expect(again.status).toBe(200);
  expect(world.office.findDevice(APPROVED)).toBe(before);
  expect(world.audit).toHaveLength(audited);
});

test('settings that do not exist or do not fit are all told', async () => {
  const body = { vlanId: 5_000, timezone: 'Europe/Berlin', timeZone: 'Europe/Berlim' };
  const problem = expectProblem(await call('PUT', at(`${APPROVED}/settings`), { body }), 400, 'invalid-input');
  expect(problem.errors.map((error: { where: string }) => error.where)).toEqual([
    'body.vlanId',
    'body.timezone',
    'body.timeZone',
  ]);
  expect(problem.errors[0]).toMatchObject({ saw: '5000', wanted: expect.stringContaining('4094') });
  expect(problem.errors[1].wanted).toContain('timeZone');
  expect(world.office.findDevice(APPROVED)?.settings).toEqual({});
  expectProblem(await call('PUT', at(`${APPROVED}/settings`), { body: ['x'] }), 400, 'invalid-input');
  expectProblem(await call('PUT', at('0015650000ff/settings'), { body: {} }), 404, 'no-such-device');
});

test('approving gives the phone its extension, makes it where it is missing, and says who did', async () => {
  const { status, json } = await call('POST', at(`${PENDING}/approve`), {
    body: { extension: '105', moreExtensions: ['102'] },
  });
  expect(status).toBe(200);
  expect(json.created).toEqual(['105']);
  expect(json.device).toMatchObject({ mac: PENDING, state: 'approved', extension: '105', extensions: ['105', '102'] });
  const stored = world.office.findDevice(PENDING);
  expect(JSON.stringify(json)).not.toContain(stored?.token);
  expect(JSON.stringify(json)).not.toContain(world.office.findExtension('105')?.password.reveal());
  expect(world.audit[0]).toMatchObject({ actor: 'theo', action: 'device.approved', subject: PENDING });
});

test('a phone of unknown make is approved when its vendor is named', async () => {
  expectProblem(
    await call('POST', at(`${UNKNOWN_MAKE}/approve`), { body: { extension: '105' } }),
    409,
    'vendor-unknown',
  );
  const body = { extension: '105', vendor: 'snom', model: 'D785' };
  const { json } = await call('POST', at(`${UNKNOWN_MAKE}/approve`), { body });
  expect(json.device).toMatchObject({ vendor: 'snom', model: 'D785', state: 'approved' });
});

test('every reason not to approve has its own problem', async () => {
  const approve = (phone: string, body: object) => call('POST', at(`${phone}/approve`), { body });
  expectProblem(await approve(PENDING, { extension: '1 0 1' }), 400, 'bad-extension');
  expectProblem(await approve(PENDING, { extension: '105', vendor: 'nobody' }), 400, 'no-such-vendor');
  expectProblem(await approve('02304fa99948', { extension: '105' }), 404, 'no-such-device');
  expect(expectProblem(await approve(PENDING, { extension: '101' }), 409, 'extension-taken').detail).toContain('101');
  const lines = Array.from({ length: 31 }, (_, index) => String(300 + index));
  expectProblem(await approve(PENDING, { extension: '105', moreExtensions: lines }), 409, 'too-many-extensions');
  expect(world.office.findDevice(PENDING)?.state).toBe('pending');
  expect((await approve(PENDING, { extension: '101', share: true })).status).toBe(200);
});

test('blocking takes everything away, forgetting too', async () => {
  const blocked = await call('POST', at(`${APPROVED}/block`));
  expect(blocked.json).toMatchObject({ state: 'blocked', extension: null, extensions: [] });
  const forgotten = await call('POST', at(`${APPROVED}/forget`), { headers: { 'content-type': 'application/json' } });
  expect(forgotten.json.mac).toBe(APPROVED);
  expectProblem(await call('GET', at(APPROVED)), 404, 'no-such-device');
  expectProblem(await call('POST', at(`${APPROVED}/forget`)), 404, 'no-such-device');
  expectProblem(await call('POST', at(`${APPROVED}/block`)), 404, 'no-such-device');
  expect(world.audit.map(({ action }) => action)).toEqual(['device.forgotten', 'device.blocked']);
});

test('resync reaches the phone, with a restart where that is asked for', async () => {
  expect((await call('POST', at(`${APPROVED}/resync`))).json.mac).toBe(APPROVED);
  await call('POST', at(`${APPROVED}/resync`), { body: {} });
  await call('POST', at(`${APPROVED}/resync`), { body: { reboot: true } });
  expect(world.delivered.map(({ cause }) => cause)).toEqual(['resync', 'resync', 'reboot']);
  expectProblem(await call('POST', at(`${PENDING}/resync`)), 409, 'not-approved');
  world.office.adopt({ devices: [device('00156500000d', { state: 'approved', extensions: ['102'] })] });
  expectProblem(await call('POST', at('00156500000d/resync')), 409, 'never-seen');
});

test('a name with letters of any alphabet is found', async () => {
  world.office.adopt({ extensions: [extension('101', { displayName: 'Küche Größe' })] });
  expect(macs(await call('GET', '/api/v1/devices?q=k%C3%BCche'))).toEqual([mac(APPROVED)]);
});

test('a sealed phone is handed its files over again, by whoever may decide', async () => {
  const { json } = await call('POST', at(`${APPROVED}/hand-over`));
  expect(json.mac).toBe(APPROVED);
  expectProblem(await call('POST', at(`${PENDING}/hand-over`)), 409, 'not-approved');
  expectProblem(await call('POST', at('001565ffffff/hand-over')), 404, 'no-such-device');
});
