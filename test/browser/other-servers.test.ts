import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakePnpServer, openFakePnpServer } from '../peers/fake-pnp-server.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { expectAccessible, openBrowser, visit, waitForLive } from './browser.ts';

const browser = await openBrowser();
let appliance: Awaited<ReturnType<typeof runAppliance>>;
let other: FakePnpServer;
let token = '';

beforeAll(async () => {
  appliance = await runAppliance();
  token = await appliance.createToken('admin');
});
afterAll(async () => {
  await browser?.close();
  await other?.close();
  await appliance.remove();
});

const open = (options: Parameters<typeof visit>[2] = {}) =>
  visit(browser as Browser, appliance.appliance.webPort, { token, ...options });

test.skipIf(!browser)(
  'another PnP server shows itself on the list of phones, and is called wanted on the System page',
  async () => {
    const { page, complaints, context } = await open();
    await page.goto('/');
    await waitForLive(page);
    const alarm = page.getByRole('alert');
    expect(await alarm.count()).toBe(0);
    other = await openFakePnpServer({ port: appliance.appliance.listener.state().port, url: 'http://192.0.2.9/p/' });
    await appliance.api('POST', 'other-servers/check');
    await alarm.getByText('127.0.0.1 (on this very host) sends phones to http://192.0.2.9/p/.').waitFor();
    await expectAccessible(page);

    await alarm.getByRole('link').click();
    await page.waitForURL(/system#other-servers/);
    await waitForLive(page);
    await expectAccessible(page);
    const card = page.locator('#other-servers');
    await card.getByLabel('Ask', { exact: true }).selectOption('0');
    await card.getByRole('button', { name: 'Apply' }).click();
    await card.getByText('Nobody is asked by itself.').waitFor();
    await card.getByRole('button', { name: 'It is ours', exact: true }).click();
    await card.getByRole('button', { name: 'It is not ours' }).waitFor();
    await page.goto('/');
    await waitForLive(page);
    expect(await alarm.count()).toBe(0);
    await page.goto('/system');
    await card.getByRole('button', { name: 'It is not ours' }).click();
    await card.getByRole('button', { name: 'It is ours', exact: true }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  },
);

test.skipIf(!browser).each(['en-GB', 'de-DE'])(
  'the doctor is started, shows how far it is, and what it found (%s)',
  async (locale) => {
    const { page, complaints, context } = await open({ locale });
    await page.goto('/system');
    await waitForLive(page);
    const card = page.locator('#doctor');
    await card.getByRole('button').click();
    await card.locator('progress').waitFor();
    await card.locator('li', { hasText: 'ports.pnp' }).waitFor();
    await expectAccessible(page);
    await card.getByRole('button', { name: /again|Noch einmal/, disabled: false }).waitFor({ timeout: 30_000 });
    await card.locator('li', { hasText: 'hearing.lo' }).waitFor();
    expect(await card.locator('progress').count()).toBe(0);
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await context.close();
  },
);
