import { expect, test } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import type { UserWithPassword } from '../../src/core/user.ts';
import { makeFolder, openForTest, openFresh } from './samples.ts';

function userOf(name: string, more: Partial<UserWithPassword> = {}): UserWithPassword {
  return {
    id: `id-${name}`,
    name,
    role: 'admin',
    createdAt: 1_000,
    passwordChangedAt: 2_000,
    lastLogInAt: null,
    passwordHash: new Secret(`hash-of-${name}`),
    ...more,
  };
}

test('a user is kept, found by any spelling of the name, and listed without the password', async () => {
  const { users, decisions } = await openFresh();
  expect(await users.isEmpty()).toBe(true);
  await decisions.commit({ users: [userOf('Zoë'), userOf('anna', { role: 'viewer' })] });
  expect(await users.isEmpty()).toBe(false);
  expect((await users.list()).map(({ name, role }) => `${name} ${role}`)).toEqual(['anna viewer', 'Zoë admin']);
  expect(JSON.stringify(await users.list())).not.toContain('hash');
  for (const spelling of ['Zoë', 'ZOË', ' zoe\u0308 ']) {
    const found = await users.findByName(spelling);
    expect([found?.id, found?.passwordHash.reveal()]).toEqual(['id-Zoë', 'hash-of-Zoë']);
  }
  expect(await users.findByName('zoe')).toBeUndefined();
  expect((await users.find('id-anna'))?.name).toBe('anna');
});

test('two users never have one name', async () => {
  const { users, decisions } = await openFresh();
  await decisions.commit({ users: [userOf('anna')] });
  await expect(decisions.commit({ users: [userOf('ANNA', { id: 'other' })] })).rejects.toThrow();
  expect(await users.list()).toHaveLength(1);
});

test('whatever two processes decide, an administrator is left', async () => {
  const dataDir = await makeFolder();
  const [one, other] = [await openForTest(dataDir), await openForTest(dataDir)];
  const [anna, bert] = [userOf('anna'), userOf('bert')];
  await one.decisions.commit({ users: [anna, bert] });
  await one.decisions.commit({ users: [{ ...anna, role: 'viewer' }] });
  const refused = { kind: 'changed-meanwhile' };
  await expect(other.decisions.commit({ removedUsers: [bert.id] })).rejects.toMatchObject(refused);
  await expect(other.decisions.commit({ users: [{ ...bert, role: 'technician' }] })).rejects.toMatchObject(refused);
  expect((await one.users.list()).map(({ role }) => role)).toEqual(['viewer', 'admin']);
});

test('a decision about a user does not turn the last log-in back', async () => {
  const { users, sessions, decisions } = await openFresh(() => 5_000);
  const anna = userOf('anna');
  await decisions.commit({ users: [anna] });
  await sessions.create({ userId: anna.id, userAgent: 'x', address: '192.0.2.1' });
  await decisions.commit({ users: [{ ...anna, name: 'Anna' }] });
  expect(await users.find(anna.id)).toMatchObject({ name: 'Anna', lastLogInAt: 5_000 });
});

test('who is removed has no session any more', async () => {
  const { sessions, decisions } = await openFresh();
  await decisions.commit({ users: [userOf('anna'), userOf('bert')] });
  const { key } = await sessions.create({ userId: 'id-bert', userAgent: 'x', address: '192.0.2.1' });
  await decisions.commit({ removedUsers: ['id-bert'] });
  expect(await sessions.find(key.reveal())).toBeUndefined();
  expect(await sessions.listOf('id-bert')).toEqual([]);
});
