import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { SESSION_IDLE_MS, SESSION_LONGEST_MS } from '../../src/core/session.ts';
import type { UserWithPassword } from '../../src/core/user.ts';
import type { Store } from '../../src/store/store.ts';
import { makeFolder, openForTest } from './samples.ts';

const ANNA: UserWithPassword = {
  id: 'u1',
  name: 'anna',
  role: 'admin',
  createdAt: 0,
  passwordChangedAt: 0,
  lastLogInAt: null,
  passwordHash: new Secret('hash'),
};
const BROWSER = { userId: ANNA.id, userAgent: 'Firefox', address: '192.0.2.7' };

async function openWithAnna() {
  const clock = { now: 1_000 };
  const dataDir = await makeFolder();
  const store: Store = await openForTest(dataDir, () => clock.now);
  await store.decisions.commit({ users: [ANNA] });
  return { clock, dataDir, store, sessions: store.sessions };
}

test('a session opens with its key only, and the key is nowhere on disk', async () => {
  const { sessions, store, dataDir } = await openWithAnna();
  const { key, ...session } = await sessions.create(BROWSER);
  // 43 characters of 6 bits: 256 bits.
  expect(key.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(session).toMatchObject({ userAgent: 'Firefox', address: '192.0.2.7', createdAt: 1_000 });
  expect(await sessions.find(key.reveal())).toMatchObject({ session, user: { name: 'anna', role: 'admin' } });
  for (const text of ['', session.id, `${key.reveal()}x`, key.reveal().toLowerCase(), 'a'.repeat(1e6)]) {
    expect(await sessions.find(text)).toBeUndefined();
  }
  await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(store.database.read);
  const file = await readFile(join(dataDir, 'plugtone.db'), 'latin1');
  expect(file).toContain(session.id);
  expect(file).not.toContain(key.reveal());
});

test('a session ends when nobody uses it, and lives on while somebody does', async () => {
  const { sessions, clock } = await openWithAnna();
  const { key } = await sessions.create(BROWSER);
  for (let use = 0; use < 3; use += 1) {
    clock.now += SESSION_IDLE_MS - 1;
    expect(await sessions.find(key.reveal())).toBeDefined();
  }
  clock.now += SESSION_IDLE_MS;
  expect(await sessions.find(key.reveal())).toBeUndefined();
  expect(await sessions.listOf(ANNA.id)).toEqual([]);
});

test('looking without touching does not keep a session alive', async () => {
  const { sessions, clock } = await openWithAnna();
  const { key } = await sessions.create(BROWSER);
  clock.now += SESSION_IDLE_MS - 1;
  expect(await sessions.find(key.reveal(), { touch: false })).toBeDefined();
  clock.now += 1;
  expect(await sessions.find(key.reveal(), { touch: false })).toBeUndefined();
});

test('no session lives longer than thirty days, however busy it is', async () => {
  const { sessions, clock } = await openWithAnna();
  const { key } = await sessions.create(BROWSER);
  const end = clock.now + SESSION_LONGEST_MS;
  while (clock.now + SESSION_IDLE_MS / 2 < end) {
    clock.now += SESSION_IDLE_MS / 2;
    expect(await sessions.find(key.reveal())).toBeDefined();
  }
  clock.now = end;
  expect(await sessions.find(key.reveal())).toBeUndefined();
});

test('a new role holds at once, and a password change ends the others', async () => {
  const { sessions, store } = await openWithAnna();
  const [own, other] = [await sessions.create(BROWSER), await sessions.create(BROWSER)];
  const chief = { ...ANNA, id: 'u2', name: 'chief' };
  await store.decisions.commit({ users: [chief, { ...ANNA, role: 'viewer' }] });
  expect((await sessions.find(own.key.reveal()))?.user.role).toBe('viewer');
  await store.decisions.commit({ endedSessions: [{ userId: ANNA.id, except: own.id }] });
  expect(await sessions.find(own.key.reveal())).toBeDefined();
  expect(await sessions.find(other.key.reveal())).toBeUndefined();
  await store.decisions.commit({ endedSessions: [{ userId: ANNA.id, except: null }] });
  expect(await sessions.listOf(ANNA.id)).toEqual([]);
});

test('only its own user ends a session by its name', async () => {
  const { sessions } = await openWithAnna();
  const { id } = await sessions.create(BROWSER);
  expect(await sessions.end('somebody', id)).toBeUndefined();
  expect((await sessions.end(ANNA.id, id))?.id).toBe(id);
  expect(await sessions.end(ANNA.id, id)).toBeUndefined();
});

test('a program that logs in for ever does not fill the disk', async () => {
  const { sessions, clock } = await openWithAnna();
  const first = await sessions.create(BROWSER);
  for (let count = 0; count < 60; count += 1) {
    clock.now += 1;
    await sessions.create({ ...BROWSER, userAgent: 'x'.repeat(10_000) });
  }
  const left = await sessions.listOf(ANNA.id);
  expect(left).toHaveLength(50);
  expect(left[0]?.userAgent).toHaveLength(200);
  expect(await sessions.find(first.key.reveal())).toBeUndefined();
});
