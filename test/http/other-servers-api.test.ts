import { beforeEach, expect, test } from 'vitest';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { OTHER_SERVER } from '../peers/servers-memory.ts';
import { createClient } from './api-client.ts';
import { createWorld, type World } from './web-world.ts';

let world: World;
let app: ApiApp;

beforeEach(async () => {
  world = createWorld();
  app = await createWebServer(world.doors);
});

const as = (role: 'viewer' | 'technician' | 'admin') => createClient(app, world.tokens[role]);

test('a viewer sees who else answers phones, and when the LAN was asked', async () => {
  expect((await as('viewer')('GET', '/api/v1/other-servers')).json).toEqual({
    checkMinutes: 10,
    checkedAt: null,
    checking: false,
    problem: null,
    items: [],
  });
  world.otherServers.show([OTHER_SERVER], { checkedAt: 2_000 });
  expect((await as('viewer')('GET', '/api/v1/other-servers')).json).toMatchObject({
    checkedAt: '1970-01-01T00:00:02.000Z',
    items: [
      {
        id: '525400a1b2c3',
        address: '192.168.10.9',
        url: 'http://192.168.10.9/p/',
        says: 'Other PBX 1.0',
        wanted: false,
        firstSeenAt: '1970-01-01T00:00:01.000Z',
      },
    ],
  });
});

test('a technician has the LAN asked now, a viewer does not', async () => {
  expect((await as('viewer')('POST', '/api/v1/other-servers/check')).status).toBe(403);
  expect((await as('technician')('POST', '/api/v1/other-servers/check')).status).toBe(200);
  expect(world.otherServers.checks()).toBe(1);
});

test('an administrator calls a server wanted, and takes it back; the audit says who', async () => {
  world.otherServers.show([OTHER_SERVER]);
  const path = `/api/v1/other-servers/${OTHER_SERVER.id}/wanted`;
  expect((await as('technician')('PUT', path)).status).toBe(403);
  expect((await as('admin')('PUT', path)).json).toMatchObject({ items: [{ wanted: true }] });
  expect(world.office.site().trust.knownServers).toEqual([OTHER_SERVER.id]);
  expect(world.audit[0]).toMatchObject({
    actor: 'anna',
    action: 'site.changed',
    detail: { changed: 'trust.knownServers' },
  });
  expect((await as('admin')('DELETE', path)).json).toMatchObject({ items: [{ wanted: false }] });
  expect(world.office.site().trust.knownServers).toEqual([]);
});

test('what is no server is refused', async () => {
  const answer = await as('admin')('PUT', '/api/v1/other-servers/pbx/wanted');
  expect(answer.status).toBe(400);
  expect(answer.json.errors).toMatchObject([{ where: 'path.id', saw: '"pbx"' }]);
});

test('the list of wanted servers has an end', async () => {
  const knownServers = Array.from({ length: 50 }, (_, index) => `192.168.10.${index}`);
  expect((await as('admin')('PUT', '/api/v1/site', { body: { trust: { knownServers } } })).status).toBe(200);
  expect((await as('admin')('PUT', '/api/v1/other-servers/192.168.11.1/wanted')).status).toBe(400);
  expect((await as('admin')('PUT', '/api/v1/other-servers/192.168.10.1/wanted')).status).toBe(200);
});

test('the site takes the minutes between two checks, and refuses what they cannot be', async () => {
  const put = (otherServerCheckMinutes: number) =>
    as('admin')('PUT', '/api/v1/site', { body: { trust: { otherServerCheckMinutes } } });
  expect((await put(0)).json.trust.otherServerCheckMinutes).toBe(0);
  expect((await put(100_000)).status).toBe(400);
});
