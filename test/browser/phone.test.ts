import { afterAll, beforeAll, expect, test } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { expectAccessible, expectNoSidewaysScroll, openBrowser, useVisits, waitForLive } from './browser.ts';

const PHONE = '001565000001';

const browser = await openBrowser();
const [vendor] = vendors;
let appliance: Awaited<ReturnType<typeof runAppliance>>;
const tokens = { admin: '', technician: '', viewer: '' };
let closePhone: (() => Promise<void>) | undefined;

beforeAll(async () => {
  appliance = await runAppliance();
  for (const role of ['viewer', 'technician', 'admin'] as const) tokens[role] = await appliance.createToken(role);
  if (vendor === undefined) throw new Error('no vendor is known');
  await appliance.api('PUT', 'site', { settings: { timeZone: 'Europe/Berlin', sipServer: 'pbx.example.test' } });
  closePhone = (await appliance.phone(vendor, mac(PHONE))).close;
});
afterAll(async () => {
  await closePhone?.();
  await browser?.close();
  await appliance.remove();
});

const open = useVisits(browser, () => ({ webPort: appliance.appliance.webPort, token: tokens.technician }));

test.skipIf(!browser)('the page of a phone follows its journey without reload', async () => {
  const { page, complaints } = await open(`/phones/${PHONE}`);
  await waitForLive(page);
  await page.getByText('There is no file yet').waitFor();
  await appliance.api('POST', `devices/${PHONE}/approve`, { extension: '101' });
  await page.getByText('The phone has exactly this file').waitFor();
  expect(await page.locator('.timeline li').count()).toBeGreaterThanOrEqual(4);
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)(
  'the file is covered for everybody; an administrator uncovers it, and the audit knows',
  async () => {
    const config = await appliance.api('GET', `devices/${PHONE}/config`);
    const { page } = await open(`/phones/${PHONE}`, { token: tokens.admin });
    await page.getByText('The file, secrets covered').click();
    expect(await page.textContent('#file-text')).toContain('••••••');
    expect(await page.textContent('#file-text .line')).toBe(config.body.text.split('\n')[0]);
    await page.getByRole('button', { name: 'Show the secrets' }).click();
    await page.locator('[data-revealed]').waitFor();
    expect(await page.textContent('#file-text')).not.toContain('••••••');
    const audit = (await appliance.api('GET', 'audit')).body.items as { action: string; actor: string }[];
    expect(audit[0]).toMatchObject({ action: 'config.revealed', actor: 'admin' });
    const refused = await open(`/phones/${PHONE}`, { token: tokens.technician });
    expect((await refused.context.request.post(`/phones/${PHONE}/reveal`)).status()).toBe(403);
  },
);

test.skipIf(!browser)(
  'a setting of the phone is changed; the page shows its layer, and what the phone has and would get',
  async () => {
    const { page } = await open(`/phones/${PHONE}/settings`);
    await expectAccessible(page);
    await page.getByLabel('Language', { exact: true }).fill('nonsense');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('1 setting is not as it should be').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Language', { exact: true }).fill('de');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are saved').waitFor();
    const row = page.locator('.settings tr', { hasText: 'Language' });
    expect(await row.textContent()).toContain('this phone');
    await page.locator('[data-diff]').waitFor();
    expect(await page.locator('[data-diff] .added').count()).toBeGreaterThan(0);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Resync' }).click();
    await page.getByText('The phone has exactly this file').waitFor();
  },
);

test.skipIf(!browser)('the clock says when it changes next, and whether the phone can follow', async () => {
  const { page } = await open(`/phones/${PHONE}`);
  expect(await page.locator('.year .change').count()).toBe(2);
  expect(await page.textContent('[aria-labelledby=clock-title]')).toMatch(
    /Next: Sun,? \d+ (Mar|Oct) \d{4} 0\d:00 → 0\d:00/,
  );
});

test.skipIf(!browser)('the page fits 360 pixels, in the dark and in German, for a viewer without buttons', async () => {
  const { page, complaints } = await open(`/phones/${PHONE}`, {
    token: tokens.viewer,
    locale: 'de-DE',
    colorScheme: 'dark',
    viewport: { width: 360, height: 740 },
  });
  await page.getByRole('heading', { name: 'Weg', exact: true }).waitFor();
  expect(await page.locator('main button').count()).toBe(0);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});
