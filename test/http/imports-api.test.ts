import { beforeEach, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { APPROVED, createWorld, mac, type World } from './web-world.ts';

let world: World;
let app: ApiApp;
let call: ApiClient;
const CSV = { 'content-type': 'text/csv' };

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.technician, ['s3cret-201']);
  return () => app.close();
});

const GOOD = 'mac,extension,display_name,password\r\n00:15:65:00:01:01,201,Labor,s3cret-201\r\n';
const MIXED = `${GOOD}1.5650E+11,202,Küche,\r\n00:15:65:00:01:03,101,Dritte,\r\n`;

test('a preview tells each row and each fault, and writes nothing', async () => {
  const { status, json } = await call('POST', '/api/v1/imports/preview', { body: MIXED, headers: CSV });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    stored: false,
    counts: { new: 1, changed: 0, unchanged: 0, refused: 2 },
    effects: [
      { line: 2, mac: '001565000101', extensions: ['201'], effect: 'new', changes: ['new-extension'], reason: '' },
      { line: 4, mac: '001565000103', effect: 'refused', reason: expect.stringContaining('101') },
    ],
    faults: [{ line: 3, column: 'mac', saw: '"1.5650E+11"', wanted: expect.stringContaining('spreadsheet') }],
  });
  expect(world.office.findDevice(mac('001565000101'))).toBeUndefined();
  expect(world.audit).toEqual([]);
});

test('a preview says what becomes different of a phone that is there', async () => {
  const list = `mac,extension,display_name,password,setting.language\n${APPROVED},102,Neu,s3cret-201,de\n`;
  const { json } = await call('POST', '/api/v1/imports/preview', { body: list, headers: CSV });
  expect(json.effects).toMatchObject([
    { effect: 'changed', changes: ['extensions', 'settings', 'display-name', 'password'] },
  ]);
});

test('a bad row keeps all out, unless a part is asked for', async () => {
  const refused = await call('POST', '/api/v1/imports', { body: MIXED, headers: CSV });
  const problem = expectProblem(refused, 409, 'rows-refused');
  expect(problem.errors).toMatchObject([{ where: 'line 3, column mac' }, { where: 'line 4', saw: '101' }]);
  expect(world.office.findDevice(mac('001565000101'))).toBeUndefined();

  const part = await call('POST', '/api/v1/imports?partial=true', { body: MIXED, headers: CSV });
  expect(part.json).toMatchObject({ stored: true, counts: { new: 1, refused: 2 } });
  expect(world.office.findDevice(mac('001565000101'))).toMatchObject({ state: 'approved', extensions: ['201'] });
  expect(world.audit).toMatchObject([{ actor: 'theo', action: 'devices.imported' }]);
});

test('a small list with many faults has no large answer, and nothing of it is imported', async () => {
  const body = `mac,extension,display_name\r\n00:15:65:00:01:01,201,Labor\r\n${'x,y z\n'.repeat(1_000)}`;
  const preview = await call('POST', '/api/v1/imports/preview', { body, headers: CSV });
  expect(preview.json).toMatchObject({ counts: { new: 1, refused: 1_000 }, moreFaults: 1_900 });
  expect(preview.json.faults).toHaveLength(100);
  expect(preview.text.length).toBeLessThan(20_000);

  const refused = await call('POST', '/api/v1/imports', { body, headers: CSV });
  const problem = expectProblem(refused, 409, 'rows-refused');
  expect(problem.errors).toHaveLength(100);
  expect(problem.detail).toContain('1900 more fault(s)');
  expect(world.office.findDevice(mac('001565000101'))).toBeUndefined();

  const part = await call('POST', '/api/v1/imports?partial=true', { body, headers: CSV });
  expect(part.json).toMatchObject({ stored: true, counts: { new: 1, refused: 1_000 }, moreFaults: 1_900 });

  const columns = Array.from({ length: 400 }, (_, index) => `c${index}`).join(',');
  const none = await call('POST', '/api/v1/imports', { body: `${columns}\n`, headers: CSV });
  expect(expectProblem(none, 400, 'no-list').errors.length).toBeLessThanOrEqual(100);
});

test('the same list again changes nothing', async () => {
  await call('POST', '/api/v1/imports', { body: GOOD, headers: CSV });
  const again = await call('POST', '/api/v1/imports', { body: GOOD, headers: CSV });
  expect(again.json).toMatchObject({ stored: true, counts: { new: 0, changed: 0, unchanged: 1 } });
  expect(world.audit).toHaveLength(1);
});

test('a list as older spreadsheets write it is read byte by byte', async () => {
  const body = Buffer.from('mac;extension;display_name\r\n00:15:65:00:01:01;201;K\u00fcche\r\n', 'latin1');
  expect((await call('POST', '/api/v1/imports', { body, headers: CSV })).json.stored).toBe(true);
  expect(world.office.findExtension('201')?.displayName).toBe('Küche');
});

test('what is no list is told so, and nothing but CSV is read', async () => {
  const colours = await call('POST', '/api/v1/imports', { body: 'colour\nred\n', headers: CSV });
  expect(expectProblem(colours, 400, 'no-list').errors.length).toBeGreaterThan(0);
  expectProblem(await call('POST', '/api/v1/imports'), 400, 'invalid-input');
  expectProblem(await call('POST', '/api/v1/imports', { body: {} }), 415, 'unsupported-media-type');
  const elsewhere = await call('PUT', '/api/v1/extensions/101', { body: GOOD, headers: CSV });
  expectProblem(elsewhere, 415, 'unsupported-media-type');
  const wrong = await call('POST', '/api/v1/imports?partial=yes', { body: GOOD, headers: CSV });
  expect(expectProblem(wrong, 400, 'invalid-input').errors).toMatchObject([{ where: 'query.partial' }]);
});

test('the export is the list that an import reads, and is audited', async () => {
  const exported = await call('GET', '/api/v1/export', { token: world.tokens.viewer });
  expect(exported.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(exported.headers['content-disposition']).toContain('phones.csv');
  expect(exported.text).toContain('00:15:65:00:00:0b,101,Empfang');
  expect(world.audit).toMatchObject([
    { actor: 'vera', action: 'devices.exported', detail: { phones: 1, passwords: false } },
  ]);
  const back = await call('POST', '/api/v1/imports/preview', { body: exported.text, headers: CSV });
  expect(back.json).toMatchObject({ counts: { unchanged: 1, refused: 0 } });
  const semicolons = await call('GET', '/api/v1/export?delimiter=semicolon');
  expect(semicolons.text).toContain('00:15:65:00:00:0b;101;Empfang');
});

test('only an administrator gets passwords', async () => {
  expectProblem(await call('GET', '/api/v1/export?passwords=true'), 403, 'forbidden');
  expect(world.audit).toEqual([]);
  const response = await app.inject({
    url: '/api/v1/export?passwords=true',
    headers: { authorization: `Bearer ${world.tokens.admin}` },
  });
  expect(response.body).toContain('sip-Pa55-of-101');
  expect(world.audit).toMatchObject([{ actor: 'anna', detail: { passwords: true } }]);
});
