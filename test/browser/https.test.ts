import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runAppliance } from '../peers/running-appliance.ts';
import { expectAccessible, expectNoSidewaysScroll, openBrowser, type Visitor, visit } from './browser.ts';

const PASSPHRASE = 'a passphrase of the browser';

const browser = await openBrowser();
let appliance: Awaited<ReturnType<typeof runAppliance>>;
let token = '';
let visitor: Visitor | undefined;

beforeAll(async () => {
  // With all that the card can warn of.
  const tls = { phonePort: 0, webPort: 0, phoneLegacy: true, phoneAuthorities: [], webOnly: false };
  appliance = await runAppliance(undefined, { tls });
  token = await appliance.createToken('admin');
  expect((await appliance.api('POST', 'backups', { passphrase: PASSPHRASE })).status).toBe(201);
}, 30_000);
afterEach(async () => {
  await visitor?.context.close();
  visitor = undefined;
});
afterAll(async () => {
  await browser?.close();
  await appliance.remove();
});

async function open(path: string, options: Parameters<typeof visit>[2] = {}): Promise<Visitor> {
  visitor = await visit(browser as Browser, appliance.appliance.webPort, options);
  const response = await visitor.page.goto(path);
  expect([path, response?.status()]).toEqual([path, 200]);
  return visitor;
}

const LOOKS = [
  ['en', 'light', 1280],
  ['de', 'dark', 360],
] as const;

test.skipIf(!browser).each(LOOKS)(
  'in %s, %s, %i pixels wide, whoever has no way in yet can read of the authority and download it',
  async (locale, colorScheme, width) => {
    const { page, complaints } = await open('/ca', { locale, colorScheme, viewport: { width, height: 740 } });
    expect(await page.locator('html').getAttribute('lang')).toBe(locale);
    expect(await page.locator('.facts').textContent()).toMatch(/(?:[0-9A-F]{2}:){31}[0-9A-F]{2}/);
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('a[href="/ca/plugtone-ca.crt"]').click(),
    ]);
    expect(download.suggestedFilename()).toBe('plugtone-ca.crt');
    expect(complaints).toEqual([]);
  },
);

test.skipIf(!browser).each(LOOKS)(
  'in %s, %s, %i pixels wide, backups are accessible, mistakes too',
  async (locale, colorScheme, width) => {
    const options = { token, locale, colorScheme, viewport: { width, height: 740 } };
    const { page, complaints } = await open('/backups', options);
    await page.locator('a[href^="/backups/plugtone-manual-"]').waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    const form = page.locator('form[action="/backups"]');
    await form.locator('input[name="passphrase"]').fill('short');
    await form.locator('input[name="repeat"]').fill('other');
    // The browser's own checks would hold it back.
    await form.evaluate((element) => element.setAttribute('novalidate', ''));
    await Promise.all([
      page.waitForResponse((one) => one.request().method() === 'POST'),
      form.locator('button').click(),
    ]);
    await page.locator('.wrong').first().waitFor();
    await expectAccessible(page);
    // The console tells of the answer's status, 422.
    expect(complaints.filter((text) => !text.includes('422'))).toEqual([]);
  },
);

test.skipIf(!browser).each(LOOKS)(
  'in %s, %s, %i pixels wide, the card of encrypted connections can be read, and changed in its place',
  async (locale, colorScheme, width) => {
    const options = { token, locale, colorScheme, viewport: { width, height: 740 } };
    const { page, complaints } = await open('/system', options);
    const card = page.locator('#https');
    expect(await card.locator('.hint').count()).toBe(1);
    expect(await card.textContent()).toContain(String(appliance.appliance.phoneTlsPort));
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    const wanted = (await card.locator('select').inputValue()) === 'https' ? 'http' : 'https';
    await card.locator('select').selectOption(wanted);
    await Promise.all([
      page.waitForResponse((one) => one.url().endsWith('/https/settings')),
      card.locator('form button').click(),
    ]);
    await expect.poll(async () => (await appliance.api('GET', 'site')).body.trust.phoneScheme).toBe(wanted);
    expect(await card.locator('select').inputValue()).toBe(wanted);
    expect(new URL(page.url()).pathname).toBe('/system');
    await expectAccessible(page);
    expect(complaints).toEqual([]);
  },
);
