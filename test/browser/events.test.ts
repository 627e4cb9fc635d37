import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { openBrowser, visit, waitForLive } from './browser.ts';

const browser = await openBrowser();
let appliance: Awaited<ReturnType<typeof runAppliance>>;
let token = '';

beforeAll(async () => {
  appliance = await runAppliance();
  token = await appliance.createToken('admin');
});
afterAll(async () => {
  await browser?.close();
  await appliance.remove();
});

async function plugIn(text: string) {
  const [vendor] = vendors;
  if (vendor === undefined) throw new Error('there is no vendor');
  const phone = await appliance.phone(vendor, mac(text));
  await vi.waitFor(async () => expect((await appliance.api('GET', `devices/${text}`)).status).toBe(200), 10_000);
  return phone;
}

test.skipIf(!browser)('what happens shows itself at the top of the list, without a reload', async () => {
  const { page, complaints, context } = await visit(browser as Browser, appliance.appliance.webPort, { token });
  await page.goto('/events?kind=steps');
  await waitForLive(page);
  await page.evaluate("document.body.dataset.loadedOnce = 'yes'");
  const rows = page.locator('#event-rows tr');
  expect(await rows.count()).toBe(0);
  const first = await plugIn('00156500ab01');
  await page.waitForSelector('#event-rows a[href="/phones/00156500ab01"]');
  const second = await plugIn('00156500ab02');
  await page.waitForSelector('#event-rows tr:first-child a[href="/phones/00156500ab02"]');
  expect(await page.locator('body').getAttribute('data-loaded-once')).toBe('yes');
  expect(complaints).toEqual([]);
  await first.close();
  await second.close();
  await context.close();
});

test.skipIf(!browser)('a decision shows who made it, and the filter finds it', async () => {
  await appliance.api('POST', 'devices/00156500ab01/block');
  const { page, complaints, context } = await visit(browser as Browser, appliance.appliance.webPort, { token });
  await page.goto('/events');
  await page.getByLabel('Who', { exact: true }).fill('admin');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/person=admin/);
  expect(await page.locator('#event-rows tr').allInnerTexts()).toEqual([
    expect.stringMatching(/Blocked a phone.*admin/s),
  ]);
  await page.getByLabel('Phone', { exact: true }).fill('00156500ab02');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.waitForURL(/phone=00156500ab02/);
  expect(await page.locator('#event-rows tr').count()).toBe(0);
  expect(await page.getByText('Nothing fits.').isVisible()).toBe(true);
  expect(complaints).toEqual([]);
  await context.close();
});
