import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { APPROVED, createWorld, NOW, PENDING } from './web-world.ts';

const world = createWorld();
let app: ApiApp;
let call: ApiClient;

beforeAll(async () => {
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.admin);
  world.record(PENDING, 'seen');
  world.record(PENDING, 'refused', {}, 'nobody has decided yet');
  world.record(APPROVED, 'stalled', { copies: 7 }, 'no answer to NOTIFY (ua-profile)');
  world.logged.push({ id: 1, at: NOW, level: 'warn', event: 'a.b', message: 'something', detail: { bytes: 1 } });
  await world.office.commit({
    audit: [
      { at: NOW, actor: 'anna', from: '192.0.2.5', action: 'device.blocked', subject: PENDING, detail: {} },
      { at: NOW, actor: 'theo', action: 'site.changed', subject: 'site', detail: {} },
    ],
  });
});
afterAll(() => app.close());

test('the newest refusals and stalls of all phones', async () => {
  const { json } = await call('GET', '/api/v1/journeys?step=refused,stalled');
  expect(json).toEqual({
    items: [
      {
        mac: APPROVED,
        at: expect.any(String),
        step: 'stalled',
        reason: 'no answer to NOTIFY (ua-profile)',
        detail: { copies: 7 },
      },
      { mac: PENDING, at: expect.any(String), step: 'refused', reason: 'nobody has decided yet', detail: {} },
    ],
    next: null,
  });
  const first = (await call('GET', '/api/v1/journeys?limit=2')).json;
  expect(first.items).toHaveLength(2);
  expect(first.next).toEqual(expect.any(String));
  const second = (await call('GET', `/api/v1/journeys?limit=2&before=${first.next}`)).json;
  expect(second.items.map(({ step }: { step: string }) => step)).toEqual(['seen']);
});

test.each([
  'step=refused,',
  'step=dancing',
  'step=',
  'from=yesterday',
  'until=2026-13-01T00:00:00Z',
  'limit=0',
  'order=up',
])('journeys?%s is refused', async (query) => {
  expectProblem(await call('GET', `/api/v1/journeys?${query}`), 400, 'invalid-input');
});

test('decisions are narrowed by who and what', async () => {
  const subjects = async (query: string) =>
    (await call('GET', `/api/v1/audit?${query}`)).json.items.map(({ subject }: { subject: string }) => subject);
  expect(await subjects('actor=anna')).toEqual([PENDING]);
  expect(await subjects('subject=00:15:65:00:00:0A')).toEqual([PENDING]);
  expect(await subjects('subject=site')).toEqual(['site']);
});

test('decisions say from where they came, as far as it is known', async () => {
  const { items } = (await call('GET', '/api/v1/audit')).json;
  expect(items.map(({ actor, from }: { actor: string; from: string | null }) => [actor, from])).toEqual([
    ['anna', '192.0.2.5'],
    ['theo', null],
  ]);
});

test('the program tells of itself: warnings, counts, state', async () => {
  expect((await call('GET', '/api/v1/log')).json.items).toEqual([
    { id: 1, at: new Date(NOW).toISOString(), level: 'warn', event: 'a.b', message: 'something', detail: { bytes: 1 } },
  ]);
  expect((await call('GET', '/api/v1/history')).json.items).toEqual([
    {
      at: new Date(NOW).toISOString(),
      seconds: 300,
      phones: { pending: 2, approved: 1, blocked: 1 },
      exchanges: 3,
      filesServed: 4,
      refusals: 5,
    },
  ]);
  const { json, text } = await call('GET', '/api/v1/system');
  expect(json).toMatchObject({
    version: '1.2.3',
    uptimeSeconds: expect.any(Number),
    ports: { web: 8080, phones: 8060, pnp: 5060 },
    interfaces: [{ name: 'eth0', address: '192.168.10.2', prefixLength: 24 }],
    listener: {
      bound: true,
      joined: ['192.168.10.2'],
      receiveBuffer: { asked: 4_194_304, granted: 212_992 },
      problem: null,
    },
    database: { bytes: 1_048_576, walBytes: 65_536 },
    templates: { problems: ['overrides.json is broken: line 3'], notes: [] },
  });
  // Where the files lie is nobody's business.
  expect(text).not.toContain('/var/lib');
});

test('the record is looked through when an administrator asks', async () => {
  const { json } = await call('GET', '/api/v1/audit/verify');
  expect(json).toMatchObject({
    sound: false,
    problem: 'rows 3 to 4 were removed',
    row: 3,
    foundAt: null,
    checkedAt: new Date(NOW).toISOString(),
    rows: 2,
    oldRows: 1,
    head: `9:${'f'.repeat(64)}`,
  });
  expect((await call('GET', '/api/v1/system')).json.audit).toEqual(json);
  expectProblem(await call('GET', '/api/v1/audit/verify', { token: world.tokens.technician }), 403, 'forbidden');
});
