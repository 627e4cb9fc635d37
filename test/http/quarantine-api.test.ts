import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { type ApiClient, createClient, expectProblem } from './api-client.ts';
import { createWorld, mac, NOW } from './web-world.ts';

const STRANGER = '192.168.10.66';
const STRANGER_MAC = '020000000066';
let world: ReturnType<typeof createWorld>;
let app: ApiApp;
let call: ApiClient;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
  call = createClient(app, world.tokens.technician);
  world.neighbours.set(STRANGER, mac(STRANGER_MAC));
});
afterEach(() => app.close());

function guess(address: string, guesses = 11): void {
  for (let guess = 0; guess < guesses; guess++) {
    world.quarantine.fail({ kind: 'bad-token', address, what: `guess ${guess}` });
  }
}

test('who is in quarantine is listed with reason, end and count', async () => {
  expect((await call('GET', '/api/v1/quarantine')).json).toEqual({ items: [] });
  guess(STRANGER);
  const { json } = await call('GET', '/api/v1/quarantine', { token: world.tokens.viewer });
  expect(json).toEqual({
    items: [
      {
        address: STRANGER,
        mac: STRANGER_MAC,
        reason: 'bad-token',
        explanation: expect.stringContaining('tokens'),
        since: new Date(NOW).toISOString(),
        until: new Date(NOW + 60_000).toISOString(),
        times: 1,
      },
    ],
  });
});

test('a technician releases one, a viewer none, and the audit knows who', async () => {
  guess(STRANGER);
  expectProblem(
    await call('DELETE', `/api/v1/quarantine/${STRANGER}`, { token: world.tokens.viewer }),
    403,
    'forbidden',
  );
  expect((await call('DELETE', `/api/v1/quarantine/${STRANGER}`)).status).toBe(204);
  expect((await call('GET', '/api/v1/quarantine')).json).toEqual({ items: [] });
  expect(world.audit).toMatchObject([{ actor: 'theo', action: 'quarantine.released', subject: STRANGER }]);
  expectProblem(await call('DELETE', `/api/v1/quarantine/${STRANGER}`), 404, 'not-in-quarantine');
});

test('all are released at once', async () => {
  guess(STRANGER);
  guess('10.9.0.1', 200);
  const { json } = await call('DELETE', '/api/v1/quarantine');
  expect(json.items.map(({ address }: { address: string }) => address).sort()).toEqual(['10.9.0.1', STRANGER]);
  expect((await call('DELETE', '/api/v1/quarantine')).json).toEqual({ items: [] });
  expect(world.audit).toHaveLength(2);
});

test.each(['office', '192.168.10', '192.168.10.256', '192.168.10.066', '1.2.3.4%0a', '%3A%3A1'])(
  '%j is no address',
  async (text) => {
    expectProblem(await call('DELETE', `/api/v1/quarantine/${text}`), 400, 'invalid-input');
    expectProblem(await call('GET', `/api/v1/sources/${text}`), 400, 'invalid-input');
  },
);

test('rules are kept in their order, and say what happens to an address', async () => {
  const rules = [
    { action: 'trust', network: '192.168.10.9', protocol: 'both', note: 'Monitoring' },
    { action: 'drop', network: '192.168.10.0/28', protocol: 'sip' },
  ];
  const put = await call('PUT', '/api/v1/site', {
    token: world.tokens.admin,
    body: { trust: { rules, quarantine: false } },
  });
  expect(put.json.trust).toMatchObject({ rules: [rules[0], { ...rules[1], note: '' }], quarantine: false });
  const dropped = { action: 'drop', because: 'rule', rule: 2 };
  const onLink = { action: 'allow', because: 'on-link', rule: null };
  const judge = async (address: string) => (await call('GET', `/api/v1/sources/${address}`)).json;
  expect(await judge('192.168.10.3')).toEqual({
    address: '192.168.10.3',
    sip: dropped,
    http: onLink,
    quarantine: null,
  });
  expect(await judge('192.168.10.9')).toMatchObject({ sip: { action: 'trust', rule: 1 } });
  expect(await judge('10.9.1.1')).toMatchObject({ http: { action: 'drop', because: 'elsewhere' } });
  expect(await judge('127.0.0.1')).toMatchObject({ sip: { because: 'own' } });
  const refused = await call('PUT', '/api/v1/site', {
    token: world.tokens.admin,
    body: { trust: { rules: [{ action: 'drop', network: '192.168.10.7/24', protocol: 'sip' }] } },
  });
  expectProblem(refused, 400, 'invalid-input');
  expect(refused.json.errors).toMatchObject([{ where: 'body.trust.rules.0.network' }]);
  const again = await call('PUT', '/api/v1/site', { token: world.tokens.admin, body: { trust: { rules } } });
  expect(again.json.revision).toBe(put.json.revision);
});

test('wrong passwords close the log-in from that address, and from no other; who is logged in stays so', async () => {
  const { people } = world.doors;
  for (let attempt = 0; attempt < 16; attempt++) people.sources.fail('198.51.100.7');
  const attempt = (remoteAddress: string) =>
    app.inject({
      method: 'POST',
      url: '/api/v1/session',
      remoteAddress,
      payload: { user: 'anna', password: 'wrong password' },
    });
  const kept = await attempt('198.51.100.7');
  expect(kept.statusCode).toBe(429);
  expect(kept.headers['retry-after']).toBe('60');
  expect((await attempt('198.51.100.8')).statusCode).toBe(401);
  const withToken = await app.inject({
    method: 'GET',
    url: '/api/v1/quarantine',
    remoteAddress: '198.51.100.7',
    headers: { authorization: `Bearer ${world.tokens.technician}` },
  });
  expect(withToken.json().items).toMatchObject([{ address: '198.51.100.7', reason: 'wrong-password' }]);
  // What somebody tried at the phones' doors does not close the log-in to him: he must be able to release himself.
  guess(STRANGER);
  expect((await attempt(STRANGER)).statusCode).toBe(401);
});

test('metrics count who is in quarantine, and refusals by their reason', async () => {
  guess(STRANGER);
  world.doors.counters.refuse('reason.wrong-token');
  const { text } = await call('GET', '/metrics', { token: '' });
  expect(text).toContain('plugtone_quarantined{reason="bad-token"} 1\n');
  expect(text).toContain('plugtone_quarantined{reason="contradiction"} 0\n');
  expect(text).toContain('plugtone_refusals_total{reason="wrong-token"} 1\n');
  expect(text).toContain('plugtone_requests_refused_total 1\n');
  expect(text).toContain('plugtone_datagrams_limited_total 0\n');
});
