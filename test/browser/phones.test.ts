import { afterAll, beforeAll, expect, test } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { expectAccessible, expectNoSidewaysScroll, openBrowser, useVisits, waitForLive } from './browser.ts';

const browser = await openBrowser();
const [vendor] = vendors;
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

function phone(address: string) {
  if (vendor === undefined) throw new Error('no vendor is known');
  return appliance.phone(vendor, mac(address));
}

test.skipIf(!browser)('an empty office teaches what to do', async () => {
  const { page, complaints } = await open('/');
  await page.getByText('No phone has asked yet.').waitFor();
  expect(await page.textContent('.none-waiting')).toContain('plugtone simulate');
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)(
  'a phone appears without reload, is approved with one click, and its lamps turn on until it is configured',
  async () => {
    const { page, complaints } = await open('/');
    await waitForLive(page);
    const simulated = await phone('001565000001');
    const row = page.locator('#p-001565000001');
    await row.waitFor();
    expect(await row.getAttribute('data-state')).toBe('pending');
    await page.getByRole('link', { name: '1 waiting' }).waitFor();
    expect(await row.locator('[name=extension]').inputValue()).toBe('101');
    await expectAccessible(page);
    await row.getByRole('button', { name: 'Approve' }).click();
    await row.getByRole('button', { name: 'Undo' }).waitFor();
    // Held back: nothing is decided yet.
    expect((await appliance.api('GET', 'devices/001565000001')).body.state).toBe('pending');
    await row.getByText('configured', { exact: false }).and(row.locator('.status.good')).waitFor({ timeout: 20_000 });
    // It was approved after it had asked: told its address without a reply to the old question.
    expect(await row.locator('svg.lamps g.lit').count()).toBe(4);
    expect(await row.locator('svg.lamps g.skipped').count()).toBe(1);
    await simulated.boot();
    await row.locator('svg.lamps g.lit').nth(4).waitFor();
    expect(await row.getAttribute('data-group')).toBe('waiting');
    await expectAccessible(page);
    await page.getByText('Put the approved phones into their list').click();
    await page.locator('#phone-rows #p-001565000001').waitFor();
    expect(complaints).toEqual([]);
    await simulated.close();
  },
);

test.skipIf(!browser)('undo within five seconds leaves no trace', async () => {
  const simulated = await phone('001565000002');
  const { page } = await open('/');
  await waitForLive(page);
  const row = page.locator('#p-001565000002');
  await row.locator('[name=extension]').fill('177');
  await row.locator('[name=extension]').press('Enter');
  await row.getByRole('button', { name: 'Undo' }).click();
  await row.getByRole('button', { name: 'Approve' }).waitFor();
  expect(await row.locator('[name=extension]').inputValue()).toBe('177');
  expect((await appliance.api('GET', 'extensions/177')).status).toBe(404);
  expect(
    (await appliance.api('GET', 'audit')).body.items.filter(
      ({ subject }: { subject: string }) => subject === '001565000002',
    ),
  ).toEqual([]);
  await simulated.close();
});

test.skipIf(!browser)('a taken extension is refused in the row, with a sentence and a way on', async () => {
  const { page } = await open('/');
  const row = page.locator('#p-001565000002');
  await row.locator('[name=extension]').fill('101');
  await row.getByRole('button', { name: 'Approve' }).click();
  await row.getByRole('alert').waitFor();
  expect(await row.textContent()).toContain('101 is on phone 00:15:65:00:00:01 already.');
  await row.getByRole('button', { name: 'Give it to both phones' }).waitFor();
  await expectAccessible(page);
});

test.skipIf(!browser)('a viewer sees no buttons, and a POST is refused', async () => {
  const { page, context } = await open('/', { token: tokens.viewer });
  await page.locator('#p-001565000002').waitFor();
  expect(await page.locator('main button, main input[type=checkbox], [name=extension]').count()).toBe(0);
  await expectAccessible(page);
  const answer = await context.request.post('/phones/001565000002/approve', { form: { extension: '150' } });
  expect(answer.status()).toBe(403);
  expect((await appliance.api('GET', 'devices/001565000002')).body.state).toBe('pending');
});

test.skipIf(!browser)('fifty phones are approved at once, counted while they are', async () => {
  const macs = Array.from({ length: 50 }, (_, index) => `0015650001${index.toString(16).padStart(2, '0')}`);
  const simulated = [];
  for (const address of macs) simulated.push(await phone(address));
  const { page } = await open('/?show=pending');
  await page.locator('#p-001565000131').waitFor();
  await page.getByLabel('Select all of this table').check();
  await page.getByRole('button', { name: 'Approve selected' }).click();
  const dialog = page.locator('#dialog');
  await dialog.getByRole('heading', { name: /Approve \d+ phones/ }).waitFor();
  await expectAccessible(page);
  await dialog.getByLabel('Numbers').fill('2001-2060');
  await dialog.locator('#bulk-plan').getByText('2001').waitFor();
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
  await dialog.getByRole('button', { name: 'Undo' }).waitFor();
  await expectAccessible(page);
  await dialog.locator('[data-bulk-over]').waitFor({ timeout: 30_000 });
  const devices = (await appliance.api('GET', 'devices?limit=500')).body.items as {
    mac: string;
    state: string;
    extension: string;
  }[];
  const approved = devices.filter(({ state, extension }) => state === 'approved' && extension.startsWith('20'));
  expect(approved.length).toBeGreaterThanOrEqual(49);
  expect(new Set(approved.map(({ extension }) => extension)).size).toBe(approved.length);
  for (const each of simulated) await each.close();
});

test.skipIf(!browser)('the list fits 360 pixels, in German and in the dark', async () => {
  const { page, complaints } = await open('/', {
    viewport: { width: 360, height: 740 },
    locale: 'de-DE',
    colorScheme: 'dark',
  });
  await page.getByRole('heading', { name: 'Wartend' }).waitFor();
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await page.locator('.phone-row .more a').first().click();
  await page.locator('#dialog[open]').waitFor();
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});

test.skipIf(!browser)('keys: arrows walk, Space selects, / searches, Enter opens', async () => {
  const { page } = await open('/');
  await page.locator('body').press('ArrowDown');
  const first = page.locator('tr.phone-row').first();
  expect(await page.evaluate('document.activeElement.id')).toBe(await first.getAttribute('id'));
  await page.keyboard.press('Space');
  expect(await first.locator('[data-pick]').isChecked()).toBe(true);
  await page.keyboard.press('/');
  await page.keyboard.type('0015.6500.0002');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=0015/);
  expect(await page.locator('tr.phone-row').count()).toBe(1);
});

test.skipIf(!browser)('what is under the hand stays there when new phones come', async () => {
  const { page } = await open('/');
  await waitForLive(page);
  const row = page.locator('#p-001565000002');
  await row.hover();
  const before = await row.boundingBox();
  const simulated = await phone('001565000003');
  await page.locator('#p-001565000003').waitFor();
  expect((await row.boundingBox())?.y).toBe(before?.y);
  await simulated.close();
});

test.skipIf(!browser)('dragging over the boxes selects a range, and only what fits is offered', async () => {
  const { page } = await open('/?show=approved');
  const boxes = page.locator('#phone-rows [data-pick]');
  await page.locator('#phone-rows tr').nth(3).waitFor();
  await boxes.nth(1).hover();
  await page.mouse.down();
  await boxes.nth(2).hover();
  await boxes.nth(3).hover();
  await page.mouse.up();
  await page.getByText('3 selected').waitFor();
  expect(await page.getByRole('button', { name: 'Approve selected' }).isVisible()).toBe(false);
  await page.getByRole('button', { name: 'Resync' }).click();
  await page.locator('#dialog').getByRole('heading', { name: 'Resync 3 phones' }).waitFor();
});

test.skipIf(!browser)('five thousand phones: one page of rows is sent, and what it takes is told', async () => {
  const rows = Array.from(
    { length: 5_000 },
    (_, index) => `0015${(0x65_20_00_00 + index).toString(16)},${5000 + index}`,
  );
  const imported = await fetch(`http://127.0.0.1:${appliance.appliance.webPort}/api/v1/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'text/csv' },
    body: ['mac,extension', ...rows].join('\n'),
  });
  expect(imported.status).toBe(200);
  const { page } = await open('/?q=T4');
  const paints: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    await page.goto('/');
    paints.push(
      (await page.evaluate(
        "new Promise((done) => new PerformanceObserver((list) => done(list.getEntriesByName('first-contentful-paint')[0].startTime)).observe({ type: 'paint', buffered: true }))",
      )) as number,
    );
  }
  console.info(`first paint with 5,000 phones: ${paints.map(Math.round).join(', ')} ms`);
  expect(await page.locator('#phone-rows tr').count()).toBe(50);
  expect(await page.textContent('#phones-title')).toMatch(/\(5\d{3}\)/);
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByText(/Page 2 of 10\d/).waitFor();
  expect(await page.locator('#phone-rows tr').count()).toBe(50);
});
