import { rm } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { APPROVED, createWorld, type World } from './web-world.ts';

let world: World;
let app: ApiApp;
let call: ApiClient;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.admin);
  return async () => {
    await app.close();
    await rm(world.siteDir, { recursive: true, force: true });
  };
});

test('a preview says which phones a change of the site reaches, with one of them, and changes nothing', async () => {
  const body = { settings: { language: 'de' }, retentionDays: 7 };
  const { status, json } = await call('POST', `/api/v1/site/preview?example=${APPROVED}`, { body });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    phones: 1,
    changed: 1,
    changedPhones: [APPROVED],
    broken: [],
    exact: true,
    notes: [],
    example: { mac: APPROVED, file: expect.stringContaining('.cfg') },
  });
  expect(json.example.diff).toContainEqual({ kind: 'added', text: expect.stringContaining('German') });
  expect(json.example.diff).toContainEqual({ kind: 'skipped', text: '' });
  expect(world.office.site().revision).toBe(0);
  expect(world.audit).toEqual([]);
});

test('a preview of what changes no file has no example', async () => {
  const { json } = await call('POST', '/api/v1/site/preview', { body: { answerPending: true } });
  expect(json).toMatchObject({ changed: 0, example: null });
});

test('a preview refuses what PUT site refuses', async () => {
  const wrong = await call('POST', '/api/v1/site/preview', { body: { settings: { vlanId: 'many' } } });
  expect(expectProblem(wrong, 400, 'invalid-input').errors).toMatchObject([{ where: 'body.settings.vlanId' }]);
  expectProblem(await call('POST', '/api/v1/site/preview?example=x', { body: {} }), 400, 'invalid-input');
});

test('phones are asked now or at night, and it can be taken back', async () => {
  expect((await call('GET', '/api/v1/resyncs')).json).toEqual({ run: null, plan: null });
  const now = await call('POST', '/api/v1/resyncs', { body: { when: 'now' } });
  expect(now.status).toBe(202);
  expect(now.json.run).toMatchObject({ by: 'anna', phones: 1, endedAt: null });
  const tonight = await call('POST', '/api/v1/resyncs', { body: { phones: ['00:15:65:00:00:0B'], when: 'tonight' } });
  expect(tonight.json.plan).toMatchObject({ by: 'anna', phones: 1, at: expect.stringMatching(/Z$/) });
  expect((await call('DELETE', '/api/v1/resyncs')).json.plan).toBeNull();
  const wrong = await call('POST', '/api/v1/resyncs', { body: { phones: ['x'], when: 'now' } });
  expect(expectProblem(wrong, 400, 'invalid-input').errors).toMatchObject([{ where: 'body.phones.0' }]);
});

const FILE = '/api/v1/overrides/yealink/overrides.json';

test('an override is tried, put, listed and taken back', async () => {
  const text = '{"set":{"local_time.date_format":"5","gone.key":"1"}}';
  const preview = await call('POST', `${FILE}/preview`, { body: { text, mac: APPROVED } });
  expect(preview.json).toMatchObject({ mac: APPROVED, notes: [expect.stringContaining('gone.key')] });
  expect(preview.json.files[0].diff).toContainEqual({ kind: 'added', text: 'local_time.date_format = 5' });
  expect((await call('GET', FILE)).json).toMatchObject({ site: null, version: 'none' });

  const put = await call('PUT', FILE, { body: { text, version: 'none' } });
  expect(put.json).toMatchObject({ vendor: 'yealink', file: 'overrides.json', site: `${text}\n` });
  expect((await call('PUT', FILE, { body: { text } })).json).toEqual(put.json);
  expectProblem(await call('PUT', FILE, { body: { text: '{}', version: 'none' } }), 409, 'changed-meanwhile');
  const list = (await call('GET', '/api/v1/overrides')).json.items;
  expect(list[0]).toMatchObject({
    vendor: 'yealink',
    files: [{ file: 'overrides.json', changedAt: expect.stringMatching(/Z$/) }, { changedAt: null }, {}],
    notes: [expect.stringContaining('gone.key')],
  });
  expect((await call('DELETE', FILE)).json.site).toBeNull();
  expect(world.audit.map(({ action }) => action)).toEqual(['override.removed', 'override.changed']);
});

test('what is not sound, and what is not there, is told', async () => {
  const broken = await call('PUT', FILE, { body: { text: '{"set":{"a":true}}' } });
  expect(expectProblem(broken, 400, 'override-not-sound').detail).toContain('"a" is a boolean');
  for (const path of ['nobody/overrides.json', 'yealink/passwd', 'yealink/..%2f..%2fplugtone.db']) {
    expectProblem(await call('GET', `/api/v1/overrides/${path}`), 404, 'no-such-override');
  }
  expectProblem(await call('PUT', '/api/v1/overrides/yealink/x', { body: { text: '' } }), 404, 'no-such-override');
});
