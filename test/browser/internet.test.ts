import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { NOW } from '../http/web-world.ts';
import { addressAt, keeperAt, MAPPING_TESTS, periodsAt } from '../peers/internet-memory.ts';
import { createPageWorld } from '../web/page-world.ts';
import {
  declineDialogs,
  expectAccessible,
  expectNoSidewaysScroll,
  openBrowser,
  useVisits,
  waitForLive,
} from './browser.ts';

const browser = await openBrowser();
let world: Awaited<ReturnType<typeof createPageWorld>>;
let port = 0;

/** An office behind a router, with ports of every state. */
beforeEach(async () => {
  world = await createPageWorld();
  await world.app.listen({ host: '127.0.0.1', port: 0 });
  port = (world.app.server.address() as AddressInfo).port;
  world.internet.show({
    keeper: keeperAt(NOW),
    address: addressAt(NOW),
    periods: periodsAt(NOW),
    tests: MAPPING_TESTS,
  });
  await setPorts(true);
});
afterEach(() => world.app.close());
afterAll(async () => browser?.close());

const open = useVisits(browser, () => ({ webPort: port, token: world.tokens.admin }));

async function setPorts(mapPorts: boolean): Promise<void> {
  const row = { protocol: 'UDP', externalPort: 5060, internalPort: 5060, count: 1, internalClient: null } as const;
  const { office } = world;
  const internet = { ...office.site().internet, mapPorts, portMappings: [{ ...row, description: 'SIP' }] };
  await office.commit({ site: { ...office.site(), internet, revision: office.site().revision + 1 } });
}

const site = () => world.office.site();
const topOf = (page: Page, selector: string) => page.locator(selector).evaluate((e) => e.getBoundingClientRect().top);

test.skipIf(!browser).each([
  ['en', 'light', 1280],
  ['de', 'dark', 1280],
  ['en', 'dark', 360],
  ['de', 'light', 360],
] as const)(
  'in %s, %s, %i pixels wide, everybody can read the page and its settings',
  async (locale, colorScheme, width) => {
    const { page, complaints } = await open('/internet', { locale, colorScheme, viewport: { width, height: 740 } });
    expect(await page.locator('.way > li').count()).toBe(4);
    expect(await page.locator('#internet-sign').textContent()).toContain('128.66.0.5');
    await page.locator('form[action="/internet/test"] button').click();
    await page.locator('#test-result table').waitFor();
    for (const path of ['', '/internet/settings']) {
      if (path !== '') await page.goto(path);
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
    }
    world.internet.show({ keeper: { ...keeperAt(NOW), gateway: null, status: null, mappings: [] } });
    await setPorts(false);
    await page.goto('/internet');
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    expect(complaints).toEqual([]);
  },
);

test.skipIf(!browser)('a search says that it goes on, and then what it found', async () => {
  const { page, complaints } = await open('/internet', { token: world.tokens.technician });
  const release = world.internet.hold();
  await page.getByRole('button', { name: 'Search again' }).click();
  await page.getByText('This takes up to ten seconds').waitFor();
  release();
  await page.getByText('Found: FRITZ!Box 7590 at 192.168.10.1.').waitFor();
  await page.getByText('This takes up to ten seconds').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Renew now' }).click();
  await page.getByText('Renewed: 3 of 5 ports are open.').waitFor();
  expect(world.internet.orders).toEqual(['search', 'renew']);
  expect(await page.getByRole('button', { name: 'Close all ports' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)('who only looks sees all and can press nothing', async () => {
  const { page } = await open('/internet', { token: world.tokens.viewer });
  await page.getByText('held by 192.168.10.30').waitFor();
  expect(await page.locator('main button').count()).toBe(0);
  await page.getByRole('link', { name: 'Settings' }).click();
  expect(await page.getByLabel('Fixed address').isDisabled()).toBe(true);
  expect(await page.locator('main button:visible').count()).toBe(0);
});

test.skipIf(!browser)('what changes shows itself, and nothing moves under the hand', async () => {
  const { page, complaints } = await open('/internet', { viewport: { width: 1280, height: 500 } });
  await waitForLive(page);
  await page.locator('#source-sip').scrollIntoViewIfNeeded();
  await page.locator('#source-sip').hover();
  const before = await topOf(page, '#source-sip');
  // A new row above, in the table of ports; another address in the header.
  const keeper = keeperAt(NOW);
  const [first, ...rest] = keeper.mappings;
  if (first === undefined) throw new Error('a mapping was expected');
  const more = { ...first, wanted: { ...first.wanted, externalPort: 7000, internalPort: 7000 } };
  world.internet.show({
    keeper: { ...keeper, mappings: [first, more, ...rest], rebootedAt: NOW },
    address: { ...addressAt(NOW), address: '128.66.44.44' },
  });
  await page.locator('#port-udp-7000').waitFor();
  await page.locator('#internet-sign').getByText('128.66.44.44').waitFor();
  expect(Math.abs((await topOf(page, '#source-sip')) - before)).toBeLessThan(2);
  expect(await page.locator('#way-router').textContent()).toContain('FRITZ!Box');
  await page.getByText('The router has restarted').waitFor();
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)('the header follows on every page', async () => {
  const { page } = await open('/extensions');
  await waitForLive(page);
  world.internet.show({ address: { ...addressAt(NOW), address: null, readings: [] } });
  await page.locator('#internet-sign').getByText('address not known').waitFor();
});

test.skipIf(!browser)('a person switches ports on with what is usual, and off again', async () => {
  await setPorts(false);
  const { office } = world;
  const none = { ...site().internet, portMappings: [] };
  await office.commit({ site: { ...site(), internet: none, revision: site().revision + 1 } });
  const { page, complaints } = await open('/internet');
  await page.getByRole('checkbox', { name: /SIP/ }).check();
  await waitForLive(page);
  // What is ticked survives what comes meanwhile.
  world.internet.show({ address: { ...addressAt(NOW), address: '128.66.44.44' } });
  await page.locator('.external').getByText('128.66.44.44').waitFor();
  expect(await page.getByRole('checkbox', { name: /SIP/ }).isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Open these ports' }).click();
  await page.getByText('Switched on').waitFor();
  expect(site().internet).toMatchObject({ mapPorts: true, portMappings: [{ externalPort: 5060 }] });
  await page.getByRole('button', { name: 'Close all ports' }).click();
  await page.getByText('Switched off:').waitFor();
  expect(site().internet.mapPorts).toBe(false);
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)('a row is added by its preset, judged as one types, and applied', async () => {
  const { page, complaints } = await open('/internet/settings');
  await page.getByRole('button', { name: /Voice: RTP/ }).click();
  await page.locator('#f-mapping-1-externalPort').waitFor();
  expect(await page.evaluate('document.activeElement.id')).toBe('f-mapping-1-externalPort');
  expect(site().internet.portMappings).toHaveLength(1);
  await page.getByText('Not applied yet').waitFor();
  await page.locator('#f-mapping-1-count').fill('99');
  await page.locator('#e-mapping-1-count').getByText('from 1 to 32').waitFor();
  await page.waitForSelector('#f-mapping-1-count[aria-invalid="true"]');
  await expectAccessible(page);
  await page.locator('#f-mapping-1-count').fill('8');
  await page.waitForSelector('#f-mapping-1-count:not([aria-invalid])');

  // Enter applies; it adds no preset.
  const asked = declineDialogs(page);
  await page.locator('#f-mapping-1-count').press('Enter');
  await page.getByText('Applied: 9 ports are to be open.').waitFor();
  expect(page.url()).toMatch(/\/internet$/);
  expect(asked).toEqual([]);
  expect(site().internet.portMappings).toMatchObject([{ externalPort: 5060 }, { externalPort: 10_000, count: 8 }]);
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)(
  'the key of the webhook is drawn beside what was typed, copied, and gone with the page',
  async () => {
    const { page, complaints } = await open('/internet/settings');
    await page.getByLabel('Address that is told').fill('https://example.com/hook');
    await page.getByRole('button', { name: 'Draw a key' }).click();
    const key = (await page.locator('#drawn-secret').textContent()) ?? '';
    expect(key).toBe(site().webhookSecret?.reveal());
    await expectAccessible(page);
    expect(await page.getByLabel('Address that is told').inputValue()).toBe('https://example.com/hook');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Applied').waitFor();
    expect(site().internet.webhookUrl).toBe('https://example.com/hook');
    await page.goto('/internet/settings');
    expect(await page.content()).not.toContain(key);
    expect(complaints).toEqual([]);
  },
);

test.skipIf(!browser)('what is typed is not lost by a slip, and is reverted on purpose', async () => {
  const { page } = await open('/internet/settings');
  await page.getByLabel('Name of the office').fill('office.example.com');
  const asked = declineDialogs(page);
  await page.getByRole('link', { name: 'Extensions' }).click();
  await page.waitForFunction('true');
  expect(asked).toEqual(['beforeunload']);
  await page.getByRole('link', { name: 'Revert' }).click();
  await page.waitForFunction("document.getElementById('f-hostName').value === ''");
});

test.skipIf(!browser)('without script everything works, one page at a time', async () => {
  const { page } = await open('/internet', { javaScriptEnabled: false });
  await page.getByRole('button', { name: 'Search again' }).click();
  await page.getByText('Found: FRITZ!Box 7590').waitFor();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('From inside nobody can prove').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: /RTP/ }).click();
  expect(await page.locator('#f-mapping-1-externalPort').inputValue()).toBe('10000');
  await page.locator('#f-mapping-1-count').fill('2');
  await page.locator('#f-mapping-1-internalClient').fill('192.168.10.9');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Applied: 3 ports are to be open.').waitFor();
});
