import { createSocket } from 'node:dgram';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { buildResponse } from '../../src/sip/build-subscribe.ts';
import { parseMessage } from '../../src/sip/parse-message.ts';
import { openStore } from '../../src/store/store.ts';
import { runAppliance } from '../peers/running-appliance.ts';
import {
  expectAccessible,
  expectAccessibleByDayAndNight,
  expectNoSidewaysScroll,
  openBrowser,
  type Visitor,
  visit,
} from './browser.ts';

const PASSWORD = 'correct horse battery';
const NEW_PASSWORD = 'another horse battery';

const browser = await openBrowser();
let appliance: Awaited<ReturnType<typeof runAppliance>>;
const visitors: Visitor[] = [];

beforeEach(async () => {
  appliance = await runAppliance();
});
afterEach(async () => {
  for (const { context, complaints } of visitors.splice(0)) {
    await context.close();
    // Chromium says so of every answer that is an error, also of those that are meant.
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  }
  await appliance.remove();
});
afterAll(() => browser?.close());

async function open(locale = 'en-GB'): Promise<Page> {
  const visitor = await visit(browser as Browser, appliance.appliance.webPort, { locale });
  visitors.push(visitor);
  return visitor.page;
}

/** A SIP server on loopback that answers every question. */
async function answerOptions() {
  const socket = createSocket('udp4');
  socket.on('message', (data, from) => {
    const parsed = parseMessage(data);
    if (!parsed.ok || parsed.value.kind !== 'request') return;
    socket.send(
      buildResponse(parsed.value, 200, 'OK', [{ name: 'Server', value: 'Asterisk <b>20</b>' }]),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, close: () => socket.close() };
}

/** What the log printed. */
function setupCode(): string {
  return /"code":"([0-9A-Z-]{31})"/.exec(appliance.logged.join('\n'))?.[1] ?? '';
}

async function setUp(more: object = {}) {
  const body = { code: setupCode(), user: 'anna', password: PASSWORD, ...more };
  const response = await fetch(`http://127.0.0.1:${appliance.appliance.webPort}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
}

async function logIn(page: Page, user: string, password = PASSWORD): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test.skipIf(!browser)('the first start: from the code of the log to the list of phones', async () => {
  const pbx = await answerOptions();
  const page = await open('de-DE');
  await page.goto('/');
  expect(new URL(page.url()).pathname).toBe('/setup');
  await expectAccessibleByDayAndNight(page);
  expect(await page.getByLabel('Zeitzone').inputValue()).toBe('Europe/Berlin');
  expect(await page.getByLabel('Land der Töne').inputValue()).toBe('DE');
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(page);

  await page.getByLabel('Einrichtungscode').fill(setupCode().toLowerCase());
  await page.getByLabel('Benutzername').fill('anna');
  await page.getByLabel('Passwort', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Das Passwort noch einmal').fill('something else');
  await page.getByLabel('Name des Büros').fill('Praxis Dr. Sommer');
  await page.getByLabel('Hostname oder Adresse').fill('127.0.0.1');
  await page.getByLabel('Port', { exact: true }).fill(String(pbx.port));
  await page.getByRole('button', { name: 'Server fragen' }).click();
  await page.getByText('Der Server antwortet 200 OK').waitFor();
  expect(await page.locator('#probe').innerText()).toContain('Asterisk <b>20</b>');

  await page.getByLabel('Zeitzone').fill('America/New_York');
  await page.getByText(/Nächste Umstellung: .* (02:00 → 03:00|02:00 → 01:00)/).waitFor();
  await page.getByLabel('Zeitzone').fill('Europe/Berlinn');
  await page.getByText('Ähnlich: Europe/Berlin').waitFor();
  await page.getByRole('button', { name: 'Fertig' }).click();
  await page.getByText('Die beiden Passwörter sind nicht gleich.').waitFor();
  await expectAccessibleByDayAndNight(page);
  expect(await page.getByLabel('Passwort', { exact: true }).inputValue()).toBe('');
  expect(await page.getByLabel('Benutzername').inputValue()).toBe('anna');

  await page.getByLabel('Zeitzone').fill('Europe/Berlin');
  await page.getByLabel('Passwort', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Das Passwort noch einmal').fill(PASSWORD);
  await page.getByLabel('Plugtone: jedes bekannte Telefon').check();
  await page.getByLabel('Von Nebenstelle').fill('200');
  await page.getByLabel('bis', { exact: true }).fill('219');
  await page.getByRole('button', { name: 'Fertig' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  await page.getByText('Plugtone ist eingerichtet').waitFor();
  pbx.close();

  await appliance.createToken('admin');
  expect((await appliance.api('GET', 'site')).body).toMatchObject({
    name: 'Praxis Dr. Sommer',
    settings: {
      sipServer: '127.0.0.1',
      sipPort: pbx.port,
      timeZone: 'Europe/Berlin',
      language: 'de',
      toneCountry: 'DE',
    },
    autoApprove: [{ firstExtension: '200', lastExtension: '219', createExtensions: true }],
  });
  const written = appliance.logged.join('\n') + JSON.stringify((await appliance.api('GET', 'audit')).body);
  expect(written).not.toContain(PASSWORD);
  await page.goto('/setup');
  expect(new URL(page.url()).pathname).toBe('/');
});

test.skipIf(!browser)('a wrong setup code says so and changes nothing', async () => {
  const page = await open();
  await page.goto('/setup');
  await page.getByLabel('Setup code').fill('ABC-DEF');
  await page.getByLabel('User name').fill('mallory');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('The password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Ask the server' }).click();
  await page.locator('#probe').getByText('The code is wrong').waitFor();
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.locator('#code-error').getByText('The code is wrong').waitFor();
  expect(appliance.logged.join('\n')).not.toContain('setup.completed');
});

test.skipIf(!browser)('log in, come to the page that was wanted, log out', async () => {
  await setUp();
  const page = await open();
  await page.goto('/account');
  expect(new URL(page.url()).pathname).toBe('/login');
  await expectAccessibleByDayAndNight(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(page);
  await page.getByLabel('User name').fill('anna');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').getByText('The user name or the password is wrong.').waitFor();
  expect(await page.getByLabel('User name').inputValue()).toBe('anna');
  await expectAccessibleByDayAndNight(page);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL((url) => url.pathname === '/account');

  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === 'plugtone_session');
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', secure: false });
  expect(await page.evaluate('document.cookie')).not.toContain('plugtone_session');

  await page.locator('details.menu > summary').click();
  await page.locator('details.menu').getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL((url) => url.pathname === '/login');
  await page.getByText('You are logged out.').waitFor();
  await page.goto('/');
  expect(new URL(page.url()).pathname).toBe('/login');
});

test.skipIf(!browser)('too many wrong passwords have to wait', async () => {
  await setUp();
  const page = await open();
  for (let count = 0; count < 6; count += 1) await logIn(page, 'anna', 'wrong');
  await page.getByText('There were too many attempts.').waitFor();
});

test.skipIf(!browser)('a session that has ended leads to the log-in, also from a piece of a page', async () => {
  await setUp();
  const page = await open();
  await logIn(page, 'anna');
  await page.waitForURL((url) => url.pathname === '/');
  const store = await openStore({ dataDir: appliance.dataDir });
  const [anna] = await store.users.list();
  await store.decisions.commit({ endedSessions: [{ userId: anna?.id ?? '', except: null }] });
  await store.close();
  await page.evaluate("htmx.ajax('GET', '/waiting-count', { target: '#main' })");
  await page.waitForURL((url) => url.pathname === '/login');
  await page.goto('/account');
  expect(page.url()).toMatch(/\/login\?next=%2Faccount$/);
});

test.skipIf(!browser)('one changes the password and ends other sessions', async () => {
  await setUp();
  const [page, other] = [await open(), await open()];
  await logIn(page, 'anna');
  await logIn(other, 'anna');
  await page.goto('/account');
  await expectAccessible(page);
  expect(await page.getByText('Chrome · Linux').count()).toBeGreaterThan(1);
  await page.getByLabel('Old password').fill('wrong');
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByLabel('The password again').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The old password is wrong.').waitFor();
  await page.getByLabel('Old password').fill(PASSWORD);
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByLabel('The password again').fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password is changed.').waitFor();
  await other.goto('/account');
  expect(new URL(other.url()).pathname).toBe('/login');
  await logIn(other, 'anna', NEW_PASSWORD);
  await other.waitForURL((url) => url.pathname === '/');
  await page.goto('/account');
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(page);
  await page.getByRole('button', { name: 'Log out everywhere' }).click();
  await page.waitForURL((url) => url.pathname === '/login');
  await other.goto('/account');
  expect(new URL(other.url()).pathname).toBe('/login');
});

test.skipIf(!browser)('an administrator makes users and tokens; a viewer sees neither, and is refused', async () => {
  await setUp();
  const page = await open();
  await logIn(page, 'anna');
  await page.goto('/users');
  await expectAccessible(page);
  await page.getByLabel('User name').fill('vera');
  await page.getByLabel('Role', { exact: true }).selectOption('viewer');
  await page.getByLabel('First password').fill('plugtone12');
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByText('one of those that are tried first').waitFor();
  await page.getByLabel('First password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByText('vera can log in now.').waitFor();

  const save = page.getByRole('row', { name: /^anna/ }).getByRole('button', { name: 'Save' });
  expect(await save.isDisabled()).toBe(true);
  await page.getByLabel('Role of anna').selectOption('viewer');
  await save.click();
  await page.getByText('anna is the last administrator.').waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  await expectNoSidewaysScroll(page);
  await page.setViewportSize({ width: 1280, height: 800 });

  const viewer = await open();
  await logIn(viewer, 'vera');
  await viewer.waitForURL((url) => url.pathname === '/');
  for (const path of ['/users', '/tokens']) {
    const answer = await viewer.goto(path);
    expect(answer?.status()).toBe(403);
  }
  await viewer.goto('/system');
  expect(await viewer.getByRole('link', { name: 'Users' }).count()).toBe(0);
  const csrf = await viewer.locator('input[name="_csrf"]').first().inputValue();
  const asViewer = (path: string, token: string) =>
    viewer.evaluate(
      async ([to, value]) =>
        (await fetch(to ?? '', { method: 'POST', body: new URLSearchParams({ _csrf: value ?? '', role: 'admin' }) }))
          .status,
      [path, token] as const,
    );
  expect(await asViewer('/users', csrf)).toBe(403);
  expect(await asViewer('/account/log-out-everywhere', 'forged')).toBe(403);
  await viewer.goto('/account');
  expect(new URL(viewer.url()).pathname).toBe('/account');

  await page.goto('/tokens');
  await expectAccessible(page);
  await page.getByLabel('Name', { exact: true }).fill('monitoring');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const token = await page.locator('#token').inputValue();
  expect(token).toMatch(/^plt_/);
  await expectAccessible(page);
  const ask = () =>
    fetch(`http://127.0.0.1:${appliance.appliance.webPort}/api/v1/site`, {
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await ask()).status).toBe(200);
  await page.goto('/tokens');
  expect(await page.content()).not.toContain(token);
  await page.getByText('Revoke', { exact: false }).first().click();
  await page.getByRole('button', { name: 'Revoke monitoring' }).click();
  await page.getByText('is revoked.').waitFor();
  expect((await ask()).status).toBe(401);

  await page.goto('/users');
  await page.getByRole('row', { name: /^vera/ }).locator('summary', { hasText: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove vera' }).click();
  await page.getByText('vera is removed.').waitFor();
  await viewer.goto('/');
  expect(new URL(viewer.url()).pathname).toBe('/login');
});

test.skipIf(!browser)('another site cannot log anybody in', async () => {
  await setUp();
  const body = new URLSearchParams({ user: 'anna', password: PASSWORD, next: '/' });
  const url = `http://127.0.0.1:${appliance.appliance.webPort}/login`;
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }, { origin: 'null' }]) {
    const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  }
  const leaving = new URLSearchParams({ user: 'anna', password: PASSWORD, next: '//evil.example/' });
  const answer = await fetch(url, { method: 'POST', body: leaving, redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
});
