import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { vendors } from '../../src/vendors/all.ts';
import { LANGUAGES } from '../../src/web/choose-language.ts';
import { mac } from '../peers/office-doors.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import { expectAccessible, expectNoSidewaysScroll, openBrowser, type Visitor, visit } from './browser.ts';

/** Bytes as they are sent, not compressed: what the design promises. */
const MOST_CSS_BYTES = 25_000;
const MOST_SCRIPT_BYTES = 60_000;

/** What is no page: files to download, streams, documents for programs. */
const NO_PAGE = /^\/(api|metrics|healthz|assets|live)\b|download|\.(csv|jsonl)$/;

const browser = await openBrowser();
let appliance: Awaited<ReturnType<typeof runAppliance>>;
let token = '';
/** One address for each kind of page, found by following the links. */
let pages: readonly string[] = [];

beforeAll(async () => {
  appliance = await runAppliance();
  token = await appliance.createToken('admin');
  await fillOffice();
  if (browser !== undefined) pages = await followLinks();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await appliance.remove();
});

/** A phone of each vendor: one configured, one blocked, two waiting; a refused request. */
async function fillOffice(): Promise<void> {
  const { api } = appliance;
  for (const [index, vendor] of vendors.entries()) {
    const phone = await appliance.phone(vendor, mac(`${(vendor.macPrefixes[0] ?? '').padEnd(10, '0')}${10 + index}`));
    await vi.waitFor(async () => expect((await api('GET', 'devices')).body.items).toHaveLength(index + 1), 10_000);
    await phone.close();
  }
  const [first, second] = (await api('GET', 'devices')).body.items;
  await api('POST', `devices/${first.mac}/approve`, { extension: '101' });
  await api('POST', `devices/${second.mac}/block`);
  await fetch(`http://127.0.0.1:${appliance.appliance.phonePort}/not-the-token/${first.mac}.cfg`).catch(
    () => undefined,
  );
}

async function followLinks(): Promise<readonly string[]> {
  const { page, context } = await open();
  const found = new Map<string, string>();
  const queue = ['/'];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const kind = path.replace(/[?#].*/, '').replace(/[0-9a-f]{12}|(?<=\/)\d+(?=\/|$)/g, ':id');
    if (found.has(kind) || NO_PAGE.test(path)) continue;
    const response = await page.goto(path);
    // A place that is kept for what is not built yet.
    if (response?.status() === 404) continue;
    expect([path, response?.status(), appliance.logged.filter((line) => /page\.failed/.test(line))]).toEqual([
      path,
      200,
      [],
    ]);
    found.set(kind, path);
    const links = await page
      .locator('a[href^="/"]')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
    queue.push(...links);
  }
  await context.close();
  return [...found.values()];
}

function open(options: Parameters<typeof visit>[2] = {}): Promise<Visitor> {
  return visit(browser as Browser, appliance.appliance.webPort, { token, ...options });
}

/** Everything that a page asked for, and what its policy refused. */
async function watch(page: Page): Promise<readonly string[]> {
  const faults: string[] = [];
  const host = `127.0.0.1:${appliance.appliance.webPort}`;
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.host !== host && url.protocol !== 'data:') faults.push(`asked ${url.href}`);
  });
  await page.exposeFunction('tellRefused', (what: string) => faults.push(`refused: ${what}`));
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => tellRefused(e.violatedDirective + ' ' + e.blockedURI))",
  );
  return faults;
}

test.skipIf(!browser)('the links lead to every page of the rail', async () => {
  expect(pages).toEqual(expect.arrayContaining(['/', '/events', '/system']));
});

test
  .skipIf(!browser)
  .each(LANGUAGES.flatMap((language) => [[language, 'light'] as const, [language, 'dark'] as const]))(
  'every page is accessible and quiet, asks nobody else and has all its words: %s, %s',
  async (language, colorScheme) => {
    const { page, complaints, context } = await open({ locale: language, colorScheme });
    const faults = await watch(page);
    for (const path of pages) {
      await page.goto(path);
      await checkPage(path, page, language);
    }
    expect(complaints).toEqual([]);
    expect(faults).toEqual([]);
    await context.close();
  },
  120_000,
);

async function checkPage(path: string, page: Page, language: string): Promise<void> {
  expect([path, await page.locator('html').getAttribute('lang')]).toEqual([path, language]);
  expect([path, await page.locator('h1').count()]).toEqual([path, 1]);
  expect([path, (await page.content()).match(/⟦[^⟧]*⟧/g) ?? []]).toEqual([path, []]);
  await expectAccessible(page).catch((cause: unknown) => {
    throw new Error(`${path} (${language}): ${String(cause)}`);
  });
}

test.skipIf(!browser)(
  'every page fits 360 pixels, with fingers in mind',
  async () => {
    const { page, complaints, context } = await open({ viewport: { width: 360, height: 740 }, hasTouch: true });
    for (const path of pages) {
      await page.goto(path);
      await expectNoSidewaysScroll(page).catch((cause: unknown) => {
        throw new Error(`${path}: ${String(cause)}`);
      });
      await expectAccessible(page);
      const small = await page
        .locator('button:visible, .button:visible, select:visible, .rail a:visible')
        .evaluateAll((all) =>
          all
            .map((element) => ({ box: element.getBoundingClientRect(), html: element.outerHTML.slice(0, 120) }))
            .filter(({ box }) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
            .map(({ box, html }) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`),
        );
      expect([path, small]).toEqual([path, []]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  },
  120_000,
);

test.skipIf(!browser)(
  'everything that can be used is reached by the Tab key, and one sees where one is',
  async () => {
    const { page, context } = await open();
    for (const path of pages) {
      await page.goto(path);
      const wanted = await page.evaluate(markReachable);
      const reached = new Set<string>();
      const unseen: string[] = [];
      let last = '';
      // A date has places of its own to stop at.
      for (let presses = 0; presses < 5 * wanted + 20; presses++) {
        await page.keyboard.press('Tab');
        const at = await page.evaluate(describeFocus);
        if (at === null || at.mark === last) continue;
        if (reached.has(at.mark)) break;
        last = at.mark;
        reached.add(at.mark);
        if (!at.isSeen) unseen.push(at.html);
      }
      const missed = await page.evaluate(listUnreached, [...reached]);
      expect([path, missed]).toEqual([path, []]);
      expect([path, unseen]).toEqual([path, []]);
    }
    await context.close();
  },
  120_000,
);

// These run in the page; text, because the compiler knows no DOM here.
const markReachable = `(() => {
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true }) && !(e.type === 'radio' && !e.checked));
  all.forEach((e, i) => { e.dataset.reach = String(i); });
  return all.length;
})()` as unknown as () => number;

const describeFocus = `(() => {
  const e = document.activeElement;
  if (!e || e === document.body || e.dataset.reach === undefined) return null;
  const style = getComputedStyle(e);
  const label = e.labels?.[0] ? getComputedStyle(e.labels[0]) : null;
  const isSeen = [style, label].some((s) => s && s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2);
  return { mark: e.dataset.reach, isSeen, html: e.outerHTML.slice(0, 160) };
})()` as unknown as () => { mark: string; isSeen: boolean; html: string } | null;

const listUnreached = (reached: string[]) =>
  [
    ...(
      globalThis as unknown as {
        document: { querySelectorAll(q: string): Iterable<{ dataset: { reach: string }; outerHTML: string }> };
      }
    ).document.querySelectorAll('[data-reach]'),
  ]
    .filter((element) => !reached.includes(element.dataset.reach))
    .map((element) => element.outerHTML.slice(0, 160));

test.skipIf(!browser)('no page failed', () => {
  expect(appliance.logged.filter((line) => /"event":"(page|request)\.failed"/.test(line))).toEqual([]);
});

test.skipIf(!browser)(
  'styles and scripts stay small',
  async () => {
    const { page, context } = await open();
    const bytes = { stylesheet: 0, script: 0 };
    const seen = new Set<string>();
    page.on('response', async (response) => {
      const type = response.request().resourceType();
      if (seen.has(response.url()) || (type !== 'stylesheet' && type !== 'script')) return;
      seen.add(response.url());
      bytes[type] += (await response.body()).length;
    });
    for (const path of pages) await page.goto(path);
    expect(bytes.stylesheet).toBeGreaterThan(0);
    expect(bytes.stylesheet).toBeLessThanOrEqual(MOST_CSS_BYTES);
    expect(bytes.script).toBeGreaterThan(0);
    expect(bytes.script).toBeLessThanOrEqual(MOST_SCRIPT_BYTES);
    await context.close();
  },
  120_000,
);
