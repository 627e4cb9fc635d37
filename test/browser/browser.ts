import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';

/** Where Debian has it; another one is named by PLUGTONE_CHROMIUM. */
const CHROMIUM = process.env.PLUGTONE_CHROMIUM ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
];

export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the console said against us: faults of script, refused resources. */
  readonly complaints: readonly string[];
}

/** Starts Chromium. Undefined: there is none, and this is somebody's laptop; where tests must run (CI is set) it throws. */
export async function openBrowser(): Promise<Browser | undefined> {
  try {
    return await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  } catch (error) {
    if (process.env.CI) throw error;
    console.warn(`browser tests are skipped: no Chromium at ${CHROMIUM} (set PLUGTONE_CHROMIUM, or install it)`);
    return undefined;
  }
}

/** A tab of somebody. `token`: sent with each request; left out: nobody is logged in. English, desktop, unless said otherwise. */
export async function visit(
  browser: Browser,
  webPort: number,
  { token, ...options }: { readonly token?: string } & BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: `http://127.0.0.1:${webPort}`,
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...(token !== undefined && { extraHTTPHeaders: { authorization: `Bearer ${token}` } }),
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  return { context, page, complaints };
}

/**
 * Opens tabs, as `visit` does, and shows a page there; they are closed behind each test. `where`: asked each time, since servers come
 * and go with tests. Hooks run backwards: called below the one that closes the server, it closes the tabs before that.
 */
export function useVisits(
  browser: Browser | undefined,
  where: () => { readonly webPort: number; readonly token: string },
): (path: string, options?: Parameters<typeof visit>[2]) => Promise<Visitor> {
  const visitors: Visitor[] = [];
  afterEach(async () => {
    for (const { context } of visitors.splice(0)) await context.close();
  });
  return async (path, options) => {
    if (browser === undefined) throw new Error('there is no browser');
    const { webPort, token } = where();
    const visitor = await visit(browser, webPort, { token, ...options });
    visitors.push(visitor);
    await visitor.page.goto(path);
    return visitor;
  };
}

/** Says no to whatever the page asks from now on; what kinds of question they were. */
export function declineDialogs(page: Page): readonly string[] {
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.dismiss();
  });
  return asked;
}

/** The page's live stream is open: what happens from now on shows itself. */
export async function waitForLive(page: Page): Promise<void> {
  await page.waitForSelector('body[data-live-open]', { timeout: 10_000 });
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeFinding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** WCAG 2.2 AA by axe-core; says each fault with the element that has it. */
export async function expectAccessible(page: Page): Promise<void> {
  // Evaluated by the debugger, so the page's CSP has no say.
  const { readFileSync } = await import('node:fs');
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const found = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((r) => r.violations)",
  )) as readonly AxeFinding[];
  const told = found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
  expect(told).toEqual([]);
}

/** The same in light and in dark. */
export async function expectAccessibleByDayAndNight(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  }
}

/** Nothing sticks out to the side. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const widths = await page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]');
  const [content = 0, window = 0] = widths as number[];
  expect(content).toBeLessThanOrEqual(window);
}
