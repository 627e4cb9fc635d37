import { beforeEach, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { createWorld, type World } from './web-world.ts';

const PASSPHRASE = 'b4ckup passphrase of the office';
const SHORT = 'sh0rt-one';

let world: World;
let app: ApiApp;
let call: ApiClient;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.admin, [PASSPHRASE, SHORT]);
  return () => app.close();
});

const put = (body: unknown) => call('PUT', '/api/v1/site', { body });

test('a backup is made, listed and downloaded, and the audit knows of all of it', async () => {
  const made = await call('POST', '/api/v1/backups', { body: { passphrase: PASSPHRASE } });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({ kind: 'manual', bytes: 40 });
  const list = await call('GET', '/api/v1/backups');
  expect(list.json).toMatchObject({ items: [made.json], isRunning: false, lastProblem: null, nextAt: null });
  const file = await call('GET', `/api/v1/backups/${made.json.name}`);
  expect([file.status, file.text]).toEqual([200, 'x'.repeat(40)]);
  expect(file.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-length': '40',
    'content-disposition': `attachment; filename="${made.json.name}"`,
    'cache-control': 'no-store',
  });
  expect(world.audit.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
    'anna backup.downloaded',
    'anna backup.made',
  ]);
  expect(JSON.stringify([world.audit, world.lines])).not.toContain(PASSPHRASE);
  expect(world.backups.passphrases).toEqual([PASSPHRASE]);
});

test('without a passphrase, that of the site is used; without either it says so', async () => {
  expectProblem(await call('POST', '/api/v1/backups', { body: {} }), 409, 'no-backup-passphrase');
  expect((await put({ backupPassphrase: PASSPHRASE })).json).toMatchObject({ backupPassphraseSet: true });
  expect((await call('POST', '/api/v1/backups', { body: {} })).status).toBe(201);
  expect(world.backups.passphrases).toEqual([PASSPHRASE]);
});

test('what goes wrong is told, and stays told', async () => {
  expectProblem(await call('POST', '/api/v1/backups', { body: { passphrase: SHORT } }), 400, 'invalid-input');
  expectProblem(
    await call('POST', '/api/v1/backups', { body: { passphrase: 'administrator' } }),
    400,
    'weak-passphrase',
  );
  world.backups.fail('Too little room on the disk.');
  const failed = expectProblem(
    await call('POST', '/api/v1/backups', { body: { passphrase: PASSPHRASE } }),
    500,
    'backup-failed',
  );
  expect(failed.detail).toBe('Too little room on the disk.');
  expect((await call('GET', '/api/v1/backups')).json.lastProblem).toBe('Too little room on the disk.');
});

test.each(['plugtone-manual-2026-01-07T01-30-00-000.backup', '..%2Fplugtone.db', 'secret.key', 'a'.repeat(100)])(
  'there is no backup %s',
  async (name) => {
    const answer = await call('GET', `/api/v1/backups/${name}`);
    expect([400, 404]).toContain(answer.status);
  },
);

test('only administrators see, make and download backups', async () => {
  for (const token of [world.tokens.viewer, world.tokens.technician]) {
    const other = createClient(app, token);
    expectProblem(await other('GET', '/api/v1/backups'), 403, 'forbidden');
    expectProblem(await other('POST', '/api/v1/backups', { body: { passphrase: PASSPHRASE } }), 403, 'forbidden');
    expectProblem(await other('GET', '/api/v1/backups/x.backup'), 403, 'forbidden');
  }
  expect(world.backups.passphrases).toEqual([]);
});

test('nightly backups want a passphrase, and losing it while they are wanted is refused', async () => {
  const without = expectProblem(await put({ trust: { nightlyBackupsKept: 14 } }), 400, 'invalid-input');
  expect(without.errors).toMatchObject([{ where: 'body.backupPassphrase', saw: 'nothing' }]);
  const both = await put({ trust: { nightlyBackupsKept: 14 }, backupPassphrase: PASSPHRASE });
  expect(both.json).toMatchObject({ trust: { nightlyBackupsKept: 14 }, backupPassphraseSet: true });
  expect(world.audit[0]?.detail).toMatchObject({ changed: 'trust.nightlyBackupsKept backupPassphrase' });
  expectProblem(await put({ backupPassphrase: null }), 400, 'invalid-input');
  expect((await put({ trust: { nightlyBackupsKept: 0 }, backupPassphrase: null })).json).toMatchObject({
    backupPassphraseSet: false,
  });
});

test.each([
  [{ trust: { nightlyBackupsKept: -1 } }, 'body.trust.nightlyBackupsKept'],
  [{ trust: { nightlyBackupsKept: 367 } }, 'body.trust.nightlyBackupsKept'],
  [{ trust: { nightlyBackupsKept: 1.5 } }, 'body.trust.nightlyBackupsKept'],
  [{ trust: { nightlyBackupKept: 1 } }, 'body.trust.nightlyBackupKept'],
  [{ backupPassphrase: SHORT }, 'body.backupPassphrase'],
  [{ backupPassphrase: 'with a\nline end in it' }, 'body.backupPassphrase'],
  [{ backupPassphrase: 'administrator' }, 'body.backupPassphrase'],
  [{ backupPassphrase: 12 }, 'body.backupPassphrase'],
])('%j is refused at %s', async (body, where) => {
  const { errors } = expectProblem(await put(body), 400, 'invalid-input');
  expect(errors).toEqual(expect.arrayContaining([expect.objectContaining({ where })]));
});
