import { beforeEach, expect, test } from 'vitest';
import type { Role } from '../../src/core/role.ts';
import { SESSION_IDLE_MS } from '../../src/core/session.ts';
import { createUser } from '../../src/flows/create-user.ts';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, type ApiResponse, createClient, expectProblem } from './api-client.ts';
import { createWorld, PENDING, type World } from './web-world.ts';

const PASSWORD = 'correct horse battery';
const NEW_PASSWORD = 'another horse battery';

let world: World;
let app: ApiApp;
let call: ApiClient;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, '', [PASSWORD, NEW_PASSWORD]);
  for (const [name, role] of [
    ['chief', 'admin'],
    ['tina', 'technician'],
    ['vera', 'viewer'],
  ] as const) {
    const made = await createUser(world.doors.people, { name, role, password: PASSWORD }, 'test');
    expect(made.ok).toBe(true);
  }
  return () => app.close();
});

interface Browser {
  readonly cookie: string;
  readonly csrf: string;
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiResponse>;
}

function cookieOf(answer: ApiResponse): string {
  return String(answer.headers['set-cookie']);
}

/** A browser that is logged in: sends cookie and CSRF token. */
async function logIn(user: string, password = PASSWORD): Promise<Browser> {
  const answer = await call('POST', '/api/v1/session', { body: { user, password } });
  expect(answer.status).toBe(200);
  return browserOf(answer);
}

function browserOf(answer: ApiResponse): Browser {
  const [cookie = ''] = cookieOf(answer).split(';');
  const csrf: string = answer.json.csrfToken;
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    call(method, `/api/v1${path}`, { body, headers: { cookie, 'x-csrf-token': csrf, ...headers } });
  return Object.assign(send, { cookie, csrf });
}

async function idOf(name: string): Promise<string> {
  return (await world.doors.people.users.findByName(name))?.id ?? '';
}

test('the session cookie is out of reach of scripts and other sites, and only for TLS where it came by TLS', async () => {
  const body = { user: 'chief', password: PASSWORD };
  const plain = cookieOf(await call('POST', '/api/v1/session', { body }));
  expect(plain).toMatch(/^plugtone_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
  const headers = { 'x-forwarded-proto': 'https' };
  const secure = cookieOf(await call('POST', '/api/v1/session', { body, headers }));
  expect(secure).toMatch(/^__Host-plugtone_session=[A-Za-z0-9_-]{43}; Path=\/; .*; Secure$/);
  // Each door has its own session: what came by TLS opens nothing in the clear, nor the other way.
  const open = async (cookie: string, more: Record<string, string> = {}) =>
    (await call('GET', '/api/v1/session', { headers: { cookie: cookie.split(';')[0] ?? '', ...more } })).status;
  expect([await open(plain), await open(secure, headers)]).toEqual([200, 200]);
  expect([await open(plain, headers), await open(secure)]).toEqual([401, 401]);
});

test('a proxy is believed on this host only', async () => {
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' };
  const payload = { user: 'chief', password: PASSWORD };
  for (const [remoteAddress, address, secure] of [
    ['127.0.0.1', '203.0.113.9', true],
    ['192.0.2.66', '192.0.2.66', false],
  ] as const) {
    const answer = await app.inject({ method: 'POST', url: '/api/v1/session', headers, payload, remoteAddress });
    expect(String(answer.headers['set-cookie']).endsWith('Secure')).toBe(secure);
    expect(world.audit[0]).toMatchObject({ action: 'session.opened', detail: { address } });
  }
});

test('who am I: by session, by token, by nothing', async () => {
  const chief = await logIn('CHIEF');
  expect((await chief('GET', '/session')).json).toEqual({
    id: await idOf('chief'),
    name: 'chief',
    role: 'admin',
    by: 'session',
    csrfToken: chief.csrf,
  });
  const byToken = await call('GET', '/api/v1/session', { token: world.tokens.viewer });
  expect(byToken.json).toMatchObject({ name: 'vera', role: 'viewer', by: 'token', csrfToken: null });
  expectProblem(await call('GET', '/api/v1/session'), 401, 'unauthorized');
  expectProblem(
    await call('GET', '/api/v1/session', { headers: { cookie: 'plugtone_session=guess' } }),
    401,
    'unauthorized',
  );
});

test('an unknown user and a wrong password get the very same answer', async () => {
  const answers = [];
  for (const user of ['chief', 'nobody', '', '"><script>'])
    answers.push(await call('POST', '/api/v1/session', { body: { user, password: 'wrong' } }));
  for (const answer of answers) {
    expectProblem(answer, 401, 'log-in-refused');
    expect(answer.text).toBe(answers[0]?.text);
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
});

test('attempts are slowed down, with Retry-After', async () => {
  const attempt = () => call('POST', '/api/v1/session', { body: { user: 'chief', password: 'wrong' } });
  for (let count = 0; count < 5; count += 1) expectProblem(await attempt(), 401, 'log-in-refused');
  expect((await attempt()).headers['retry-after']).toBe('1');
  world.wait(1_000);
  expectProblem(await attempt(), 401, 'log-in-refused');
  const answer = await attempt();
  expectProblem(answer, 429, 'too-many-attempts');
  expect(answer.headers['retry-after']).toBe('2');
});

test('an unsafe request with the cookie alone is refused, and so is one with a token of another session', async () => {
  const [tina, other] = [await logIn('tina'), await logIn('tina')];
  const path = `/devices/${PENDING}/block`;
  for (const csrf of ['', 'x', other.csrf, `${tina.csrf}x`]) {
    expectProblem(await tina('POST', path, undefined, { 'x-csrf-token': csrf }), 403, 'forged-request');
  }
  expect(world.office.findDevice(PENDING)?.state).toBe('pending');
  for (const [method, unsafe] of [
    ['PUT', '/extensions/101'],
    ['DELETE', '/session'],
  ] as const) {
    expectProblem(
      await tina(method, unsafe, method === 'PUT' ? {} : undefined, { 'x-csrf-token': '' }),
      403,
      'forged-request',
    );
  }
  expect((await tina('POST', path)).status).toBe(200);
  expect(world.audit[0]).toMatchObject({ actor: 'tina', action: 'device.blocked' });
});

test('a token needs no CSRF token, and wins over a cookie', async () => {
  const vera = await logIn('vera');
  const answer = await call('POST', `/api/v1/devices/${PENDING}/block`, {
    token: world.tokens.technician,
    headers: { cookie: vera.cookie },
  });
  expect(answer.status).toBe(200);
  expect(world.audit[0]).toMatchObject({ actor: 'theo' });
  const bad = { authorization: 'Bearer wrong', cookie: vera.cookie };
  expectProblem(await call('GET', '/api/v1/site', { headers: bad }), 401, 'unauthorized');
});

test.each([
  ['vera', 'viewer', 200, 403, 403],
  ['tina', 'technician', 200, 200, 403],
  ['chief', 'admin', 200, 200, 200],
] as const)('%s may do what the role %s may', async (name, _role, read, decide, manage) => {
  const person = await logIn(name);
  expect((await person('GET', '/devices')).status).toBe(read);
  expect((await person('POST', `/devices/${PENDING}/block`)).status).toBe(decide);
  expect((await person('GET', '/users')).status).toBe(manage);
  expect((await person('POST', '/site/probe-sip', { host: 'pbx' })).status).toBe(manage);
});

test('a session ends by itself when nobody uses it', async () => {
  const chief = await logIn('chief');
  world.wait(SESSION_IDLE_MS - 1);
  expect((await chief('GET', '/session')).status).toBe(200);
  world.wait(SESSION_IDLE_MS);
  expectProblem(await chief('GET', '/session'), 401, 'unauthorized');
});

test('a new role holds with the next request, and who is removed is out', async () => {
  const [chief, vera] = [await logIn('chief'), await logIn('vera')];
  const at = `/users/${await idOf('vera')}`;
  expectProblem(await vera('POST', `/devices/${PENDING}/block`), 403, 'forbidden');
  expect((await chief('PUT', at, { role: 'technician' })).json).toMatchObject({ name: 'vera', role: 'technician' });
  expect((await vera('POST', `/devices/${PENDING}/block`)).status).toBe(200);
  expect((await chief('DELETE', at)).status).toBe(204);
  expectProblem(await vera('GET', '/devices'), 401, 'unauthorized');
  expectProblem(await chief('DELETE', at), 404, 'no-such-user');
});

test('users are made, listed without passwords, and refused with reasons', async () => {
  const chief = await logIn('chief');
  const create = (name: string, password: string, role: Role | 'king' = 'viewer') =>
    chief('POST', '/users', { name, password, role });
  const created = await create('Zoë', PASSWORD);
  expect(created.status).toBe(201);
  expect(created.json).toMatchObject({ name: 'Zoë', role: 'viewer', lastLogInAt: null });
  expectProblem(await create('ZOË', PASSWORD), 409, 'name-taken');
  expectProblem(await create('two words', PASSWORD), 400, 'bad-user-name');
  expectProblem(await create('max', 'Passwort123'), 400, 'weak-password');
  const wrong = expectProblem(await create('max', PASSWORD, 'king'), 400, 'invalid-input');
  expect(JSON.stringify(wrong)).not.toContain(PASSWORD);
  const names = (await chief('GET', '/users')).json.items.map(({ name }: { name: string }) => name);
  expect(names).toEqual(['chief', 'tina', 'vera', 'Zoë']);
  expectProblem(await chief('DELETE', `/users/${await idOf('chief')}`), 409, 'last-administrator');
  expectProblem(await chief('PUT', `/users/${await idOf('chief')}`, { role: 'viewer' }), 409, 'last-administrator');
  expectProblem(await chief('PUT', `/users/${await idOf('chief')}`, { password: NEW_PASSWORD }), 409, 'own-password');
});

test('the own password is changed with the old one; other sessions end', async () => {
  const [here, there] = [await logIn('vera'), await logIn('vera')];
  const change = (oldPassword: string, newPassword: string) =>
    here('PUT', '/session/password', { oldPassword, newPassword });
  expectProblem(await change('wrong', NEW_PASSWORD), 403, 'wrong-password');
  expectProblem(await change(PASSWORD, 'short'), 400, 'weak-password');
  expect((await there('GET', '/session')).status).toBe(200);
  expect((await change(PASSWORD, NEW_PASSWORD)).status).toBe(204);
  expect((await here('GET', '/session')).status).toBe(200);
  expectProblem(await there('GET', '/session'), 401, 'unauthorized');
  await logIn('vera', NEW_PASSWORD);
});

test('sessions are listed with browser and address, and ended one by one or all', async () => {
  const [here, there] = [await logIn('vera'), await logIn('vera')];
  await logIn('chief');
  const items: { id: string; isCurrent: boolean }[] = (await here('GET', '/sessions')).json.items;
  expect(items).toHaveLength(2);
  expect(items.filter(({ isCurrent }) => isCurrent)).toMatchObject([
    { address: '127.0.0.1', userAgent: expect.stringMatching(/./), endsAt: expect.stringMatching(/Z$/) },
  ]);
  const other = items.find(({ isCurrent }) => !isCurrent)?.id ?? '';
  const chief = await logIn('chief');
  expectProblem(await chief('DELETE', `/sessions/${other}`), 404, 'no-such-session');
  expect((await here('DELETE', `/sessions/${other}`)).status).toBe(204);
  expectProblem(await there('GET', '/session'), 401, 'unauthorized');
  const again = await logIn('vera');
  const gone = await again('DELETE', '/session?everywhere=1');
  expect(gone.status).toBe(204);
  expect(cookieOf(gone)).toContain('plugtone_session=; Path=/; Max-Age=0');
  for (const session of [here, again]) expectProblem(await session('GET', '/session'), 401, 'unauthorized');
  expect((await chief('GET', '/session')).status).toBe(200);
});

test('a token has no session to end and no password to change', async () => {
  const token = world.tokens.admin;
  expectProblem(await call('DELETE', '/api/v1/session', { token }), 409, 'no-session');
  expectProblem(await call('GET', '/api/v1/sessions', { token }), 409, 'no-session');
  const body = { oldPassword: PASSWORD, newPassword: NEW_PASSWORD };
  expectProblem(await call('PUT', '/api/v1/session/password', { token, body }), 409, 'no-session');
  // Who has lost every password makes a token on the command line and sets a new one.
  const reset = await call('PUT', `/api/v1/users/${await idOf('chief')}`, { token, body: { password: NEW_PASSWORD } });
  expect(reset.status).toBe(200);
  await logIn('chief', NEW_PASSWORD);
});

test('the SIP server is asked on the port that is meant, and its answer is told', async () => {
  const chief = await logIn('chief');
  world.answerProbes({ kind: 'answered', status: 200, reason: 'OK', server: 'Asterisk', afterMs: 3, received: null });
  const answer = await chief('POST', '/site/probe-sip', { host: 'pbx.example', transport: 'tls' });
  expect(answer.json).toMatchObject({ outcome: 'answered', status: 200, server: 'Asterisk', afterMs: 3 });
  world.answerProbes({ kind: 'no-answer', waitedMs: 3_000 });
  const silent = await chief('POST', '/site/probe-sip', { host: '192.0.2.1', port: 5080 });
  expect(silent.json).toMatchObject({ outcome: 'no-answer', status: null, sentence: expect.stringContaining('3 s') });
  expect(world.probed).toEqual(['tls pbx.example 5061', 'udp 192.0.2.1 5080']);
  for (const body of [
    { host: 'a b' },
    { host: 'http://x' },
    { host: 'x', port: 70_000 },
    { host: 'x', transport: 'ws' },
  ]) {
    expectProblem(await chief('POST', '/site/probe-sip', body), 400, 'invalid-input');
  }
});

test('no password, key or CSRF token is in the log or the audit', async () => {
  const chief = await logIn('chief');
  await call('POST', '/api/v1/session', { body: { user: PASSWORD, password: PASSWORD } });
  await chief('PUT', '/session/password', { oldPassword: PASSWORD, newPassword: NEW_PASSWORD });
  const written = world.lines.join('\n') + JSON.stringify(world.audit);
  for (const secret of [PASSWORD, NEW_PASSWORD, chief.cookie.split('=')[1] ?? '', chief.csrf, '$argon2']) {
    expect(written).not.toContain(secret);
  }
});

test('the first start: code, administrator and site in one request; once', async () => {
  const fresh = createWorld();
  const web = await createWebServer(fresh.doors);
  const ask = createClient(web, '', [PASSWORD]);
  await fresh.doors.setUp.begin(undefined);
  const code = /([0-9A-Z]{3}-){7}[0-9A-Z]{3}/.exec(fresh.lines.join('\n'))?.[0] ?? '';
  expect((await ask('GET', '/api/v1/setup')).json).toEqual({ needed: true });

  const site = { settings: { sipServer: 'pbx.example', timeZone: 'Europe/Berlin', language: 'de', toneCountry: 'DE' } };
  const body = { code, user: 'anna', password: PASSWORD, site };
  expectProblem(await ask('POST', '/api/v1/setup', { body: { ...body, code: 'ABC' } }), 403, 'setup-code-wrong');
  expectProblem(await ask('POST', '/api/v1/setup', { body: { ...body, password: 'short' } }), 400, 'weak-password');
  const badSite = { ...body, site: { settings: { timeZone: 'Europe/Berlinn' } } };
  const problem = expectProblem(await ask('POST', '/api/v1/setup', { body: badSite }), 400, 'invalid-input');
  expect(problem.errors).toMatchObject([{ where: 'body.site.settings.timeZone' }]);
  const wrongType = expectProblem(
    await ask('POST', '/api/v1/setup', { body: { ...body, code: 5 } }),
    400,
    'invalid-input',
  );
  expect(wrongType.errors).toMatchObject([{ where: 'body.code', saw: expect.not.stringContaining('5') }]);

  const done = await ask('POST', '/api/v1/setup', { body });
  expect(done.status).toBe(201);
  const anna = browserOf(done);
  expect(done.json).toMatchObject({ name: 'anna', role: 'admin', by: 'session' });
  expect(fresh.office.site().settings).toEqual(site.settings);
  const me = await web.inject({ method: 'GET', url: '/api/v1/users', headers: { cookie: anna.cookie } });
  expect(me.statusCode).toBe(200);

  expect((await ask('GET', '/api/v1/setup')).json).toEqual({ needed: false });
  expectProblem(await ask('POST', '/api/v1/setup', { body: { ...body, user: 'mallory' } }), 409, 'already-set-up');
  expect(JSON.stringify(fresh.audit)).not.toContain(code);
  await web.close();
});
