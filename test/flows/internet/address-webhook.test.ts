import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_INTERNET } from '../../../src/core/internet.ts';
import { Secret } from '../../../src/core/secret.ts';
import { DEFAULT_SITE, type Site } from '../../../src/core/site.ts';
import { createAddressWebhook, type ToldAddress } from '../../../src/flows/internet/address-webhook.ts';
import { buildWebhookMessage, signWebhook } from '../../../src/flows/internet/build-webhook-message.ts';
import { startWebhookReceiver } from '../../peers/webhook-receiver.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 12);
const KEY = 'c29tZSBrZXkgb2Ygb3Vycw==';
const QUICK = { firstPauseMs: 5, longestPauseMs: 20, answerWaitMs: 200 };

function siteWith(url: string | null, secret: string | null = KEY): Site {
  return {
    ...DEFAULT_SITE,
    name: 'Practice',
    internet: { ...DEFAULT_INTERNET, webhookUrl: url },
    webhookSecret: secret === null ? null : new Secret(secret),
  };
}

const first: ToldAddress = { address: '128.66.0.5', source: 'upnp', since: NOW - 60_000, toldAt: null };
const second: ToldAddress = { address: '128.67.3.9', source: 'upnp', since: NOW, toldAt: null };

function open(site: Site, timing: Parameters<typeof createAddressWebhook>[0]['timing'] = QUICK) {
  const stop = new AbortController();
  const logged: Record<string, unknown>[] = [];
  const told: number[] = [];
  const problems: (string | null)[] = [];
  const world = {
    site,
    now: NOW,
    news: { now: first, previous: null } as { now: ToldAddress; previous: string | null } | null,
    storeFails: false,
  };
  const write = (facts: Readonly<Record<string, unknown>>) => void logged.push(facts);
  const webhook = createAddressWebhook({
    office: { site: () => world.site },
    newest: () => world.news,
    async markTold(since, at) {
      if (world.storeFails) throw new Error('disk full');
      told.push(since);
      if (world.news?.now.since === since) world.news = { ...world.news, now: { ...world.news.now, toldAt: at } };
    },
    onProblem: () => void problems.push(webhook.state().problem),
    log: { debug: write, info: write, warn: write, error: write },
    clock: () => world.now,
    signal: stop.signal,
    timing,
  });
  onTestFinished(async () => {
    stop.abort();
    await webhook.closed();
  });
  return { webhook, world, logged, told, problems, stop, events: () => logged.map(({ event }) => event) };
}

test('a new address is told, signed as Standard Webhooks says', async () => {
  const receiver = await startWebhookReceiver();
  const { webhook, told, events } = open(siteWith(receiver.url));
  webhook.look();
  await vi.waitFor(() => expect(webhook.state().state).toBe('told'));
  const [request] = receiver.received;
  if (request === undefined) throw new Error('nothing came');
  expect(JSON.parse(request.body)).toEqual({
    id: request.headers['webhook-id'],
    event: 'external-address.changed',
    site: 'Practice',
    address: '128.66.0.5',
    previous: null,
    since: '2026-11-21T11:59:00.000Z',
    source: 'upnp',
  });
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-timestamp': String(NOW / 1_000),
  });
  const signed = `${request.headers['webhook-id']}.${request.headers['webhook-timestamp']}.${request.body}`;
  expect(request.headers['webhook-signature']).toBe(`v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`);
  expect(told).toEqual([first.since]);
  expect(events()).toEqual(['webhook.delivered']);
});

test('a secret in the form of Standard Webhooks is read as base64', () => {
  const news = { ...first, previous: null, siteName: 'Practice' };
  const { headers, body } = buildWebhookMessage(news, new Secret(`whsec_${KEY}`), NOW);
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signature = createHmac('sha256', 'some key of ours').update(signed).digest('base64');
  expect(headers['webhook-signature']).toBe(`v1,${signature}`);
  const odd = buildWebhookMessage(news, new Secret('whsec_not base64!'), NOW);
  expect(odd.headers['webhook-signature']).toBe(
    `v1,${createHmac('sha256', 'whsec_not base64!').update(signed).digest('base64')}`,
  );
});

test('the published example of Standard Webhooks has its published signature', () => {
  const secret = new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const signature = signWebhook('msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}', secret);
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('the example of the documentation is what is sent', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/external-address.md'), 'utf8');
  const since = Date.UTC(2026, 10, 21, 11, 58, 58);
  const news = { ...first, address: '198.51.100.7', previous: '198.51.100.3', since, siteName: 'Practice' };
  const { headers, body } = buildWebhookMessage(news, new Secret('an-example-of-a-secret'), since + 2_000);
  expect(text).toContain(`\n\n${body}\n`);
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature'])
    expect(text).toContain(`\n${name}: ${headers[name]}\n`);
});

test('what fails is tried again with the same id, and told once', async () => {
  const receiver = await startWebhookReceiver(503);
  const { webhook, told, events } = open(siteWith(receiver.url));
  webhook.look();
  await receiver.wait(3);
  expect(webhook.state()).toMatchObject({ problem: 'it answers 503, wanted 2xx' });
  receiver.answer(200);
  await vi.waitFor(() => expect(webhook.state().state).toBe('told'));
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(told).toEqual([first.since]);
  // A failure is told once, however often it is tried.
  expect(events()).toEqual(['webhook.failed', 'webhook.delivered']);
  const count = receiver.received.length;
  webhook.look();
  await sleep(30);
  expect(receiver.received).toHaveLength(count);
});

test.each([
  ['silent', 'it did not answer within 0.05 s'],
  ['hang-up', 'it cannot be reached (UND_ERR_SOCKET)'],
  [302, 'it answers 302, and redirects are not followed: wanted the address that it leads to'],
  [404, 'it answers 404, wanted 2xx'],
] as const)('%s is a failure that is told', async (answer, problem) => {
  const receiver = await startWebhookReceiver(answer);
  const answerWaitMs = answer === 'silent' ? 50 : 20_000;
  const { webhook } = open(siteWith(receiver.url), { ...QUICK, answerWaitMs, firstPauseMs: 60_000 });
  webhook.look();
  await vi.waitFor(() => expect(webhook.state()).toMatchObject({ state: 'waiting', problem }), 10_000);
  expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
});

test('nobody there, and what is no usable address, is a failure', async () => {
  // Port 1 (tcpmux) is nobody's.
  for (const [url, problem] of [
    ['http://127.0.0.1:1/', 'it cannot be reached'],
    ['ftp://127.0.0.1/', 'saw no usable address'],
    ['http://user:pass@127.0.0.1:1/', 'saw no usable address'],
    ['nowhere', 'saw no usable address'],
  ] as const) {
    const { webhook } = open(siteWith(url), { ...QUICK, firstPauseMs: 60_000 });
    webhook.look();
    await vi.waitFor(() => expect(webhook.state().state).toBe('waiting'));
    expect(webhook.state().problem).toContain(problem);
  }
});

test('an answer without an end is not read', async () => {
  const receiver = await startWebhookReceiver('endless');
  const { webhook } = open(siteWith(receiver.url));
  webhook.look();
  await vi.waitFor(() => expect(webhook.state().state).toBe('told'));
});

test('only the newest address is told', async () => {
  const receiver = await startWebhookReceiver(500);
  const { webhook, world, told } = open(siteWith(receiver.url));
  webhook.look();
  await receiver.wait(2);
  world.news = { now: second, previous: first.address };
  webhook.look();
  const before = receiver.received.length;
  receiver.answer(200);
  await vi.waitFor(() => expect(webhook.state().state).toBe('told'));
  for (const { body } of receiver.received.slice(before)) {
    expect(JSON.parse(body)).toMatchObject({ address: second.address, previous: first.address });
  }
  expect(told).toEqual([second.since]);
});

test('it is given up after a day, and the next address is told all the same', async () => {
  const receiver = await startWebhookReceiver(500);
  const { webhook, world, told, problems, events } = open(siteWith(receiver.url));
  webhook.look();
  await receiver.wait(1);
  world.now += DAY_MS;
  await vi.waitFor(() => expect(webhook.state().state).toBe('given-up'));
  webhook.look();
  expect(webhook.state().state).toBe('given-up');
  receiver.answer(200);
  world.news = { now: { ...second, since: world.now }, previous: first.address };
  webhook.look();
  await vi.waitFor(() => expect(webhook.state().state).toBe('told'));
  expect(told).toEqual([world.now]);
  expect(events()).toEqual(['webhook.failed', 'webhook.given-up', 'webhook.delivered']);
  expect(problems).toEqual(['it answers 500, wanted 2xx', null]);
});

test('the pauses grow to a limit', async () => {
  const receiver = await startWebhookReceiver(500);
  const { webhook } = open(siteWith(receiver.url), { ...QUICK, firstPauseMs: 4, longestPauseMs: 16 });
  const pauses: number[] = [];
  webhook.look();
  for (let count = 1; count <= 5; count += 1) {
    await receiver.wait(count);
    await vi.waitFor(() => expect(webhook.state().state).toBe('waiting'), { interval: 1 });
    pauses.push((webhook.state().nextAt ?? 0) - NOW);
  }
  expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
  expect(Math.max(...pauses)).toBe(16);
});

test('after a restart, what was not told is told, and what was told is not', async () => {
  const receiver = await startWebhookReceiver();
  const untold = open(siteWith(receiver.url));
  untold.webhook.look();
  await vi.waitFor(() => expect(untold.webhook.state().state).toBe('told'));

  const told = open(siteWith(receiver.url));
  told.world.news = { now: { ...first, toldAt: NOW - 1_000 }, previous: null };
  told.webhook.look();
  expect(told.webhook.state()).toMatchObject({ state: 'told', at: NOW - 1_000 });

  const old = open(siteWith(receiver.url));
  old.world.news = { now: { ...first, since: NOW - DAY_MS - 1 }, previous: null };
  old.webhook.look();
  expect(old.webhook.state().state).toBe('idle');
  await sleep(30);
  expect(receiver.received).toHaveLength(1);
});

test('a receiver that is set up later is told where the office is', async () => {
  const receiver = await startWebhookReceiver();
  const { webhook, world } = open(siteWith(null));
  world.news = { now: { ...first, since: NOW - 30 * DAY_MS, toldAt: NOW - 30 * DAY_MS }, previous: null };
  webhook.look();
  expect(webhook.state().state).toBe('off');
  world.site = siteWith(receiver.url);
  webhook.look();
  await vi.waitFor(() => expect(webhook.state().state).toBe('told'));
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ address: first.address });
});

test('without a key nothing is told, and a webhook that is taken away is left alone', async () => {
  const receiver = await startWebhookReceiver(500);
  const { webhook, world } = open(siteWith(receiver.url, null));
  webhook.look();
  expect(webhook.state().state).toBe('off');
  expect(receiver.received).toEqual([]);
  world.site = siteWith(receiver.url);
  webhook.look();
  await receiver.wait(1);
  world.site = siteWith(null);
  webhook.look();
  const count = receiver.received.length;
  await sleep(40);
  // One may have been on its way.
  expect(receiver.received.length).toBeLessThanOrEqual(count + 1);
  expect(webhook.state().state).toBe('off');
});

test('no secret and no address of the webhook reaches the log', async () => {
  const receiver = await startWebhookReceiver(500);
  const { webhook, world, logged } = open(siteWith(`${receiver.url}?key=hidden`));
  webhook.look();
  await receiver.wait(1);
  world.now += DAY_MS;
  world.storeFails = true;
  await vi.waitFor(() => expect(webhook.state().state).toBe('given-up'));
  receiver.answer(200);
  world.news = { now: { ...second, since: world.now }, previous: null };
  webhook.look();
  await vi.waitFor(() => expect(webhook.state().state).toBe('told'));
  expect(logged.map(({ event }) => event)).toContain('address.failed');
  expect(JSON.stringify(logged)).not.toMatch(/hidden|\/hook|c29tZ/);
});

test('a stop ends it at once', async () => {
  const receiver = await startWebhookReceiver('silent');
  const { webhook, stop, told } = open(siteWith(receiver.url), { ...QUICK, answerWaitMs: 60_000 });
  webhook.look();
  await receiver.wait(1);
  stop.abort();
  await webhook.closed();
  expect(told).toEqual([]);
});
