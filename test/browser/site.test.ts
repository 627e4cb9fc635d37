import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { declineDialogs, expectAccessible, expectNoSidewaysScroll, openBrowser, useVisits } from './browser.ts';

const browser = await openBrowser();
const [vendor] = vendors;
let appliance: Awaited<ReturnType<typeof runAppliance>>;
const tokens = { admin: '', technician: '', viewer: '' };

/** Two phones that are configured, and two that never showed themselves. */
beforeAll(async () => {
  appliance = await runAppliance();
  for (const role of ['viewer', 'technician', 'admin'] as const) tokens[role] = await appliance.createToken(role);
  if (vendor === undefined) throw new Error('no vendor is known');
  for (const [index, address] of ['001565000001', '001565000002'].entries()) {
    await appliance.phone(vendor, mac(address));
    await until(async () => (await appliance.api('GET', `devices/${address}`)).status === 200);
    await appliance.api('POST', `devices/${address}/approve`, { extension: String(101 + index) });
  }
  await fetch(`http://127.0.0.1:${appliance.appliance.webPort}/api/v1/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'text/csv' },
    body: 'mac,extension,display_name,vendor,model,setting.language\n000413000003,103,Labor,snom,D785,de\n000413000004,104,,snom,D785,fr\n',
  });
});
afterAll(async () => {
  await browser?.close();
  await appliance.remove();
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries++) {
    if (tries > 200) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const open = useVisits(browser, () => ({ webPort: appliance.appliance.webPort, token: tokens.admin }));

const look = (page: Page) => page.getByRole('button', { name: 'Look what it changes' }).click();
const site = async () => (await appliance.api('GET', 'site')).body;

test.skipIf(!browser)('what is wrong is told as one types', async () => {
  const { page, complaints } = await open('/site');
  await expectAccessible(page);
  await page.getByLabel('VLAN (0: none)').pressSequentially('5000');
  await page.locator('#e-vlanId').getByText('wanted a whole number from 0 to 4094').waitFor();
  await page.waitForSelector('#f-vlanId[aria-invalid="true"]');
  expect(await page.evaluate("document.activeElement.id + ' ' + document.activeElement.value")).toBe('f-vlanId 5000');
  await expectAccessible(page);
  await page.getByLabel('VLAN (0: none)').fill('50');
  await page.waitForSelector('#f-vlanId:not([aria-invalid])');
  await page.getByLabel('Time zone').fill('Europe/Berlim');
  await page.locator('#e-timeZone').getByText('Is it one of Europe/Berlin').waitFor();
  await page.getByLabel('Time zone').fill('Europe/Berlin');
  await page.locator('#e-timeZone').getByText('Next change:').waitFor();
  await page.getByLabel('Last number').fill('x');
  await page.getByLabel('First number').fill('20');
  await page.locator('#e-rule-0-lastExtension').getByText('wanted').waitFor();
  await look(page);
  await page.getByRole('link', { name: 'Last number' }).click();
  expect(await page.evaluate('document.activeElement.id')).toBe('f-rule-0-lastExtension');
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)(
  'a change shows what it changes with one phone as the example, is applied, and the phones fetch it',
  async () => {
    const { page, complaints } = await open('/site');
    await page.getByLabel('Language', { exact: true }).fill('de');
    await page.getByText('Not applied yet').waitFor();
    await look(page);
    await page.getByRole('heading', { name: 'This changes 2 phones of 4' }).waitFor();
    const diff = page.locator('[data-diff]');
    expect(await diff.textContent()).toMatch(/−.*English.*\+.*German/s);
    expect(await page.locator('#example option').count()).toBe(2);
    expect((await site()).settings).toEqual({});
    await expectAccessible(page);
    // What is typed now was not looked at.
    await page.getByLabel('SIP server').fill('pbx.example');
    await diff.waitFor({ state: 'detached' });
    await look(page);
    await page.getByRole('heading', { name: 'This changes 4 phones of 4' }).waitFor();
    await page.selectOption('#example', '000413000003');
    await page.getByText('000413000003.xml').waitFor();
    expect(await diff.textContent()).toContain('pbx.example');
    await page.getByRole('button', { name: 'Apply to 4 phones' }).click();
    await page.waitForURL('**/site/resync');
    await page.getByText('Applied: 4 phones have new files.').waitFor();
    expect((await site()).settings).toEqual({ language: 'de', sipServer: 'pbx.example' });
    await expectAccessible(page);

    await page.getByRole('button', { name: 'Now' }).click();
    await page.getByText('4 of 4 phones').waitFor({ timeout: 20_000 });
    expect(await page.textContent('[data-asked]')).toBe('2');
    expect(await page.textContent('[data-fetched]')).toBe('2');
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  },
);

test.skipIf(!browser)('what nobody wants is reverted, with a warning where it would be lost', async () => {
  const { page } = await open('/site');
  await page.getByLabel('Name of the site').fill('Nobody');
  const asked = declineDialogs(page);
  await page.getByRole('link', { name: 'Extensions' }).click();
  await page.waitForFunction('true');
  expect(asked).toEqual(['beforeunload']);
  expect(page.url()).toMatch(/\/site$/);
  await page.getByRole('link', { name: 'Revert' }).click();
  await page.waitForFunction("document.getElementById('f-name').value === 'Plugtone'");
  expect(asked).toHaveLength(1);
});

test.skipIf(!browser)('two people at once: the second is told, and nothing is taken back', async () => {
  const { page } = await open('/site');
  await appliance.api('PUT', 'site', { name: 'Praxis Dr. Sommer' });
  await page.getByLabel('Events are kept').fill('30');
  await look(page);
  await page.getByText('Somebody else has changed the site meanwhile').waitFor();
  await page.getByRole('link', { name: 'Revert' }).click();
  await page.waitForFunction("document.getElementById('f-name').value === 'Praxis Dr. Sommer'");
  await page.getByLabel('Events are kept').fill('30');
  await look(page);
  await page.getByRole('heading', { name: 'This changes no phone’s file' }).waitFor();
  await page.getByRole('button', { name: 'Apply', exact: true }).click();
  await page.getByText('Applied. No phone’s file is different.').waitFor();
  expect(await site()).toMatchObject({ name: 'Praxis Dr. Sommer', retentionDays: 30 });
});

test.skipIf(!browser)('makers and models have layers of their own', async () => {
  const { page, complaints } = await open('/site/layers');
  await expectAccessible(page);
  await page.getByLabel('Model', { exact: true }).selectOption('snom/D785');
  await page.getByRole('button', { name: 'Edit its settings' }).click();
  await page.getByRole('heading', { name: 'Snom D785', level: 1 }).waitFor();
  expect(await page.getByText('Empty: pbx.example (site)').count()).toBe(1);
  await page.getByLabel('DSCP of speech').fill('34');
  await look(page);
  await page.getByRole('button', { name: 'Apply to 2 phones' }).click();
  await page.waitForURL('**/site/resync');
  expect((await site()).modelSettings).toEqual({ 'snom/D785': { dscpRtp: 34 } });
  await page.getByRole('button', { name: 'Tonight at three' }).click();
  await page.getByText('2 phones are asked at night').waitFor();
  await page.getByRole('button', { name: 'Take it back' }).click();
  await page.getByText('It is taken back').waitFor();
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)(
  'an override is tried with a phone while one types, flagged where its key is gone, and saved',
  async () => {
    const { page, complaints } = await open('/site/overrides');
    await expectAccessible(page);
    await page.locator('a[href*="vendor=yealink"]', { hasText: 'overrides.json' }).click();
    await page.getByText('As it is now.').first().waitFor();
    const text = page.locator('#text');
    await text.fill('{"set": {');
    await page.locator('[data-fault]').getByText('not JSON').waitFor();
    await text.fill('{"set": {"local_time.date_format": "5", "gone.key": "1", "account.1.password": "0ther-Pa55"}}');
    await page.locator('[data-diff]').first().getByText('local_time.date_format').first().waitFor();
    await page.locator('[data-flag]').getByText('gone.key').waitFor();
    expect(await page.textContent('#override-preview')).not.toContain('Pa55');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Save and put in force' }).click();
    await page.getByText('overrides.json is saved').waitFor();
    expect(readFileSync(join(appliance.dataDir, 'site/overrides/yealink/overrides.json'), 'utf8')).toContain(
      'gone.key',
    );
    await until(async () => {
      const config = await appliance.api('GET', 'devices/001565000001/config');
      return config.body.text.includes('local_time.date_format = 5');
    });
    await page.goto('/site/overrides');
    await page.locator('[data-flag]').getByText('gone.key').waitFor();
    await page.locator('a[href*="vendor=yealink"]', { hasText: 'overrides.json' }).click();
    await page.getByRole('button', { name: 'Use ours again' }).click();
    await page.getByText('overrides.json is removed').waitFor();
    expect(complaints).toEqual([]);
  },
);

test.skipIf(!browser)('a template that is not sound is not saved', async () => {
  const { page } = await open('/site/overrides/edit?vendor=yealink&file=phone.cfg.hbs');
  const ours = await page.inputValue('#text');
  await page.locator('#text').fill(`${ours}{{no.such.name}}\n`);
  await page.locator('[data-fault]').getByText('"no.such.name" is not a name').waitFor();
  await page.getByRole('button', { name: 'Save and put in force' }).click();
  await page.getByRole('alert').getByText('"no.such.name" is not a name').waitFor();
  expect(await page.inputValue('#text')).toContain('no.such.name');
  await page.locator('#text').fill(`${ours}features.ours = 1\n`);
  await page.locator('[data-diff]').getByText('features.ours').waitFor();
});

test.skipIf(!browser)('who is no administrator looks, and changes nothing', async () => {
  const { page } = await open('/site', { token: tokens.technician });
  expect(await page.getByLabel('SIP server').isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Look what it changes' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Templates and overrides' }).count()).toBe(0);
  const post = async (path: string) => (await page.request.post(path, { form: { name: 'x', when: 'now' } })).status();
  for (const path of [
    '/site/apply',
    '/site/preview',
    '/site/check?field=name',
    '/site/overrides/save?vendor=snom&file=overrides.json',
  ])
    expect([path, await post(path)]).toEqual([path, 403]);
  expect((await page.request.get('/site/overrides')).status()).toBe(403);
  const viewer = await open('/site/resync', { token: tokens.viewer });
  expect(await viewer.page.getByRole('button', { name: 'Now' }).count()).toBe(0);
  expect((await viewer.page.request.post('/site/resync', { form: { when: 'now' } })).status()).toBe(403);
});

test.skipIf(!browser)('without script the same forms work', async () => {
  const { page } = await open('/site', { javaScriptEnabled: false });
  await page.getByLabel('SIP server').fill('pbx two');
  await look(page);
  await page.getByText('1 field is not right yet').waitFor();
  await page.getByLabel('SIP server').fill('pbx2.example');
  await look(page);
  await page.getByRole('heading', { name: 'This changes 4 phones of 4' }).waitFor();
  expect(await page.inputValue('#f-sipServer')).toBe('pbx2.example');
  await page.getByRole('button', { name: 'Apply to 4 phones' }).click();
  await page.getByText('Applied: 4 phones').waitFor();
  expect((await site()).settings.sipServer).toBe('pbx2.example');
});

test.skipIf(!browser)('in German, on a phone, in the dark: nothing sticks out', async () => {
  const phone = { locale: 'de-DE', viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;
  const { page } = await open('/site', phone);
  for (const path of [
    '',
    '/layers',
    '/layer?of=snom',
    '/resync',
    '/overrides',
    '/overrides/edit?vendor=snom&file=phone.xml.hbs',
  ]) {
    await page.goto(`/site${path}`);
    expect(await page.content()).not.toContain('⟦');
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  }
  await page.goto('/site');
  await page.getByLabel('SIP-Server').fill('dritter.example');
  // One row: the tops of its parts lie within the height of one button.
  const parts = await page.locator('.apply-bar > *').all();
  const boxes = await Promise.all(parts.map((part) => part.boundingBox()));
  const middles = boxes.map((box) => (box === null ? 0 : box.y + box.height / 2));
  expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(22);
  expect(Math.max(...boxes.map((box) => (box === null ? 0 : box.x + box.width)))).toBeLessThanOrEqual(360);
  await page.getByRole('button', { name: 'Ansehen' }).click();
  await page.getByRole('heading', { name: 'Das ändert 4 Telefone von 4' }).waitFor();
  await expectNoSidewaysScroll(page);
  // The bar with the buttons lies over half a box otherwise.
  await page.evaluate('scrollTo(0, 0)');
  await expectAccessible(page);
});
