import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { createRequestSessions, csrfTokenOf, isFromElsewhere } from '../../src/http/session-guard.ts';

const KEY = 'k'.repeat(43);

function requestWith(headers: Record<string, string>): FastifyRequest {
  return {
    headers: { host: 'plugtone.lan:8080', ...headers },
    method: 'GET',
    loginSession: null,
  } as unknown as FastifyRequest;
}

test('asking again for the same request is no use of the session', async () => {
  const touched: (boolean | undefined)[] = [];
  const sessions = createRequestSessions(
    { find: async () => undefined },
    {
      async find(_key, { touch } = {}) {
        touched.push(touch);
        const session = { id: 's', userId: 'u', createdAt: 0, lastUsedAt: 0, userAgent: '', address: '' };
        const user = { id: 'u', name: 'anna', role: 'admin', createdAt: 0, passwordChangedAt: 0, lastLogInAt: null };
        return { session, user: { ...user, role: 'admin' } };
      },
    },
  );
  const request = requestWith({ cookie: `a=b; plugtone_session=${KEY}; c=d` });
  expect(await sessions.identify(request)).toEqual({ id: 'u', name: 'anna', role: 'admin' });
  expect(await sessions.identify(request)).toBeDefined();
  expect(touched).toEqual([true, false]);
  expect(sessions.csrfOf(request)).toBe(csrfTokenOf(KEY));
});

test('cookies that cannot be ours are not looked up', async () => {
  const looked: string[] = [];
  const sessions = createRequestSessions(
    { find: async () => undefined },
    {
      async find(key) {
        looked.push(key);
        return undefined;
      },
    },
  );
  for (const cookie of [
    '',
    'plugtone_session=',
    'plugtone_session=%00',
    `plugtone_session=${'x'.repeat(500)}`,
    'xplugtone_session=y',
  ]) {
    expect(await sessions.identify(requestWith({ cookie }))).toBeUndefined();
  }
  expect(looked).toEqual([]);
});

test('the CSRF token tells nothing about the key, and differs for each', () => {
  expect(csrfTokenOf(KEY)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(csrfTokenOf(KEY)).not.toContain(KEY.slice(0, 8));
  expect(csrfTokenOf(`${KEY.slice(1)}j`)).not.toBe(csrfTokenOf(KEY));
});

test.each([
  [{ 'sec-fetch-site': 'same-origin' }, false],
  [{ 'sec-fetch-site': 'none' }, false],
  [{ 'sec-fetch-site': 'cross-site', origin: 'http://plugtone.lan:8080' }, true],
  [{ 'sec-fetch-site': 'same-site' }, true],
  [{ origin: 'http://plugtone.lan:8080' }, false],
  [{ origin: 'http://plugtone.lan' }, true],
  [{ origin: 'https://evil.example' }, true],
  [{ origin: 'null' }, true],
  [{}, false],
] as const)('a form with %o comes from elsewhere: %s', (headers, isForeign) => {
  expect(isFromElsewhere(requestWith(headers))).toBe(isForeign);
});
