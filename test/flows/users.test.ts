import { expect, test } from 'vitest';
import { changePassword } from '../../src/flows/change-password.ts';
import { changeUser } from '../../src/flows/change-user.ts';
import { createUser } from '../../src/flows/create-user.ts';
import { logIn } from '../../src/flows/log-in.ts';
import { removeUser } from '../../src/flows/remove-user.ts';
import { BROWSER, createPeopleWorld, PASSWORD } from '../peers/people-world.ts';

const NEW_PASSWORD = 'another horse battery';
const CHIEF = { id: 'chief', name: 'chief' };

function logInAs({ doors }: Awaited<ReturnType<typeof createPeopleWorld>>, name: string, password = PASSWORD) {
  return logIn(doors, { ...BROWSER, name, password });
}

test('a user is made once, with a name and a password that will do', async () => {
  const { doors, add, audit } = await createPeopleWorld();
  await add('anna');
  const create = (name: string, password: string) => createUser(doors, { name, password, role: 'viewer' }, 'chief');
  expect(await create('ANNA', PASSWORD)).toMatchObject({ problem: { kind: 'name-taken', name: 'anna' } });
  expect(await create('bert', 'short')).toMatchObject({ problem: { kind: 'weak-password' } });
  for (const name of ['', ' ', '-x', 'a b', 'a\nb', '<b>', 'x'.repeat(65)]) {
    expect(await create(name, PASSWORD)).toMatchObject({ problem: { kind: 'bad-user-name' } });
  }
  expect(await create('bert', PASSWORD)).toMatchObject({ ok: true, value: { name: 'bert', role: 'viewer' } });
  expect((await audit())[0]).toMatchObject({ actor: 'chief', action: 'user.created', subject: 'bert' });
});

test('the first user is an administrator', async () => {
  const { doors } = await createPeopleWorld();
  const first = await createUser(doors, { name: 'vera', password: PASSWORD, role: 'viewer' }, 'a token');
  expect(first).toMatchObject({ problem: { kind: 'administrator-first' } });
});

test('the last administrator is neither removed nor demoted, also when both go at once', async () => {
  const { doors, add, store } = await createPeopleWorld();
  const [anna, bert] = [await add('anna'), await add('bert')];
  const both = await Promise.all([removeUser(doors, anna.id, 'bert'), removeUser(doors, bert.id, 'anna')]);
  expect(both.map(({ ok }) => ok)).toEqual([true, false]);
  expect(await changeUser(doors, bert.id, { role: 'viewer' }, CHIEF)).toEqual({
    ok: false,
    problem: { kind: 'last-administrator', name: 'bert' },
  });
  await add('vera', 'viewer');
  expect((await removeUser(doors, bert.id, 'bert')).ok).toBe(false);
  expect((await store.users.list()).map(({ name }) => name)).toEqual(['bert', 'vera']);
});

test('a role changes at once and is written down; the same role again changes nothing', async () => {
  const world = await createPeopleWorld();
  const { doors, add, audit } = world;
  await add('anna');
  const vera = await add('vera', 'viewer');
  const opened = await logInAs(world, 'vera');
  await changeUser(doors, vera.id, { role: 'technician' }, CHIEF);
  const key = opened.ok ? opened.value.key.reveal() : '';
  expect((await doors.sessions.find(key))?.user.role).toBe('technician');
  const entry = { action: 'user.role-changed', detail: { before: 'viewer', after: 'technician' } };
  expect((await audit())[0]).toMatchObject(entry);
  const written = (await audit()).length;
  await changeUser(doors, vera.id, { role: 'technician' }, CHIEF);
  expect(await audit()).toHaveLength(written);
});

test("an administrator sets somebody's password anew, which ends all sessions, but not his own", async () => {
  const world = await createPeopleWorld();
  const { doors, add } = world;
  const [anna, vera] = [await add('anna'), await add('vera', 'viewer')];
  await logInAs(world, 'vera');
  expect(await changeUser(doors, anna.id, { password: NEW_PASSWORD }, anna)).toMatchObject({
    problem: { kind: 'own-password' },
  });
  expect((await changeUser(doors, vera.id, { password: NEW_PASSWORD }, anna)).ok).toBe(true);
  expect(await doors.sessions.listOf(vera.id)).toEqual([]);
  expect((await logInAs(world, 'vera')).ok).toBe(false);
  expect((await logInAs(world, 'vera', NEW_PASSWORD)).ok).toBe(true);
  expect(await changeUser(doors, 'nobody', { role: 'viewer' }, anna)).toMatchObject({
    problem: { kind: 'no-such-user' },
  });
});

test('one changes the own password with the old one; the other sessions end', async () => {
  const world = await createPeopleWorld();
  const { doors, add } = world;
  const anna = await add('anna');
  const [own, other] = [await logInAs(world, 'anna'), await logInAs(world, 'anna')];
  if (!own.ok || !other.ok) throw new Error('no session');
  const change = (oldPassword: string, newPassword: string) =>
    changePassword(doors, {
      userId: anna.id,
      sessionId: own.value.session.id,
      oldPassword,
      newPassword,
      address: BROWSER.address,
    });
  expect(await change('wrong', NEW_PASSWORD)).toMatchObject({ problem: { kind: 'wrong-password' } });
  expect(await change(PASSWORD, 'short')).toMatchObject({ problem: { kind: 'weak-password' } });
  expect(await doors.sessions.listOf(anna.id)).toHaveLength(2);
  expect((await change(PASSWORD, NEW_PASSWORD)).ok).toBe(true);
  expect((await doors.sessions.listOf(anna.id)).map(({ id }) => id)).toEqual([own.value.session.id]);
  expect((await logInAs(world, 'anna')).ok).toBe(false);
  expect((await logInAs(world, 'anna', NEW_PASSWORD)).ok).toBe(true);
});

test('guessing the old password is slowed down', async () => {
  const { doors, add } = await createPeopleWorld();
  const anna = await add('anna');
  const guess = () =>
    changePassword(doors, {
      userId: anna.id,
      sessionId: 's',
      oldPassword: 'wrong',
      newPassword: NEW_PASSWORD,
      address: BROWSER.address,
    });
  for (let count = 0; count < 5; count += 1) await guess();
  expect(await guess()).toMatchObject({ problem: { kind: 'too-many-attempts' } });
});
