import { setImmediate as answered, setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { answerChallenge } from '../../src/core/answer-challenge.ts';
import type { Device } from '../../src/core/device.ts';
import { Secret } from '../../src/core/secret.ts';
import { DEFAULT_TRUST, type PhoneLogin, type TrustSettings } from '../../src/core/trust.ts';
import { approveDevice } from '../../src/flows/approve-device.ts';
import { changeSite } from '../../src/flows/change-site.ts';
import { createConfigCache } from '../../src/flows/config-cache.ts';
import { canHandOver, handOverDevice } from '../../src/flows/hand-over-device.ts';
import { createHandOvers } from '../../src/flows/hand-overs.ts';
import { createLoginCheck } from '../../src/flows/login-check.ts';
import { type ConfigRequest, createConfigServer } from '../../src/flows/serve-config.ts';
import { openTemplateSet, type TemplateSet } from '../../src/render/template-set.ts';
import { vendors } from '../../src/vendors/all.ts';
import { device, extension, mac, openDoors } from '../peers/office-doors.ts';

const PHONE = mac('001565f4f9e1');
const PASSWORD = 'Wx7mKp2vQ9rTz4Bn';
const TOKEN = 'd'.repeat(32);
const ADDRESS = '192.168.10.31';
const TARGET = `/p/${TOKEN}/${PHONE}.cfg`;
const PATIENCE_MS = 20;
let templates: TemplateSet;

beforeAll(async () => {
  templates = await openTemplateSet({ vendors, siteDir: null });
});

function trust(phoneLogin: PhoneLogin, more: Partial<TrustSettings> = {}) {
  return { trust: { ...DEFAULT_TRUST, phoneLogin, ...more } };
}

function phone(login: Partial<NonNullable<Device['login']>> | null, more: Partial<Device> = {}): Device {
  const known = { password: new Secret(PASSWORD), drawnAt: 1, givenAt: null, provedAt: null };
  const dialog = { sourceAddress: ADDRESS, sourcePort: 5060, contactUri: '', callId: 'c', from: 'f', to: 't' };
  return device(PHONE, {
    state: 'approved',
    vendorId: 'yealink',
    model: 'T46S',
    extensions: ['101'],
    token: TOKEN,
    address: ADDRESS,
    dialog,
    login: login && { ...known, ...login },
    ...more,
  });
}

const NEVER_GIVEN = {};
const GIVEN = { givenAt: 2 };
const PROVED = { givenAt: 2, provedAt: 3 };

function setUp(
  login: Partial<NonNullable<Device['login']>> | null,
  kind: PhoneLogin = 'digest',
  more?: Partial<Device>,
) {
  const opened = openDoors({ devices: [phone(login, more)], extensions: [extension('101')], site: trust(kind) });
  opened.neighbours.set(ADDRESS, PHONE);
  const fetched: string[] = [];
  const failures: string[] = [];
  const deliveries = { deliver: () => undefined, fetched: (who: string) => fetched.push(who), stop: () => undefined };
  const { counters, clock, phonePort } = opened.doors;
  const doors = {
    ...opened.doors,
    sources: { ...opened.doors.sources, fail: ({ kind }: { kind: string }) => void failures.push(kind) },
  };
  const cache = createConfigCache({ office: opened.office, templates, counters, clock, phonePort });
  const logins = createLoginCheck(doors, { patienceMs: PATIENCE_MS });
  const serve = createConfigServer(doors, deliveries, cache, async () => false, createHandOvers(doors), { logins });
  async function ask(authorization?: string, more: Partial<ConfigRequest> = {}) {
    const reply = await serve({
      method: 'GET',
      token: TOKEN,
      path: `${PHONE}.cfg`,
      source: ADDRESS,
      localAddress: '192.168.10.2',
      userAgent: 'Yealink SIP-T46S 66.86.0.15',
      isSecure: false,
      clientMac: null,
      authorization,
      target: TARGET,
      ...more,
    });
    await answered();
    return reply;
  }
  /** What it is answered, or the challenge. */
  async function kindOf(authorization?: string, more: Partial<ConfigRequest> = {}) {
    const reply = await ask(authorization, more);
    return reply.kind === 'challenge' ? reply.header : reply.kind;
  }
  const reasons = () => opened.journey.map(({ step, because }) => `${step} ${because?.key ?? ''}`.trim());
  const known = () => opened.office.findDevice(PHONE)?.login;
  return { ...opened, ask, kindOf, reasons, known, fetched, failures, deliveries };
}

function digest(challenge: string, more: { password?: string; uri?: string; method?: string } = {}): string {
  const { password = PASSWORD, uri = TARGET, method = 'GET' } = more;
  const wanted = { method, uri, username: PHONE, password: new Secret(password), cnonce: 'c0ffee' };
  const answer = answerChallenge(challenge, wanted);
  if (!answer.ok) throw new Error(answer.problem);
  return answer.value;
}

function basic(password: string, user: string = PHONE): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

test('a phone that cannot know its password is served without, and is told it; the next time it is asked for it', async () => {
  const { ask, kindOf, known, reasons } = setUp(NEVER_GIVEN);
  const file = await ask();
  expect(file.kind === 'file' && file.bytes.toString()).toContain(`auto_provision.server.password = ${PASSWORD}`);
  expect(known()).toMatchObject({ givenAt: 1_000_000, provedAt: null });
  const challenge = await kindOf();
  expect(challenge).toMatch(/^Digest realm="Plugtone", qop="auth", algorithm=MD5, nonce="[\w.-]+"$/);
  expect(await kindOf(digest(challenge))).toBe('file');
  expect(known()).toMatchObject({ givenAt: 1_000_000, provedAt: 1_000_000 });
  expect(reasons()).toEqual(['fetched', 'fetched reason.logged-in']);
});

test('once it logged in, nothing leaves without; and a challenge that is answered is no refusal', async () => {
  const { kindOf, reasons, failures } = setUp(PROVED);
  for (let visit = 0; visit < 2; visit += 1) {
    const challenge = await kindOf();
    expect(await kindOf(digest(challenge))).toBe('file');
  }
  await sleep(PATIENCE_MS * 2);
  expect(reasons()).toEqual(['fetched', 'fetched']);
  expect(failures).toEqual([]);
  expect(await kindOf()).toMatch(/^Digest /);
  expect(await kindOf()).toMatch(/^Digest /);
  expect(await kindOf(undefined, { method: 'HEAD' })).toMatch(/^Digest /);
});

test('who logged in before and does not any more stands in the journey with what to do, once per visit', async () => {
  const { kindOf, reasons, fetched, journey } = setUp(PROVED);
  await kindOf();
  await kindOf();
  expect(reasons()).toEqual([]);
  await expect.poll(reasons).toEqual(['refused reason.no-login']);
  expect(journey[0]).toMatchObject({ detail: { file: `${PHONE}.cfg`, status: 401, address: ADDRESS } });
  // Nobody waits for it any longer.
  expect(fetched).toEqual([PHONE]);
});

test('after the end nobody waits for a phone', async () => {
  const { doors, neighbours } = openDoors({ devices: [phone(PROVED)], site: trust('basic') });
  neighbours.set(ADDRESS, PHONE);
  const ended = new AbortController();
  const { check } = createLoginCheck(doors, { signal: ended.signal, patienceMs: PATIENCE_MS });
  const yealink = vendors.find(({ id }) => id === 'yealink');
  if (yealink === undefined) throw new Error('no vendor');
  const unanswered: string[] = [];
  const ask = () =>
    check(phone(PROVED), yealink, { method: 'GET', source: ADDRESS }, ({ key }) => unanswered.push(key));
  ask();
  ended.abort();
  ask();
  await sleep(PATIENCE_MS * 2);
  expect(unanswered).toEqual([]);
});

test('a phone that was given its password and has none is asked in vain, then served once more, and so on', async () => {
  const { kindOf, reasons, fetched, known } = setUp(GIVEN);
  expect(await kindOf()).toMatch(/^Digest /);
  await expect.poll(reasons).toEqual(['refused reason.login-unanswered']);
  // Nobody need wait: it is said already.
  expect(fetched).toEqual([PHONE]);
  expect(await kindOf(undefined, { method: 'HEAD' })).toBe('file');
  expect(await kindOf()).toBe('file');
  expect(reasons()).toEqual(['refused reason.login-unanswered', 'fetched reason.served-without-login']);
  expect(known()?.provedAt).toBeNull();
  const challenge = await kindOf();
  expect(await kindOf(digest(challenge))).toBe('file');
  expect(known()?.provedAt).toBe(1_000_000);
});

test('a phone that answers with what its maker gave it is not locked out before it ever logged in', async () => {
  const { kindOf, failures, reasons } = setUp(GIVEN);
  const challenge = await kindOf();
  expect(await kindOf(digest(challenge, { password: 'factory' }))).toBe('file');
  expect(failures).toEqual(['phone-login']);
  expect(reasons()).toEqual(['fetched reason.served-without-login']);
});

test.each<[PhoneLogin, (challenge: string) => string]>([
  ['digest', (challenge) => digest(challenge, { password: 'guess' })],
  ['basic', () => basic('guess')],
  ['basic', () => basic(PASSWORD, '001565000002')],
  ['basic', () => basic('')],
])('a wrong password by %s is a failure of the source and a refusal', async (kind, guess) => {
  const { kindOf, failures, reasons, journey } = setUp(PROVED, kind);
  const challenge = await kindOf();
  expect(await kindOf(guess(challenge))).toMatch(/^(Basic|Digest) /);
  expect(failures).toEqual(['phone-login']);
  expect(reasons()).toEqual(['refused reason.wrong-login']);
  await sleep(PATIENCE_MS * 2);
  expect(reasons()).toHaveLength(1);
  expect(JSON.stringify(journey)).not.toMatch(/guess|Wx7m|001565000002/);
});

test('guessing ends in quarantine', async () => {
  const { doors, quarantine, neighbours } = openDoors({ devices: [phone(PROVED)], site: trust('basic') });
  neighbours.set(ADDRESS, PHONE);
  const check = createLoginCheck(doors, { patienceMs: PATIENCE_MS });
  const [yealink] = vendors.filter(({ id }) => id === 'yealink');
  if (yealink === undefined) throw new Error('no vendor');
  for (let guess = 0; guess < 100; guess += 1) {
    const request = { method: 'GET', source: ADDRESS, authorization: basic(`guess ${guess}`) } as const;
    check.check(phone(PROVED), yealink, request, () => undefined);
  }
  expect(quarantine.find(ADDRESS, 'http')).toMatchObject({ reason: 'phone-login' });
});

test('an answer is good once, from one address, for some minutes, and for this file only', async () => {
  const { kindOf, settings, neighbours, failures } = setUp(PROVED);
  const answer = digest(await kindOf());
  expect(await kindOf(answer)).toBe('file');
  expect(await kindOf(answer)).toMatch(/stale=true$/);
  const elsewhere = digest(await kindOf());
  neighbours.set('192.168.10.32', PHONE);
  expect(await kindOf(elsewhere, { source: '192.168.10.32' })).toMatch(/stale=true$/);
  const late = digest(await kindOf());
  settings.now += 5 * 60_000 + 1;
  expect(await kindOf(late)).toMatch(/stale=true$/);
  const other = digest(await kindOf(), { uri: '/p/x/other.cfg' });
  expect(await kindOf(other)).toMatch(/"$/);
  const posted = digest(await kindOf(), { method: 'POST' });
  expect(await kindOf(posted)).toMatch(/"$/);
  expect(failures).toEqual(['phone-login']);
});

test('a nonce of before a restart is stale, and no failure', async () => {
  const before = setUp(PROVED);
  const challenge = await before.kindOf();
  const { kindOf, failures } = setUp(PROVED);
  const again = await kindOf(digest(challenge));
  expect(again).toMatch(/stale=true$/);
  expect(failures).toEqual([]);
  expect(await kindOf(digest(again))).toBe('file');
});

test('a client that cannot begin anew with a new nonce shows in the journey, and is served before it ever logged in', async () => {
  const proved = setUp(PROVED);
  const used = digest(await proved.kindOf());
  await proved.kindOf(used);
  expect(await proved.kindOf(used)).toMatch(/stale=true$/);
  await expect.poll(proved.reasons).toEqual(['fetched', 'refused reason.no-login']);
  const { kindOf } = setUp(GIVEN);
  const head = { method: 'HEAD' } as const;
  const challenge = await kindOf(undefined, head);
  expect(await kindOf(digest(challenge, head), head)).toBe('file');
  // The same nonce with the same count: some clients do not count.
  expect(await kindOf(digest(challenge))).toMatch(/stale=true$/);
  expect(await kindOf(digest(challenge))).toBe('file');
});

test('Basic is asked for and taken in UTF-8, and nothing else is then', async () => {
  const { kindOf } = setUp({ ...PROVED, password: new Secret('pässword') }, 'basic');
  expect(await kindOf()).toBe('Basic realm="Plugtone", charset="UTF-8"');
  expect(await kindOf(basic('pässword'))).toBe('file');
  expect(await kindOf('Bearer x')).toMatch(/^Basic/);
  expect(await kindOf(`Basic ${'!'.repeat(20)}`)).toMatch(/^Basic/);
});

test('who is not proved to be the phone is asked for nothing', async () => {
  const { kindOf, neighbours, settings } = setUp(PROVED);
  neighbours.set('192.168.10.99', mac('001565999999'));
  expect(await kindOf(undefined, { source: '192.168.10.99' })).toBe('not-found');
  expect(await kindOf(undefined, { source: '192.168.10.77' })).toBe('not-found');
  expect(await kindOf(undefined, { path: 'y000000000028.cfg' })).toBe('file');
  expect(settings.now).toBe(1_000_000);
});

test('a make that cannot log in as the site wants is served as ever', async () => {
  const opened = openDoors({
    devices: [device('00085d112233', { vendorId: 'aastra', extensions: [] })],
    extensions: [extension('101')],
    site: trust('basic'),
  });
  const { office } = opened;
  const basicOnly = await approveDevice(office, { mac: mac('00085d112233'), extensions: ['101'], actor: 'test' }, 5);
  expect(basicOnly.ok && basicOnly.value.device.login).toBeNull();
  await changeSite(office, (site) => ({ ...site, ...trust('digest') }), 'test', 6);
  expect(office.findDevice(mac('00085d112233'))?.login).toMatchObject({ drawnAt: 6, givenAt: null });
});

test('while the site does not want it files name no password, and a phone that fetched one begins anew', async () => {
  const { ask, kindOf, known, office } = setUp(PROVED);
  const change = (phoneLogin: PhoneLogin) =>
    changeSite(office, (site) => ({ ...site, ...trust(phoneLogin) }), 'test', 9);
  await change('none');
  expect(known()).toMatchObject(PROVED);
  const file = await ask();
  expect(file.kind === 'file' && file.bytes.toString()).not.toContain(PASSWORD);
  expect(known()).toMatchObject({ givenAt: null, provedAt: null });
  await change('basic');
  expect(known()?.password.reveal()).toBe(PASSWORD);
  expect(await kindOf()).toBe('file');
});

test('switched on, all approved phones get a password of their own in the same transaction', async () => {
  const many = Array.from({ length: 300 }, (_, index) =>
    phone(null, { mac: mac((0x001565000000 + index).toString(16).padStart(12, '0')), token: `t${index}` }),
  );
  const pending = device('001565f00001', { vendorId: 'yealink' });
  const { office, commits } = openDoors({ devices: [...many, pending] });
  await changeSite(office, (site) => ({ ...site, ...trust('digest') }), 'test', 7);
  expect(commits).toHaveLength(1);
  expect(commits[0]?.devices).toHaveLength(300);
  expect(new Set(commits[0]?.devices?.map(({ login }) => login?.password.reveal())).size).toBe(300);
  expect(office.findDevice(pending.mac)?.login).toBeNull();
});

test('a person reopens: by approving again, or by handing over again', async () => {
  const { office, kindOf, known, deliveries, reasons } = setUp(PROVED);
  await kindOf();
  const before = office.findDevice(PHONE);
  expect(before !== undefined && canHandOver(before, office.site())).toBe(true);
  await handOverDevice(office, deliveries, PHONE, 'anna', 1_000_000);
  expect(known()).toMatchObject({ givenAt: null, provedAt: null });
  expect(known()?.password.reveal()).not.toBe(PASSWORD);
  // With what it knows from before it is no guesser.
  expect(await kindOf(basic(PASSWORD))).toBe('file');
  await sleep(PATIENCE_MS * 2);
  expect(reasons()).toEqual(['resynced reason.login-reopened', 'fetched']);
  const second = known();
  await approveDevice(office, { mac: PHONE, extensions: ['101'], actor: 'anna' }, 1_000_000);
  expect(known()?.givenAt).toBeNull();
  expect(known()?.password.reveal()).not.toBe(second?.password.reveal());
});

test('a decision that a slow disk keeps waiting does not forget that the phone logged in meanwhile', async () => {
  const { office, kindOf, known, settings } = setUp(GIVEN, 'basic');
  settings.commitMs = 20;
  const device = office.findDevice(PHONE);
  if (device === undefined) throw new Error('not there');
  const change = office.commit({ devices: [{ ...device, settings: { language: 'de' }, revision: 1 }] });
  expect(await kindOf(basic(PASSWORD))).toBe('file');
  await change;
  expect(known()?.provedAt).toBe(1_000_000);
});
