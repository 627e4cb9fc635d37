import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { mac } from '../http/web-world.ts';
import { createPageWorld } from '../web/page-world.ts';
import { expectAccessible, expectNoSidewaysScroll, openBrowser, useVisits } from './browser.ts';

const browser = await openBrowser();
let world: Awaited<ReturnType<typeof createPageWorld>>;
let port = 0;

beforeEach(async () => {
  world = await createPageWorld();
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  port = (world.app.server.address() as AddressInfo).port;
  world.neighbours.set('192.168.10.66', mac('020000000066'));
  for (let guess = 0; guess < 11; guess++) {
    world.quarantine.fail({ kind: 'bad-token', address: '192.168.10.66', what: `${guess}` });
  }
});
afterEach(() => world.app.close());
afterAll(async () => browser?.close());

const show = useVisits(browser, () => ({ webPort: port, token: world.tokens.admin }));
const open = (options?: Parameters<typeof show>[1]) => show('/site/trust', options);

test.skipIf(!browser).each([
  ['en', 'light', 1280],
  ['de', 'dark', 360],
] as const)('in %s, %s, %i pixels wide, everybody can read the page', async (locale, colorScheme, width) => {
  const { page, complaints } = await open({ locale, colorScheme, viewport: { width, height: 740 } });
  await page.locator('#trust-address').fill('10.9.1.1');
  await page.keyboard.press('Enter');
  await page.locator('#source-verdict .hint').first().waitFor();
  await expectAccessible(page);
  await expectNoSidewaysScroll(page);
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)('rules are typed, tried, put in order and applied; somebody is released', async () => {
  const { page, complaints } = await open();
  const network = (index: number) => page.locator(`input[name="filter.${index}.network"]`);
  await network(0).fill('192.168.10.7/24');
  await page.getByText('192.168.10.0/24 for the whole network').waitFor();
  expect(await network(0).getAttribute('aria-invalid')).toBe('true');
  await network(0).fill('192.168.10.0/24');
  await page.locator('select[name="filter.0.action"]').selectOption('drop');
  await page.locator('#trust-address').fill('192.168.10.66');
  await page.keyboard.press('Enter');
  await page.getByText('Rule 1: 192.168.10.0/24.').first().waitFor();
  expect(await page.locator('#source-verdict').textContent()).toContain('in quarantine now');
  // Tried is not applied.
  expect(world.office.site().trust.rules).toEqual([]);
  await page.locator('#trust-form .main').click();
  await page.waitForURL('**/site/trust');
  await page.locator('input[name="filter.1.network"]').fill('192.168.10.9');
  await page.locator('#trust-form .main').click();
  await page.getByRole('button', { name: 'Move rule 2 up' }).click();
  await page.locator('#trust-form[data-unsaved="yes"]').waitFor();
  expect(await network(0).inputValue()).toBe('192.168.10.9');
  await page.locator('#trust-form .main').click();
  await page.locator('#trust-form[data-unsaved=""]').waitFor();
  expect(world.office.site().trust.rules.map((rule) => rule.network)).toEqual(['192.168.10.9', '192.168.10.0/24']);
  await page.getByRole('button', { name: 'Release 192.168.10.66' }).click();
  await page.getByText('Nobody is in quarantine.').waitFor();
  expect(world.quarantine.list()).toEqual([]);
  expect(complaints).toEqual([]);
});
