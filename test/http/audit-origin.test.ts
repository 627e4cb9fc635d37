import { afterAll, beforeAll, expect, test } from 'vitest';
import { originNow } from '../../src/core/audit-origin.ts';
import type { ApiApp } from '../../src/http/api-app.ts';
import { createWebServer } from '../../src/http/web-server.ts';
import { createWorld, PENDING } from './web-world.ts';

const world = createWorld();
const origins = new Map<string, string>();
let app: ApiApp;
let base: string;

beforeAll(async () => {
  // What the store reads when it writes the entries.
  const { commit } = world.office;
  world.office.commit = (change, ...more) => {
    for (const { subject } of change.audit ?? []) origins.set(subject, originNow());
    return commit(change, ...more);
  };
  app = await createWebServer(world.doors);
  base = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

/** As through a proxy on this host, which says whom it asks for. Over a real connection: bodies come in pieces of their own time. */
function ask(method: string, path: string, from: string, body?: unknown) {
  return fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${world.tokens.admin}`,
      'x-forwarded-for': from,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

test('what is decided at the same time comes from where each of the requests came from', async () => {
  const numbers = Array.from({ length: 20 }, (_, index) => `${300 + index}`);
  const answers = await Promise.all(
    numbers.map((number, index) => ask('PUT', `/extensions/${number}`, `192.0.2.${index}`, { displayName: number })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(numbers.map((number) => origins.get(number))).toEqual(numbers.map((_, index) => `192.0.2.${index}`));
});

test('a request without a body and one without a proxy tell theirs, too', async () => {
  await ask('POST', `/devices/${PENDING}/block`, '192.0.2.77');
  expect(origins.get(PENDING)).toBe('192.0.2.77');
  const headers = { authorization: `Bearer ${world.tokens.admin}` };
  await fetch(`${base}/api/v1/extensions/300`, { method: 'DELETE', headers });
  expect(origins.get('300')).toBe('127.0.0.1');
});

test('outside of a request it is the appliance', () => {
  expect(originNow()).toBe('appliance');
});
