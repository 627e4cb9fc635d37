import { beforeEach, expect, test } from 'vitest';
import { DEFAULT_INTERNET } from '../../src/core/internet.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { APPROVED, createWorld, device, extension, type World } from './web-world.ts';

const NEW_PASSWORD = 'n3w-Pa55-&<>"';
const CONSOLE_PASSWORD = 'c0nsole-one-Pa55';

let world: World;
let app: ApiApp;
let call: ApiClient;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.admin, [
    NEW_PASSWORD,
    CONSOLE_PASSWORD,
    JSON.stringify(NEW_PASSWORD).slice(1, -1),
  ]);
  return () => app.close();
});

const at = (number: string) => `/api/v1/extensions/${number}`;

test('an extension is shown with the phones that have it, without its password', async () => {
  expect((await call('GET', at('101'))).json).toEqual({
    number: '101',
    displayName: 'Empfang',
    authName: '101',
    voicemail: '',
    language: '',
    phones: [APPROVED],
    lines: [{ phone: APPROVED, line: 1 }],
  });
  expectProblem(await call('GET', at('999')), 404, 'no-such-extension');
});

test('PUT makes an extension with 201, changes it with 200, and does nothing the second time', async () => {
  const body = { displayName: 'Labor', password: NEW_PASSWORD };
  const made = await call('PUT', at('103'), { body });
  expect([made.status, made.json.displayName, made.json.authName]).toEqual([201, 'Labor', '103']);
  expect(world.office.findExtension('103')?.password.reveal()).toBe(NEW_PASSWORD);
  const before = world.office.findExtension('103');
  const audited = world.audit.length;
  const again = await call('PUT', at('103'), { body });
  expect(again.status).toBe(200);
  expect(again.json).toEqual(made.json);
  expect(world.office.findExtension('103')).toBe(before);
  expect(world.audit).toHaveLength(audited);
  const changed = await call('PUT', at('103'), { body: { voicemail: '*97' } });
  expect(changed.json).toMatchObject({ displayName: 'Labor', voicemail: '*97' });
  expect(world.office.findExtension('103')?.password.reveal()).toBe(NEW_PASSWORD);
});

test('an extension has a language, in any case, and loses it again', async () => {
  const put = async (language: string) => (await call('PUT', at('101'), { body: { language } })).json.language;
  expect(await put('DE')).toBe('de');
  expect((await call('GET', at('101'))).json.language).toBe('de');
  expect(await put('')).toBe('');
});

test('a new extension without password gets a drawn one', async () => {
  const made = await call('PUT', at('104'), { body: {} });
  const drawn = world.office.findExtension('104')?.password.reveal() ?? '';
  expect(drawn.length).toBeGreaterThan(10);
  expect(made.text).not.toContain(drawn);
});

test('numbers with signs are written percent-encoded', async () => {
  expect((await call('PUT', at('%2397'), { body: {} })).json.number).toBe('#97');
  expect((await call('GET', at('%2397'))).status).toBe(200);
  expectProblem(await call('PUT', at('1%200'), { body: {} }), 400, 'bad-extension');
  expectProblem(await call('PUT', at('x'.repeat(33)), { body: {} }), 400, 'bad-extension');
});

test.each([
  [{ displayName: 'a\nb' }, 'body.displayName'],
  [{ password: '' }, 'body.password'],
  [{ password: 'x'.repeat(101) }, 'body.password'],
  [{ password: 'c0nsole-one-Pa55\u0007' }, 'body.password'],
  [{ authName: '' }, 'body.authName'],
  [{ voicemail: 97 }, 'body.voicemail'],
  [{ voicemail: 'x y' }, 'body.voicemail'],
  [{ voicemail: '*'.repeat(33) }, 'body.voicemail'],
  [{ language: 'German' }, 'body.language'],
  [{ authName: 'a\u0007b' }, 'body.authName'],
  [{ authName: 'x'.repeat(101) }, 'body.authName'],
  [{ displayName: null }, 'body.displayName'],
  [{ secret: 'x' }, 'body.secret'],
])('PUT %j is refused by name', async (body, where) => {
  const problem = expectProblem(await call('PUT', at('101'), { body }), 400, 'invalid-input');
  expect(problem.errors).toMatchObject([{ where }]);
  if (where === 'body.password') expect(problem.errors[0].saw).toBe('[secret]');
});

test('only an extension that no phone has can be removed', async () => {
  expect(expectProblem(await call('DELETE', at('101')), 409, 'extension-in-use').detail).toContain(APPROVED);
  const removed = await call('DELETE', at('102'));
  expect([removed.status, removed.text]).toEqual([204, '']);
  expectProblem(await call('DELETE', at('102')), 404, 'no-such-extension');
  const withType = await call('DELETE', at('999'), { headers: { 'content-type': 'application/json' } });
  expectProblem(withType, 404, 'no-such-extension');
});

test('extensions are listed in the order of numbers, in pages', async () => {
  const more = ['99', '1000', 'lobby', '0099', '20'].map((number) => extension(number));
  world.office.adopt({ extensions: more });
  const order = ['20', '0099', '99', '101', '102', '1000', 'lobby'];
  const numbers = (answer: { json: { items: { number: string }[] } }) => answer.json.items.map(({ number }) => number);
  expect(numbers(await call('GET', '/api/v1/extensions'))).toEqual(order);
  const first = await call('GET', '/api/v1/extensions?limit=3');
  const second = await call('GET', `/api/v1/extensions?limit=4&cursor=${first.json.next}`);
  expect([...numbers(first), ...numbers(second)]).toEqual(order);
  expect(second.json.next).toBeNull();
  expect(numbers(await call('GET', '/api/v1/extensions?q=empf'))).toEqual(['101']);
  expectProblem(await call('GET', '/api/v1/extensions?cursor=!'), 400, 'invalid-input');
});

test('the site is shown without its password', async () => {
  expect((await call('GET', '/api/v1/site')).json).toEqual({
    name: 'Plugtone',
    settings: {},
    vendorSettings: {},
    modelSettings: {},
    consolePasswordPolicy: 'same',
    consolePasswordSet: false,
    answerPending: false,
    autoApprove: [],
    internet: DEFAULT_INTERNET,
    webhookSecretSet: false,
    trust: {
      rules: [],
      handOverMinutes: 0,
      routedNetworks: [],
      phoneLogin: 'none',
      quarantine: true,
      otherServerCheckMinutes: 10,
      knownServers: [],
      phoneScheme: 'http',
      nightlyBackupsKept: 0,
    },
    backupPassphraseSet: false,
    retentionDays: 90,
    revision: 0,
  });
});

test('PUT site replaces what it names and keeps what it leaves out', async () => {
  const rule = {
    vendorId: 'snom',
    macPrefix: '00:04:13',
    firstExtension: '200',
    lastExtension: '219',
    createExtensions: true,
  };
  const put = await call('PUT', '/api/v1/site', {
    body: {
      name: 'Praxis Dr. Sommer',
      settings: { timeZone: 'Europe/Berlin', vlanId: 7 },
      vendorSettings: { snom: { language: 'de' } },
      modelSettings: { 'snom/D785': { dscpRtp: 34 } },
      consolePasswordPolicy: 'one',
      consolePassword: CONSOLE_PASSWORD,
      autoApprove: [rule],
    },
  });
  expect(put.status).toBe(200);
  expect(put.json).toMatchObject({ consolePasswordSet: true, revision: 1, retentionDays: 90 });
  expect(put.json.autoApprove).toEqual([{ ...rule, macPrefix: '000413' }]);
  expect(world.office.site().consolePassword?.reveal()).toBe(CONSOLE_PASSWORD);

  const next = await call('PUT', '/api/v1/site', { body: { settings: { language: 'fr' }, retentionDays: 30 } });
  expect(next.json).toEqual({ ...put.json, settings: { language: 'fr' }, retentionDays: 30, revision: 2 });
  expect((await call('GET', '/api/v1/site')).json).toEqual(next.json);

  const layered = (await call('GET', `/api/v1/devices/${APPROVED}/settings`)).json.settings;
  expect(layered.language).toEqual({ value: 'fr', from: 'site' });
});

test('the same site again changes nothing, the password included', async () => {
  const body = {
    consolePasswordPolicy: 'one',
    consolePassword: CONSOLE_PASSWORD,
    settings: { vlanId: 7, language: 'de' },
  };
  const put = await call('PUT', '/api/v1/site', { body });
  const again = await call('PUT', '/api/v1/site', { body });
  expect(again.json).toEqual(put.json);
  expect(world.audit.filter(({ action }) => action === 'site.changed')).toHaveLength(1);
  expect(world.audit[0]?.actor).toBe('anna');
});

test('the password of the site is taken away with null, unless the policy needs it', async () => {
  await call('PUT', '/api/v1/site', { body: { consolePasswordPolicy: 'one', consolePassword: CONSOLE_PASSWORD } });
  const needed = await call('PUT', '/api/v1/site', { body: { consolePassword: null } });
  expect(expectProblem(needed, 400, 'invalid-input').errors).toMatchObject([
    { where: 'body.consolePassword', saw: 'null' },
  ]);
  const taken = await call('PUT', '/api/v1/site', { body: { consolePassword: null, consolePasswordPolicy: 'random' } });
  expect(taken.json).toMatchObject({ consolePasswordSet: false, consolePasswordPolicy: 'random' });
});

test('settings for a model that there is not name the models that may be meant; a new one that a phone has is taken', async () => {
  const put = (name: string) => call('PUT', '/api/v1/site', { body: { modelSettings: { [name]: { vlanId: 7 } } } });
  const near = expectProblem(await put('snom/d785'), 400, 'invalid-input').errors;
  expect(near).toMatchObject([{ where: 'body.modelSettings.snom/d785', wanted: 'snom/ and a model of Snom: D785' }]);
  expect(expectProblem(await put('yealink/T46X'), 400, 'invalid-input').errors).toMatchObject([
    { wanted: expect.stringMatching(/T46[A-Z]/) },
  ]);
  world.office.adopt({ devices: [device('00:15:65:00:00:77', { model: 'T99Z' })] });
  expect((await put('yealink/T99Z')).status).toBe(200);
});

test('what GET site answers is a body for PUT site, and changes nothing', async () => {
  const modelSettings = { 'snom/D785': { vlanId: 7 } };
  await call('PUT', '/api/v1/site', { body: { name: 'Praxis', settings: { vlanId: 3 }, modelSettings } });
  const site = (await call('GET', '/api/v1/site')).json;
  const put = await call('PUT', '/api/v1/site', { body: site });
  expect([put.status, put.json]).toEqual([200, site]);
  expect((await call('PUT', '/api/v1/site', { body: { ...site, revision: 99 } })).json).toEqual(site);
});

const RULE = { vendorId: null, macPrefix: null, firstExtension: '200', lastExtension: '219', createExtensions: false };
test.each([
  [{ nam: 'x' }, 'body.nam'],
  [{ name: '' }, 'body.name'],
  [{ revision: 'seven' }, 'body.revision'],
  [{ settings: { vlanId: 'many' } }, 'body.settings.vlanId'],
  [{ settings: { vlan: 1 } }, 'body.settings.vlan'],
  [{ vendorSettings: { nobody: {} } }, 'body.vendorSettings.nobody'],
  [{ vendorSettings: { snom: 3 } }, 'body.vendorSettings.snom'],
  [{ vendorSettings: { snom: { srtp: 'maybe' } } }, 'body.vendorSettings.snom.srtp'],
  [{ modelSettings: { D785: {} } }, 'body.modelSettings.D785'],
  [{ modelSettings: { 'snom/': {} } }, 'body.modelSettings.snom/'],
  [{ modelSettings: { 'nobody/D785': {} } }, 'body.modelSettings.nobody/D785'],
  [{ modelSettings: { 'yealink/NOPE': {} } }, 'body.modelSettings.yealink/NOPE'],
  [{ consolePasswordPolicy: 'none' }, 'body.consolePasswordPolicy'],
  [{ consolePasswordPolicy: 'one' }, 'body.consolePassword'],
  [{ consolePassword: '' }, 'body.consolePassword'],
  [{ answerPending: 1 }, 'body.answerPending'],
  [{ retentionDays: 0 }, 'body.retentionDays'],
  [{ retentionDays: 1.5 }, 'body.retentionDays'],
  [{ autoApprove: [{ ...RULE, vendorId: 'nobody' }] }, 'body.autoApprove.0.vendorId'],
  [{ autoApprove: [{ ...RULE, macPrefix: '0015' }] }, 'body.autoApprove.0.macPrefix'],
  [{ autoApprove: [RULE, { ...RULE, lastExtension: '199' }] }, 'body.autoApprove.1.lastExtension'],
  [{ autoApprove: [{ ...RULE, lastExtension: '99999999' }] }, 'body.autoApprove.0.lastExtension'],
  [{ autoApprove: [{ ...RULE, firstExtension: 'a' }] }, 'body.autoApprove.0.firstExtension'],
  [{ autoApprove: [{ ...RULE, colour: 'red' }] }, 'body.autoApprove.0.colour'],
])('PUT site %j is refused by name', async (body, where) => {
  const problem = expectProblem(await call('PUT', '/api/v1/site', { body }), 400, 'invalid-input');
  expect(problem.errors).toMatchObject([
    { where, saw: expect.stringMatching(/./), wanted: expect.stringMatching(/./) },
  ]);
  expect(world.office.site().revision).toBe(0);
});

test('a token is shown once, works, and works no more when it is revoked', async () => {
  const made = await call('POST', '/api/v1/tokens', { body: { name: 'Müller', role: 'viewer' } });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({
    name: 'Müller',
    role: 'viewer',
    createdAt: expect.stringMatching(/Z$/),
    lastUsedAt: null,
  });
  const { token, id } = made.json;
  expect((await call('GET', '/api/v1/site', { token })).status).toBe(200);
  const listed = await call('GET', '/api/v1/tokens');
  expect(listed.text).not.toContain(token);
  expect(listed.json.items.map((item: { name: string }) => item.name)).toEqual(['vera', 'theo', 'anna', 'Müller']);
  expectProblem(await call('POST', '/api/v1/tokens', { body: { name: 'Müller', role: 'viewer' } }), 409, 'name-taken');
  expect((await call('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`)).status).toBe(204);
  expectProblem(await call('GET', '/api/v1/site', { token }), 401, 'unauthorized');
  expectProblem(await call('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`), 404, 'no-such-token');
  expect(world.audit.slice(0, 2)).toMatchObject([
    { actor: 'anna', action: 'token.revoked', subject: 'Müller' },
    { actor: 'anna', action: 'token.created', subject: 'Müller', detail: { role: 'viewer' } },
  ]);
});

test.each([
  [{ name: '', role: 'viewer' }, 'body.name'],
  [{ name: 'a\nb', role: 'viewer' }, 'body.name'],
  [{ name: 'a', role: 'root' }, 'body.role'],
  [{ name: 'a' }, 'body.role'],
])('POST tokens %j is refused', async (body, where) => {
  const problem = expectProblem(await call('POST', '/api/v1/tokens', { body }), 400, 'invalid-input');
  expect(problem.errors).toMatchObject([{ where }]);
});

test('the audit says who did what, in pages', async () => {
  for (const number of ['201', '202', '203']) await call('PUT', at(number), { body: { password: NEW_PASSWORD } });
  const first = (await call('GET', '/api/v1/audit?limit=2')).json;
  expect(first.items).toMatchObject([
    { actor: 'anna', action: 'extension.created', subject: '203', at: expect.stringMatching(/Z$/) },
    { subject: '202' },
  ]);
  expect(first.next).toEqual(expect.any(String));
  const rest = (await call('GET', `/api/v1/audit?limit=2&before=${first.next}`)).json;
  expect(rest.items).toMatchObject([{ subject: '201' }]);
  expect(rest.next).toBeNull();
});

test('vendors and time zones can be chosen from', async () => {
  const { items } = (await call('GET', '/api/v1/vendors')).json;
  expect(items.length).toBeGreaterThanOrEqual(4);
  for (const vendor of items) {
    expect(vendor).toMatchObject({ id: expect.stringMatching(/./), name: expect.stringMatching(/./) });
    expect(vendor.models[0]).toEqual({ name: expect.any(String), lines: expect.any(Number), keys: expect.any(Number) });
    expect(vendor.files.length).toBeGreaterThan(0);
  }
  const zones = (await call('GET', '/api/v1/time-zones')).json;
  expect(zones.items).toContain('America/St_Johns');
  expect(zones.version).toMatch(/^20\d\d[a-z]$/);
});

test('settings that the API names are those that exist', async () => {
  const { settings } = (await call('GET', `/api/v1/devices/${APPROVED}/settings`)).json;
  expect(Object.keys(settings).sort()).toEqual(Object.keys(DEFAULT_SETTINGS).sort());
});

test('a password that one of its phones cannot be told is refused, without being told', async () => {
  world.office.adopt({
    devices: [device('00085d000001', { state: 'approved', vendorId: 'aastra', model: '6920', extensions: ['102'] })],
  });
  const problem = expectProblem(
    await call('PUT', at('102'), { body: { password: 'a"b-c' } }),
    409,
    'account-not-writable',
  );
  expect(problem.detail).toContain('quotation mark');
  expect(problem.detail).not.toContain('a"b-c');
  expect((await call('PUT', at('101'), { body: { password: 'a"b-c' } })).status).toBe(200);
});
