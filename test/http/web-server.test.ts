import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { exchange } from './raw.ts';
import { APPROVED, createWorld, PENDING } from './web-world.ts';

const world = createWorld();
let app: ApiApp;
let call: ApiClient;
let port = 0;

beforeAll(async () => {
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.admin);
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => app.close());

/** Every route of the API, the least role that may use it, and what it is called with. */
type RouteRow = readonly [method: string, path: string, role: string, body: object | undefined];
const ROUTES: readonly RouteRow[] = [
  ['GET', '/devices', 'viewer', undefined],
  ['GET', '/journeys', 'viewer', undefined],
  ['GET', '/log', 'technician', undefined],
  ['GET', '/history', 'viewer', undefined],
  ['GET', '/system', 'viewer', undefined],
  ['GET', '/devices/:mac', 'viewer', undefined],
  ['GET', '/devices/:mac/journey', 'viewer', undefined],
  ['GET', '/devices/:mac/config', 'viewer', undefined],
  ['GET', '/devices/:mac/settings', 'viewer', undefined],
  ['PUT', '/devices/:mac/settings', 'technician', {}],
  ['POST', '/devices/:mac/approve', 'technician', { extension: '101' }],
  ['POST', '/devices/:mac/block', 'technician', undefined],
  ['POST', '/devices/:mac/forget', 'technician', undefined],
  ['POST', '/devices/:mac/resync', 'technician', undefined],
  ['POST', '/devices/:mac/hand-over', 'technician', undefined],
  ['GET', '/extensions', 'viewer', undefined],
  ['GET', '/extensions/:number', 'viewer', undefined],
  ['PUT', '/extensions/:number', 'technician', {}],
  ['DELETE', '/extensions/:number', 'technician', undefined],
  ['POST', '/imports/preview', 'technician', undefined],
  ['POST', '/imports', 'technician', undefined],
  ['GET', '/export', 'viewer', undefined],
  ['GET', '/site', 'viewer', undefined],
  ['PUT', '/site', 'admin', {}],
  ['POST', '/site/preview', 'admin', {}],
  ['GET', '/resyncs', 'viewer', undefined],
  ['POST', '/resyncs', 'technician', { phones: [], when: 'now' }],
  ['DELETE', '/resyncs', 'technician', undefined],
  ['GET', '/overrides', 'admin', undefined],
  ['GET', '/overrides/:vendor/:file', 'admin', undefined],
  ['PUT', '/overrides/:vendor/:file', 'admin', { text: '' }],
  ['DELETE', '/overrides/:vendor/:file', 'admin', undefined],
  ['POST', '/overrides/:vendor/:file/preview', 'admin', { text: '' }],
  ['GET', '/tokens', 'admin', undefined],
  ['POST', '/tokens', 'admin', { name: 'x', role: 'viewer' }],
  ['DELETE', '/tokens/:id', 'admin', undefined],
  ['GET', '/backups', 'admin', undefined],
  ['POST', '/backups', 'admin', { passphrase: 'four words of a phrase' }],
  ['GET', '/backups/:name', 'admin', undefined],
  ['GET', '/audit', 'admin', undefined],
  ['GET', '/audit/verify', 'admin', undefined],
  ['GET', '/events', 'viewer', undefined],
  ['POST', '/site/probe-sip', 'admin', { host: 'pbx.example' }],
  ['GET', '/users', 'admin', undefined],
  ['POST', '/users', 'admin', { name: '-', role: 'viewer', password: 'x' }],
  ['PUT', '/users/:id', 'admin', {}],
  ['DELETE', '/users/:id', 'admin', undefined],
  ['GET', '/session', 'viewer', undefined],
  ['DELETE', '/session', 'viewer', undefined],
  ['PUT', '/session/password', 'viewer', { oldPassword: 'x', newPassword: 'y' }],
  ['GET', '/sessions', 'viewer', undefined],
  ['DELETE', '/sessions/:id', 'viewer', undefined],
  ['GET', '/external-address', 'viewer', undefined],
  ['GET', '/external-address/history', 'viewer', undefined],
  ['GET', '/port-mappings', 'viewer', undefined],
  ['POST', '/upnp/search', 'technician', undefined],
  ['POST', '/port-mappings/renew', 'technician', undefined],
  ['POST', '/port-mappings/test', 'technician', undefined],
  ['GET', '/quarantine', 'viewer', undefined],
  ['DELETE', '/quarantine', 'technician', undefined],
  ['DELETE', '/quarantine/:address', 'technician', undefined],
  ['GET', '/sources/:address', 'viewer', undefined],
  ['POST', '/system/doctor', 'technician', undefined],
  ['GET', '/other-servers', 'viewer', undefined],
  ['POST', '/other-servers/check', 'technician', undefined],
  ['PUT', '/other-servers/:id/wanted', 'admin', undefined],
  ['DELETE', '/other-servers/:id/wanted', 'admin', undefined],
  ['GET', '/vendors', 'viewer', undefined],
  ['GET', '/time-zones', 'viewer', undefined],
];
/** For those who are nobody yet. */
const OPEN = ['POST /api/v1/session', 'GET /api/v1/setup', 'POST /api/v1/setup'];
const RANK = ['viewer', 'technician', 'admin'] as const;

/** Of things that are not there, so that the calls change nothing. */
function example(path: string): string {
  return `/api/v1${path.replace(':mac', '0015650000ff').replace(':number', '999').replace(':id', 'nobody').replace(':address', '192.0.2.1')}`;
}

async function documented(): Promise<Record<string, Record<string, Record<string, unknown>>>> {
  return (await call('GET', '/api/docs/json', { token: '' })).json.paths;
}

test('the table above has every route of the API', async () => {
  const paths = Object.entries(await documented()).filter(([path]) => path.startsWith('/api/v1'));
  const known = paths.flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = ROUTES.map(([method, path]) => `${method} /api/v1${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(known.sort()).toEqual([...expected, ...OPEN].sort());
});

test.each([...ROUTES])('%s %s wants a token', async (method, path, _role, body) => {
  const answers = [
    await call(method, example(path), { token: '', body }),
    await call(method, example(path), { token: 'plt_wrong', body }),
    await call(method, example(path), { token: '', body, headers: { authorization: 'Basic YTpi' } }),
    await call(method, example(path), { token: '', body, headers: { authorization: `Bearer ${'x'.repeat(5_000)}` } }),
  ];
  for (const answer of answers) {
    expectProblem(answer, 401, 'unauthorized');
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="Plugtone"');
    expect(answer.text).toBe(answers[0]?.text);
  }
});

test.each([...ROUTES])('%s %s is for the role %s or a higher one', async (method, path, role, body) => {
  for (const tried of RANK) {
    if (path === '/events' || (method === 'POST' && path === '/tokens')) continue;
    const answer = await call(method, example(path), { token: world.tokens[tried], body });
    if (RANK.indexOf(tried) < RANK.indexOf(role as 'viewer')) {
      expect(expectProblem(answer, 403, 'forbidden').detail).toContain(`takes the role ${role}`);
    } else {
      expect(answer.status).not.toBe(401);
      expect(answer.status).not.toBe(403);
      expect(answer.status).toBeLessThan(500);
    }
  }
  expect(world.delivered).toEqual([]);
});

test('the scheme of the token is written in any case', async () => {
  const headers = { authorization: `bearer ${world.tokens.viewer}` };
  expect((await call('GET', '/api/v1/site', { token: '', headers })).status).toBe(200);
});

test('answers of the API are not kept by anybody', async () => {
  const { headers } = await call('GET', '/api/v1/site');
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
});

test('an address that is not there is a problem document', async () => {
  for (const path of ['/api/v1/nothing', '/nothing', '/api/v2/devices', '/api/v1/devices/001565aabbcc/nothing']) {
    expectProblem(await call('GET', path), 404, 'no-such-address');
  }
});

test('a method that an address does not take is 405 with Allow', async () => {
  const answer = await call('PATCH', `/api/v1/devices/${PENDING}/settings?x=1`);
  expect(expectProblem(answer, 405, 'method-not-allowed').detail).toContain('PATCH');
  expect(answer.headers.allow).toBe('GET, HEAD, PUT');
  expectProblem(await call('DELETE', '/healthz'), 405, 'method-not-allowed');
});

test('a body of another type is 415', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await call('POST', `/api/v1/devices/${PENDING}/approve`, { body: 'extension=101', headers });
  expectProblem(answer, 415, 'unsupported-media-type');
  const text = { 'content-type': 'text/plain' };
  expectProblem(await call('PUT', '/api/v1/site', { body: '{}', headers: text }), 415, 'unsupported-media-type');
});

test('a body that is not JSON is told so, and not quoted', async () => {
  const headers = { 'content-type': 'application/json' };
  const answer = await call('PUT', '/api/v1/extensions/101', { body: '{"password": "sip-Pa55-of-101', headers });
  expectProblem(answer, 400, 'body-is-not-json');
});

test('a body with a __proto__ is refused', async () => {
  const headers = { 'content-type': 'application/json' };
  const answer = await call('PUT', '/api/v1/site', { body: '{"settings": {"__proto__": {"vlanId": 3}}}', headers });
  expect(answer.status).toBe(400);
});

test('a body that is too large is 413', async () => {
  const answer = await call('PUT', '/api/v1/site', { body: { name: 'x'.repeat(300_000) } });
  expectProblem(answer, 413, 'body-too-large');
});

test('a body that is missing is told so', async () => {
  const problem = expectProblem(await call('POST', `/api/v1/devices/${PENDING}/approve`), 400, 'invalid-input');
  expect(problem.errors).toEqual([{ where: 'body', saw: 'nothing', wanted: 'an object' }]);
});

test('every fault of a request is told with what was seen and wanted', async () => {
  const body = { extension: 101, moreExtensions: 'x', share: 'yes', extention: '101' };
  const problem = expectProblem(
    await call('POST', `/api/v1/devices/${PENDING}/approve`, { body }),
    400,
    'invalid-input',
  );
  expect(problem.errors).toHaveLength(4);
  expect(problem.errors).toContainEqual({ where: 'body.extension', saw: '101', wanted: 'text in quotes' });
  expect(problem.errors).toContainEqual({ where: 'body.share', saw: '"yes"', wanted: 'true or false' });
  expect(problem.errors).toContainEqual({
    where: 'body.extention',
    saw: 'a name that is not known here',
    wanted: 'one of extension, moreExtensions, vendor, model, share',
  });
});

test.each([
  ['limit=0', 'query.limit'],
  ['limit=501', 'query.limit'],
  ['limit=ten', 'query.limit'],
  ['limit=1.5', 'query.limit'],
  ['state=lost', 'query.state'],
  ['colour=red', 'query.colour'],
  ['cursor=%20%20', 'query.cursor'],
])('GET devices?%s is refused by name', async (query, where) => {
  const problem = expectProblem(await call('GET', `/api/v1/devices?${query}`), 400, 'invalid-input');
  expect(problem.errors).toMatchObject([{ where }]);
  expect(problem.detail).toContain(where);
});

test('a broken percent sign is a problem document too', async () => {
  expectProblem(await call('GET', '/api/v1/devices/%zz'), 400, 'bad-request');
});

test('what is broken inside is told to the log, not to the caller', async () => {
  const broken = await createWebServer({
    ...world.doors,
    listAudit: () => Promise.reject(new Error('disk on fire at /var/lib')),
  });
  const answer = await createClient(broken, world.tokens.admin)('GET', '/api/v1/audit');
  expectProblem(answer, 500, 'internal-error');
  expect(answer.text).not.toMatch(/disk|\/var|\.ts/);
  expect(world.lines.some((line) => line.includes('disk on fire'))).toBe(true);
  await broken.close();
});

test('no token is in the log', () => {
  expect(world.lines.filter((line) => /plt_/.test(line))).toEqual([]);
});

test('healthz says whether it is ready, without token', async () => {
  expect(await call('GET', '/healthz', { token: '' })).toMatchObject({
    status: 200,
    json: { status: 'ok', version: '1.2.3' },
  });
  world.setReady(false);
  const starting = { status: 503, json: { status: 'starting', version: '1.2.3' } };
  expect(await call('GET', '/healthz', { token: '' })).toMatchObject(starting);
  world.setReady(true);
});

test('metrics count what was counted, and the phones by state', async () => {
  world.doors.counters.count('filesServed');
  world.doors.counters.count('filesServed');
  const { text, headers } = await call('GET', '/metrics', { token: '' });
  expect(headers['content-type']).toContain('text/plain');
  expect(text).toContain('plugtone_files_served_total 2\n');
  expect(text).toContain('plugtone_devices{state="pending"} 2\n');
  expect(text).toContain('plugtone_devices{state="approved"} 1\n');
  expect(text).toMatch(/process_cpu_user_seconds_total \d/);
  expect((await call('GET', '/metrics', { token: '' })).text).toContain('plugtone_files_served_total 2\n');
  for (const name of Object.keys(world.doors.counters.read())) {
    expect(text).toContain(`plugtone_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total `);
  }
});

test('the root leads to the documentation, and its pages need nothing from elsewhere', async () => {
  const root = await call('GET', '/', { token: '' });
  expect([root.status, root.headers.location]).toEqual([302, '/api/docs']);
  const page = await call('GET', '/api/docs/', { token: '' });
  expect(page.status).toBe(200);
  expect(page.text).not.toMatch(/(?:src|href)="https?:/);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  for (const [, file] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await call('GET', new URL(file ?? '', 'http://x/api/docs/').pathname, { token: '' });
    expect([file, asset.status]).toEqual([file, 200]);
  }
});

test('the OpenAPI document describes every route with an example', async () => {
  const document = (await call('GET', '/api/docs/json', { token: '' })).json;
  expect(document.openapi).toBe('3.1.0');
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as object).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
  );
  expect(operations.length).toBe(ROUTES.length + OPEN.length + 2);
  for (const { name, operation } of operations) {
    expect([name, operation.summary]).toEqual([name, expect.stringMatching(/./)]);
    const media = Object.values({ ...operation.responses, body: operation.requestBody ?? {} }).flatMap((answer) =>
      Object.values((answer as { content?: object }).content ?? {}),
    );
    const missing = media.filter(({ example, examples }) => example === undefined && examples === undefined);
    expect([name, missing]).toEqual([name, []]);
    if (!name.startsWith('delete')) expect([name, media.length > 0]).toEqual([name, true]);
    for (const parameter of operation.parameters ?? []) expect(parameter.name).toMatch(/./);
  }
});

test('raw HTTP: malformed requests get one line, pipelined ones their answers', async () => {
  const malformed = await exchange(port, 'GET / NOTHTTP\r\n\r\n');
  expect(malformed).toBe('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  const request = `GET /api/v1/devices/${APPROVED} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.tokens.viewer}\r\n`;
  const both = await exchange(port, `${request}\r\n${request}Connection: close\r\n\r\n`);
  expect(both.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(both.match(/"mac":"00156500000b"/g)).toHaveLength(2);
});

test('an error of accept ends nothing, and a port in use is a rejection', async () => {
  app.server.emit('error', new Error('accept EMFILE'));
  expect((await call('GET', '/healthz', { token: '' })).status).toBe(200);
  const second = await createWebServer(world.doors);
  await expect(second.listen({ host: '127.0.0.1', port })).rejects.toThrow(/EADDRINUSE/);
  await second.close();
});
