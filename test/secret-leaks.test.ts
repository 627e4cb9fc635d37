import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { PhoneStep } from '../src/commands/simulated-phone.ts';
import { vendors } from '../src/vendors/all.ts';
import { mac } from './peers/office-doors.ts';
import { runAppliance } from './peers/running-appliance.ts';
import { findLeaks, spellSecret } from './peers/secret-scan.ts';
import { readStoredSecrets } from './peers/stored-secrets.ts';
import { startWebhookReceiver } from './peers/webhook-receiver.ts';

const WAIT = { timeout: 20_000, interval: 20 };

/** Marked, and with signs that each way of writing turns into others. */
const mark = (name: string) => `mk ${name}+/=&%ä 4711`;

const SECRETS = {
  person: mark('password of anna'),
  wrongPerson: mark('wrong password of anna'),
  extension: 'mk-101+/=&%x-4711',
  changed: 'mk-101-changed+/=&%x',
  imported: 'mk-201-imported+/=%x',
  refusedRow: 'mk-202-refused+/=%x',
  console: 'mk-console+/=&%x-4711',
  webhook: 'mk-webhook+/=&%x-4711',
  nightly: mark('nightly passphrase'),
  manual: mark('manual passphrase'),
  guessedBearer: 'plt_mkguessedbearer4711guessed',
  guessedToken: 'fadedbeefdecadefadedbeefdecade01',
  misplaced: 'mk-misplaced+/=&%x-4711',
} as const;

let running: Awaited<ReturnType<typeof runAppliance>> | undefined;
afterEach(async () => {
  await running?.remove();
  running = undefined;
});

test('a secret is found in each of its spellings, wherever it stands in a text', () => {
  const secret = SECRETS.extension;
  const samples = [
    `the password ${secret} was wrong`,
    JSON.stringify({ password: secret }),
    `/x?password=${encodeURIComponent(secret)}&y`,
    new URLSearchParams({ password: secret }).toString(),
    Buffer.from(`user:${secret}`).toString('base64'),
    Buffer.from(`a:${secret}:b`).toString('base64url'),
    Buffer.from(`ab:${secret}`).toString('base64'),
    Buffer.from(secret).toString('hex'),
    `<input value="${secret.replaceAll('&', '&amp;')}">`,
  ];
  for (const text of samples) expect(findLeaks([['here', text]], [['it', secret]]), text).toHaveLength(1);
  expect(findLeaks([['here', 'nothing of it']], [['it', secret]])).toEqual([]);
  expect(spellSecret(secret).every((spelling) => spelling.length >= 8)).toBe(true);
});

test('no secret gets out of an appliance: not into its log, its record, its answers, its pages or its files', async () => {
  const world = await runAppliance();
  running = world;
  const web = `http://127.0.0.1:${world.appliance.webPort}`;
  const shown: (readonly [string, string])[] = [];
  const bearer = await world.createToken('admin', 'anna');
  const receiver = await startWebhookReceiver(500);

  /** Every answer is kept, but for those that are meant to tell a secret. */
  async function ask(
    method: string,
    path: string,
    { body, headers = {} }: { body?: string; headers?: Record<string, string> } = {},
  ) {
    const init = { method, redirect: 'manual', headers: { authorization: `Bearer ${bearer}`, ...headers } } as const;
    const response = await fetch(`${web}${path}`, body === undefined ? init : { ...init, body });
    const text = await response.text();
    const { 'set-cookie': _, ...rest } = Object.fromEntries(response.headers);
    shown.push([`${method} ${path.slice(0, 40)} (${response.status})`, `${JSON.stringify(rest)}\n${text}`]);
    return { status: response.status, text, cookie: response.headers.get('set-cookie') ?? '' };
  }
  const json = { 'content-type': 'application/json' };
  const api = (method: string, path: string, body?: unknown) =>
    ask(method, `/api/v1/${path}`, body === undefined ? {} : { body: JSON.stringify(body), headers: json });

  // People: one who comes in, one who does not.
  expect((await api('POST', 'users', { name: 'anna', role: 'admin', password: SECRETS.person })).status).toBe(201);
  const login = await api('POST', 'session', { user: 'anna', password: SECRETS.person });
  expect(login.status).toBeLessThan(300);
  const [, session = ''] = /=([^;]+)/.exec(login.cookie) ?? [];
  expect(session.length).toBeGreaterThan(16);
  expect((await api('POST', 'session', { user: 'anna', password: SECRETS.wrongPerson })).status).toBe(401);
  expect((await api('POST', 'session', { user: SECRETS.wrongPerson, password: 'x' })).status).toBe(401);

  // The site, with everything secret that it has, and a webhook that fails.
  const site = await api('PUT', 'site', {
    settings: { timeZone: 'Europe/Berlin', sipServer: 'pbx.example' },
    consolePasswordPolicy: 'random',
    consolePassword: SECRETS.console,
    webhookSecret: SECRETS.webhook,
    backupPassphrase: SECRETS.nightly,
    trust: { nightlyBackupsKept: 3, phoneLogin: 'digest' },
    internet: { addressSource: 'fixed', fixedAddress: '10.8.0.1', webhookUrl: receiver.url },
  });
  expect(site.status, site.text).toBe(200);
  await receiver.wait(1);

  // Phones: one that asks and is approved, with its file fetched; a list, with rows that are refused.
  expect((await api('PUT', 'extensions/101', { displayName: 'Empfang', password: SECRETS.extension })).status).toBe(
    201,
  );
  const phones: PhoneStep[][] = [];
  for (const [index, vendor] of vendors.entries()) {
    const who = mac(`${vendor.macPrefixes[0]}0000f${index}`);
    const { steps, boot, close } = await world.phone(vendor, who);
    await vi.waitFor(async () => expect((await api('GET', `devices/${who}`)).status).toBe(200), WAIT);
    const approved = await api('POST', `devices/${who}/approve`, { extension: index === 0 ? '101' : `11${index}` });
    expect(approved.status, approved.text).toBe(200);
    const isOwn = (step: PhoneStep): step is PhoneStep & { kind: 'fetched' } =>
      step.kind === 'fetched' && step.isOwnFile && step.fetch.status === 200;
    await vi.waitFor(() => expect(steps.some(isOwn)).toBe(true), WAIT);
    phones.push(steps);
    // It logs in with what its file said, and then somebody else does with something else.
    await boot();
    await vi.waitFor(() => expect(steps.some((step) => isOwn(step) && step.fetch.loggedIn)).toBe(true), WAIT);
    const own = steps.find(isOwn);
    const authorization = `Basic ${Buffer.from(`${who}:${SECRETS.misplaced}`).toString('base64')}`;
    const guess = await fetch(own?.fetch.url ?? '', { headers: { authorization } });
    expect(guess.status).toBe(401);
    shown.push([`a log-in as ${who}`, `${JSON.stringify([...guess.headers])}\n${await guess.text()}`]);
    for (const path of ['', '/config', '/journey', '/settings']) await api('GET', `devices/${who}${path}`);
    await ask('GET', `/phones/${who}`);
    await close();
  }
  expect((await api('PUT', 'extensions/101', { displayName: 'Empfang', password: SECRETS.changed })).status).toBe(200);
  const rows201 = ['mac,extension,display_name,password', `00:15:65:aa:00:01,201,Theo,${SECRETS.imported}`];
  const lists = [
    [...rows201, `nonsense,202,Vera,${SECRETS.refusedRow}`, `00:15:65:aa:00:02,2 0 2,Vera,${SECRETS.refusedRow}`],
    [...rows201, `00:15:65:aa:00:03,203,"${SECRETS.refusedRow}`],
    [`${SECRETS.refusedRow},${SECRETS.refusedRow}`, ...rows201],
  ];
  for (const rows of lists) {
    for (const path of ['imports/preview', 'imports', 'imports?partial=true']) {
      const headers = { 'content-type': 'text/csv' };
      await ask('POST', `/api/v1/${path}`, { body: rows.join('\r\n'), headers });
    }
  }
  expect((await api('GET', 'extensions/201')).status).toBe(200);

  // Backups, one of which cannot be made as it is asked for.
  expect((await api('POST', 'backups', { passphrase: SECRETS.manual })).status).toBe(201);
  expect((await api('POST', 'backups', { passphrase: SECRETS.manual.repeat(20) })).status).toBe(400);
  expect((await api('POST', 'backups', {})).status).toBe(201);

  // What programs and people get wrong.
  const wrong: readonly (readonly [string, string, unknown])[] = [
    ['PUT', 'extensions/101', { password: `${SECRETS.misplaced}\n` }],
    ['PUT', 'extensions/101', { password: SECRETS.misplaced.repeat(20) }],
    ['PUT', 'extensions/101', { password: [SECRETS.misplaced] }],
    ['PUT', 'extensions/101', { password: { of: SECRETS.misplaced } }],
    ['PUT', 'site', { consolePassword: SECRETS.misplaced.repeat(20) }],
    ['PUT', 'site', { webhookSecret: `${SECRETS.misplaced} ${SECRETS.misplaced}` }],
    ['PUT', 'site', { backupPassphrase: `${SECRETS.misplaced}\n` }],
    ['PUT', 'site', { internet: { webhookUrl: `http://user:${encodeURIComponent(SECRETS.misplaced)}@example.com/` } }],
    ['POST', 'users', { name: 'theo', role: 'admin', password: `${SECRETS.misplaced}`.repeat(20) }],
    ['POST', 'users', { name: 'theo', role: SECRETS.misplaced.length, password: SECRETS.misplaced }],
    ['POST', 'session', { user: 'anna', password: [SECRETS.misplaced] }],
    ['POST', 'session', { user: 'anna', password: SECRETS.misplaced.repeat(200) }],
    ['POST', 'setup', { code: SECRETS.misplaced, user: 'x', password: SECRETS.misplaced }],
    ['POST', 'setup', { code: [SECRETS.misplaced], user: 'x', password: 3 }],
  ];
  for (const [method, path, body] of wrong) {
    expect((await api(method, path, body)).status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
  }
  const broken = `{"user":"anna","password":"${SECRETS.misplaced}"`;
  for (const headers of [
    json,
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
  ]) {
    await ask('POST', '/api/v1/session', { body: broken, headers });
  }
  for (const path of ['/log-in', '/login', '/setup', '/account', '/users', '/backups', '/site/apply', '/extensions']) {
    const form = {
      user: 'anna',
      password: SECRETS.misplaced,
      oldPassword: SECRETS.misplaced,
      newPassword: SECRETS.misplaced,
    };
    const body = new URLSearchParams({
      ...form,
      passphrase: SECRETS.misplaced,
      repeat: 'another',
      consolePassword: SECRETS.misplaced,
    });
    await ask('POST', path, {
      body: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }
  await ask('GET', '/api/v1/devices', { headers: { authorization: `Bearer ${SECRETS.guessedBearer}` } });
  await ask('GET', '/api/v1/devices', {
    headers: { authorization: `Basic ${Buffer.from(`anna:${SECRETS.misplaced}`).toString('base64')}` },
  });
  const files = `http://127.0.0.1:${world.appliance.phonePort}`;
  for (const path of [
    `/p/${SECRETS.guessedToken}/001565aabbcc.cfg`,
    `/p/${SECRETS.guessedToken}/`,
    `/${SECRETS.guessedToken}`,
  ]) {
    shown.push([`phones ${path.slice(0, 4)}`, await (await fetch(`${files}${path}`)).text()]);
  }
  const stored = await readStoredSecrets(world.dataDir);
  for (const [name, secret] of stored.secrets) {
    if (!name.startsWith('token of')) continue;
    // Right, and of another phone: what proves nothing.
    shown.push([`phones ${name}`, await (await fetch(`${files}/p/${String(secret)}/0004130000aa.xml`)).text()]);
  }

  // All that can be looked at afterwards.
  const { paths } = JSON.parse((await ask('GET', '/api/docs/json')).text) as {
    paths: Record<string, { get?: object }>;
  };
  const readable = Object.entries(paths).filter(([path, { get }]) => get !== undefined && !/[{]|\/events$/.test(path));
  expect(readable.length).toBeGreaterThan(20);
  for (const [path] of readable) await ask('GET', path);
  const pages = [
    '/',
    '/extensions',
    '/internet',
    '/internet/settings',
    '/site',
    '/site/layers',
    '/site/trust',
    '/site/overrides',
    '/events',
    '/system',
    '/backups',
    '/users',
    '/tokens',
    '/account',
  ];
  for (const page of pages) expect((await ask('GET', page)).status, page).toBe(200);
  const webhooks = receiver.received.map((request, index) => [`webhook ${index}`, JSON.stringify(request)] as const);
  await world.stop();

  const { secrets, rows } = await readStoredSecrets(world.dataDir);
  expect(secrets.length).toBeGreaterThan(vendors.length * 3 + 4);
  const known = [...secrets, ...Object.entries(SECRETS), ['API token', bearer] as const, ['session', session] as const];
  const logged = world.logged.map((line, index) => [`log line ${index}: ${line.slice(0, 80)}`, line] as const);
  expect(findLeaks([...logged, ...rows, ...shown, ...webhooks], known)).toEqual([]);

  // On the disk: the key is in its own file and nowhere else, everything that it seals is in none.
  const onDisk = readdirSync(world.dataDir, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map(
      (item) =>
        [
          join(item.parentPath, item.name).slice(world.dataDir.length + 1),
          readFileSync(join(item.parentPath, item.name), 'latin1'),
        ] as const,
    );
  expect(onDisk.map(([name]) => name)).toEqual(expect.arrayContaining(['plugtone.db', 'secret.key']));
  expect(findLeaks(onDisk, known).filter((leak) => !leak.startsWith('key of the store in secret.key'))).toEqual([]);
});
