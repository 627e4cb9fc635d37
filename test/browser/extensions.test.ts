import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAppliance } from '../peers/running-appliance.ts';
import { expectAccessible, expectNoSidewaysScroll, openBrowser, useVisits } from './browser.ts';

const browser = await openBrowser();
let appliance: Awaited<ReturnType<typeof runAppliance>>;
const tokens = { admin: '', technician: '', viewer: '' };

beforeAll(async () => {
  appliance = await runAppliance();
  for (const role of ['viewer', 'technician', 'admin'] as const) tokens[role] = await appliance.createToken(role);
});
afterAll(async () => {
  await browser?.close();
  await appliance.remove();
});

const open = useVisits(browser, () => ({ webPort: appliance.appliance.webPort, token: tokens.technician }));

/** A page that answers "this is not right" is told by the browser, too. */
const isExpected = (complaint: string) => /status of (409|422)/.test(complaint);

test.skipIf(!browser)('an extension is made, its password is shown once, and it is changed and removed', async () => {
  const { page, complaints } = await open('/extensions');
  await page.getByText('There is no extension yet.').waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await page.getByLabel('Number').fill('10 1');
  await page.getByLabel('Display name').fill('<b>Empfang</b>');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('“10 1” is no extension').waitFor();
  expect(await page.getByLabel('Display name').inputValue()).toBe('<b>Empfang</b>');
  await expectAccessible(page);
  await page.getByLabel('Number').fill('101');
  await page.getByRole('button', { name: 'Make it' }).click();
  await page.getByText('This password is shown once').waitFor();
  const password = (await page.textContent('#drawn')) ?? '';
  expect(password).toMatch(/^\w{16}$/);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Copy' }).click();
  await page.getByText('Copied').waitFor();
  await page.getByRole('link', { name: 'I have it' }).click();
  await page.getByRole('cell', { name: '<b>Empfang</b>' }).waitFor();
  await page.getByRole('link', { name: '101' }).click();
  expect(await page.content()).not.toContain(password);
  await page.getByLabel('Voicemail').fill('*97');
  await page.getByLabel('Language').selectOption({ label: 'French' });
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('101 is saved').waitFor();
  await page.getByRole('cell', { name: 'French' }).waitFor();
  await page.getByRole('link', { name: '101' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Draw a password' }).click();
  expect(await page.textContent('#drawn')).not.toBe(password);
  await page.goBack();
  await page.getByRole('button', { name: 'Remove this extension' }).click();
  await page.getByText('101 is gone').waitFor();
  expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
});

test.skipIf(!browser)('a list with a bad row shows what it does before anything is written', async () => {
  const { page, complaints } = await open('/extensions/import');
  await expectAccessible(page);
  const list =
    'mac;extension;display_name\r\n00:15:65:00:01:01;201;K\u00fcche\r\n1,5650E+11;202;Labor\r\n00:15:65:00:01:03;203;\r\n';
  const file = { name: 'phones.csv', mimeType: 'text/csv', buffer: Buffer.from(list, 'latin1') };
  await page.getByLabel('File').setInputFiles(file);
  await page.waitForFunction("document.getElementById('list').value.includes('Küche')");
  await page.getByRole('button', { name: 'Look what it does' }).click();
  await page.getByText('1 refused').waitFor();
  const bad = page.locator('tr[data-effect="refused"]');
  expect(await bad.count()).toBe(1);
  expect(await bad.textContent()).toMatch(/^3.*Column mac: saw "1,5650E\+11".*a spreadsheet has turned a long number/s);
  expect(await page.locator('tr[data-effect="new"]').count()).toBe(2);
  await expectAccessible(page);
  expect((await appliance.api('GET', 'extensions')).body.items).toEqual([]);

  await page.getByRole('button', { name: 'Import the 2 good rows' }).click();
  await page.getByText('2 phones are imported').waitFor();
  await page.getByRole('cell', { name: 'Küche' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Yealink' }).first().click();
  await page.waitForURL('**/phones/001565000101');
  expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
});

test.skipIf(!browser)('what is no list is told; a whole list goes in as a whole', async () => {
  const { page } = await open('/extensions/import');
  await page.getByLabel('Or paste the list').fill('colour\nred');
  await page.getByRole('button', { name: 'Look what it does' }).click();
  await page.getByText('This is no list of phones').waitFor();
  await page.getByLabel('Or paste the list').fill('mac,extension\n00:15:65:00:01:01,301');
  await page.getByRole('button', { name: 'Look what it does' }).click();
  await page.getByText('other extensions').waitFor();
  await page.getByRole('button', { name: 'Import 1 phone' }).click();
  await page.getByText('1 phone is imported').waitFor();
});

test.skipIf(!browser)('an extension in use cannot be removed, and leads to its phone', async () => {
  const { page } = await open('/extensions/edit?number=203');
  await page.getByText('A phone has it').waitFor();
  await page.getByRole('link', { name: 'Yealink' }).waitFor();
  const answer = await page.request.post('/extensions/remove?number=203');
  expect([answer.status(), await answer.text()]).toEqual([409, expect.stringContaining('203 is on a phone')]);
});

test.skipIf(!browser)('the list is downloaded; with passwords by administrators only', async () => {
  const { page } = await open('/extensions/export');
  expect(await page.getByRole('button', { name: 'Download with passwords' }).count()).toBe(0);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(readFileSync((await download.path()) ?? '', 'utf8')).toContain('00:15:65:00:01:01,301,');
  expect((await page.request.post('/extensions/export/phones.csv')).status()).toBe(403);
  const admin = await open('/extensions/export', { token: tokens.admin });
  await expectAccessible(admin.page);
  const [full] = await Promise.all([
    admin.page.waitForEvent('download'),
    admin.page.getByRole('button', { name: 'Download with passwords' }).click(),
  ]);
  expect(readFileSync((await full.path()) ?? '', 'utf8')).toMatch(/^\ufeffmac,extension,display_name,password,/);
});

test.skipIf(!browser)('a viewer looks, and changes nothing', async () => {
  const { page } = await open('/extensions', { token: tokens.viewer });
  expect(await page.getByRole('link', { name: 'Add', exact: true }).count()).toBe(0);
  await page.goto('/extensions/edit?number=203');
  expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0);
  expect(await page.getByLabel('Display name').isDisabled()).toBe(true);
  for (const path of [
    'new',
    'edit?number=203',
    'password?number=203',
    'remove?number=203',
    'import',
    'import/preview',
  ]) {
    expect((await page.request.post(`/extensions/${path}`, { form: { number: '9', list: 'x' } })).status()).toBe(403);
  }
});

test.skipIf(!browser)('in German, on a phone: nothing sticks out', async () => {
  const { page } = await open('/extensions', { locale: 'de-DE', viewport: { width: 360, height: 740 } });
  for (const path of [
    '/extensions',
    '/extensions/new',
    '/extensions/edit?number=203',
    '/extensions/import',
    '/extensions/export',
  ]) {
    await page.goto(path);
    expect(await page.content()).not.toContain('⟦');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  }
  await page.goto('/extensions/import');
  await page.getByLabel('Oder die Liste einfügen').fill('mac,extension\n156512345678901,0101\n001565000901,401');
  await page.getByRole('button', { name: 'Ansehen' }).click();
  await page.getByText('gewollt ist').first().waitFor();
  await expectNoSidewaysScroll(page);
});
