import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAppliance } from '../peers/running-appliance.ts';
import { expectAccessible, expectNoSidewaysScroll, openBrowser, visit } from './browser.ts';

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

test.skipIf(!browser)('the frame of the pages is sound: accessible, narrow, quiet', async () => {
  const { page, complaints, context } = await visit(browser as Browser, appliance.appliance.webPort, { token });
  await page.goto('/');
  expect(await page.title()).toContain('Plugtone');
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(page);
  expect(complaints).toEqual([]);
  await context.close();
});
