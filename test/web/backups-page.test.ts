import { beforeEach, expect, test } from 'vitest';
import { createPageWorld, findMarkupFaults } from './page-world.ts';

const PASSPHRASE = 'b4ckup passphrase of the office';

let world: Awaited<ReturnType<typeof createPageWorld>>;
let admin: { readonly token: string };

beforeEach(async () => {
  world = await createPageWorld();
  admin = { token: world.tokens.admin };
  return () => world.app.close();
});

/** Everything that was shown, logged or kept for the record. */
function expectNoLeak(html: string): void {
  expect(`${html}${JSON.stringify([world.audit, world.lines])}`).not.toContain(PASSPHRASE);
}

const follow = async () => (await world.get('/backups', admin)).html;

test('the page shows that there is none yet, and both forms', async () => {
  const { status, html } = await world.get('/backups', admin);
  expect(status).toBe(200);
  expect(findMarkupFaults(html)).toEqual([]);
  expect(html).toContain('There is no backup in this appliance.');
  expect(html.match(/name="passphrase"/g)).toHaveLength(2);
  expect((await world.get('/backups', { ...admin, 'accept-language': 'de' })).html).toContain('Jetzt sichern');
});

test('a backup is made with a passphrase that is typed twice, listed and downloaded', async () => {
  const made = await world.post('/backups', { passphrase: PASSPHRASE, repeat: PASSPHRASE }, admin);
  expect([made.status, made.headers.location]).toEqual([303, '/backups']);
  expect(world.backups.passphrases).toEqual([PASSPHRASE]);
  const html = await follow();
  const [, link = ''] = /href="(\/backups\/plugtone-manual-[^"]+)"/.exec(html) ?? [];
  const file = await world.get(link, admin);
  expect([file.status, file.html]).toEqual([200, 'x'.repeat(40)]);
  expect(file.headers['content-disposition']).toMatch(/^attachment; filename="plugtone-manual-/);
  expect(world.audit[0]).toMatchObject({ actor: 'anna', action: 'backup.downloaded' });
  expectNoLeak(html);
});

test.each([
  ['nothing', '', '', 'A passphrase is needed'],
  ['a short one', 'short', 'short', 'At least 12 characters'],
  ['a simple one', 'administrator', 'administrator', 'tried first'],
  ['two different ones', PASSPHRASE, 'something else', 'not the same'],
])('%s makes no backup, and the page says why', async (_, passphrase, repeat, wanted) => {
  const refused = await world.post('/backups', { passphrase, repeat }, admin);
  expect(refused.status).toBe(422);
  expect(refused.html).toContain(wanted);
  expect(findMarkupFaults(refused.html)).toEqual([]);
  expect(world.backups.passphrases).toEqual([]);
  expectNoLeak(refused.html);
});

test('why a backup was not made stands on the page, and on the System page too', async () => {
  world.backups.fail('Too little room on the disk.');
  const failed = await world.post('/backups', { passphrase: PASSPHRASE, repeat: PASSPHRASE }, admin);
  expect(failed.status).toBe(500);
  for (const html of [failed.html, await follow(), (await world.get('/system')).html]) {
    expect(html).toContain('Too little room on the disk.');
    expect(findMarkupFaults(html)).toEqual([]);
  }
});

test('backups by night: a number and a passphrase, which stays when the field is left empty', async () => {
  const save = (form: Record<string, string>) =>
    world.post('/backups/nightly', { revision: String(world.office.site().revision), ...form }, admin);
  expect((await save({ kept: '14' })).html).toContain('A passphrase is needed');
  expect((await save({ kept: '1000', passphrase: PASSPHRASE, repeat: PASSPHRASE })).html).toContain('from 0 to 366');
  expect((await save({ kept: '14', passphrase: PASSPHRASE, repeat: PASSPHRASE })).status).toBe(303);
  expect(world.office.site().backupPassphrase?.reveal()).toBe(PASSPHRASE);
  expect((await save({ kept: '7' })).status).toBe(303);
  expect(world.office.site().trust.nightlyBackupsKept).toBe(7);
  expect(world.office.site().backupPassphrase?.reveal()).toBe(PASSPHRASE);
  const html = await follow();
  expect(html).toContain('A passphrase is set.');
  expectNoLeak(html);
  const stale = await world.post('/backups/nightly', { revision: '0', kept: '3' }, admin);
  expect(stale.status).toBe(303);
  expect(world.office.site().trust.nightlyBackupsKept).toBe(7);
});

test('only administrators come here', async () => {
  for (const token of [world.tokens.viewer, world.tokens.technician]) {
    expect((await world.get('/backups', { token })).status).toBe(403);
    expect((await world.post('/backups', { passphrase: PASSPHRASE, repeat: PASSPHRASE }, { token })).status).toBe(403);
  }
  expect((await world.get('/system')).html).not.toContain('href="/backups"');
  expect((await world.get('/system', admin)).html).toContain('href="/backups"');
});
