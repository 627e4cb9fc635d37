// The built appliance on loopback, with a folder of its own that is gone afterwards: for screenshots and measurements.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const dist = (path) => import(`${root}dist/${path}`);

/** As in test/browser/browser.ts. */
const CHROMIUM = process.env.PLUGTONE_CHROMIUM ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
];

const PASSWORD = 'a long one, for loopback only';

/**
 * Builds, fills the store before the start (`prepare(store)`), starts. `api(method, path, body)` speaks as the
 * administrator; `page(options)` is a browser's tab that is logged in.
 */
export async function startBuilt({ prepare = async () => undefined } = {}) {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  const dataDir = mkdtempSync(join(tmpdir(), 'plugtone-pictures-'));
  const { startAppliance } = await dist('commands/appliance.js');
  const { openStore } = await dist('store/store.js');
  const { Secret } = await dist('core/secret.js');
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: (facts, message) => console.error(message, facts) };

  const store = await openStore({ dataDir });
  await prepare(store);
  await store.close();

  const controller = new AbortController();
  const appliance = await startAppliance(
    {
      dataDir,
      siteDir: join(dataDir, 'site'),
      webPort: 0,
      phonePort: 0,
      sipPort: 0,
      lanAddresses: ['127.0.0.1'],
      logLevel: 'info',
      adminPassword: new Secret(PASSWORD),
    },
    { signal: controller.signal, log },
  );
  const base = `http://127.0.0.1:${appliance.webPort}`;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });

  const login = await fetch(`${base}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'admin', password: PASSWORD }),
  });
  if (!login.ok) throw new Error(`log-in: ${login.status} ${await login.text()}`);
  const [name, value] = (login.headers.getSetCookie()[0] ?? '').split(';')[0].split('=');
  const { csrfToken } = await login.json();

  return {
    appliance,
    base,
    signal: controller.signal,
    async api(method, path, body) {
      const response = await fetch(`${base}/api/v1/${path}`, {
        method,
        headers: {
          cookie: `${name}=${value}`,
          'x-csrf-token': csrfToken,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
    async page({ isLoggedIn = true, ...options } = {}) {
      const context = await browser.newContext({
        baseURL: base,
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        ...options,
      });
      if (isLoggedIn) await context.addCookies([{ name, value, url: base }]);
      return context.newPage();
    },
    async stop() {
      await browser.close();
      controller.abort();
      await appliance.closed;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
