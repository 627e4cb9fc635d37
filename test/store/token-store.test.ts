import { expect, test } from 'vitest';
import type { TokenStore } from '../../src/store/token-store.ts';
import { makeFolder, openForTest, openFresh } from './samples.ts';

async function create(tokens: TokenStore, name: string, role: 'admin' | 'viewer' = 'admin') {
  const created = await tokens.create({ name, role });
  if (!created.ok) throw new Error(`${created.problem.kind} ${created.problem.name}`);
  return created.value;
}

test('a token opens under its name and role, and no other text does', async () => {
  const { tokens } = await openFresh(() => 1_000);
  const { token, ...facts } = await create(tokens, 'monitor', 'viewer');
  expect(facts).toMatchObject({ name: 'monitor', role: 'viewer', createdAt: 1_000, lastUsedAt: null });
  // 43 characters of 6 bits: 256 bits.
  expect(token).toMatch(/^plt_[A-Za-z0-9_-]{43}$/);
  expect(await tokens.find(token)).toEqual({ ...facts, lastUsedAt: 1_000 });
  const wrong = [
    '',
    'plt_',
    `${token}x`,
    token.slice(0, -1),
    token.slice(4),
    token.toUpperCase(),
    `${token}\n`,
    'a'.repeat(1e6),
  ];
  for (const text of wrong) expect(await tokens.find(text)).toBeUndefined();
});

test('a name can be given once', async () => {
  const { tokens } = await openFresh();
  await create(tokens, 'monitor');
  expect(await tokens.create({ name: 'monitor', role: 'admin' })).toEqual({
    ok: false,
    problem: { kind: 'name-taken', name: 'monitor' },
  });
});

test('a token is revoked by name or by id, for every process at once', async () => {
  const dataDir = await makeFolder();
  const [server, commandLine] = [await openForTest(dataDir), await openForTest(dataDir)];
  const [first, second] = [await create(server.tokens, 'first'), await create(server.tokens, 'second')];
  expect((await commandLine.tokens.revoke('first'))?.id).toBe(first.id);
  expect((await commandLine.tokens.revoke(second.id))?.name).toBe('second');
  expect(await commandLine.tokens.revoke('first')).toBeUndefined();
  expect(await server.tokens.find(first.token)).toBeUndefined();
  expect(await server.tokens.find(second.token)).toBeUndefined();
  expect(await server.tokens.list()).toEqual([]);
});

test('a name that equals the id of another token means the name', async () => {
  const { tokens } = await openFresh();
  const first = await create(tokens, 'first');
  await create(tokens, first.id);
  expect((await tokens.revoke(first.id))?.name).toBe(first.id);
  expect(await tokens.find(first.token)).toMatchObject({ name: 'first' });
});

test('the last use is kept to the minute', async () => {
  let now = 100_000;
  const { tokens } = await openFresh(() => now);
  const { token } = await create(tokens, 'monitor');
  const uses: (number | null | undefined)[] = [];
  for (const at of [100_000, 130_000, 159_999, 160_000]) {
    now = at;
    await tokens.find(token);
    uses.push((await tokens.list())[0]?.lastUsedAt);
  }
  expect(uses).toEqual([100_000, 100_000, 100_000, 160_000]);
});
