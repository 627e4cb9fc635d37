import { expect, test } from 'vitest';
import { createSetUp, type SetUpRequest } from '../../src/flows/set-up.ts';
import { BROWSER, createPeopleWorld, PASSWORD } from '../peers/people-world.ts';

const CODE = /[0-9A-Z]{3}(?:-[0-9A-Z]{3}){7}/;

async function begin(adminPassword?: string) {
  const world = await createPeopleWorld();
  const setUp = createSetUp(world.doors);
  const begun = await setUp.begin(adminPassword);
  const code = CODE.exec(world.lines.join('\n'))?.[0] ?? '';
  const request = (more: Partial<SetUpRequest> = {}): SetUpRequest => ({
    ...BROWSER,
    code,
    name: 'anna',
    password: PASSWORD,
    edit: (site) => ({ ...site, name: 'Praxis', settings: { sipServer: 'pbx.example', language: 'de' } }),
    ...more,
  });
  return { world, setUp, begun, code, request };
}

test('the first start prints a code once, and says so in the log', async () => {
  const { world, begun, code, setUp } = await begin();
  expect(begun).toEqual({ ok: true, value: 'code-printed' });
  expect(code).toMatch(CODE);
  expect(world.lines.filter((line) => line.includes('setup.code-printed'))).toHaveLength(1);
  expect(await setUp.isNeeded()).toBe(true);
});

test('the code makes the administrator and the site in one go, and dies', async () => {
  const { setUp, world, request } = await begin();
  const done = await setUp.complete(request());
  expect(done).toMatchObject({ ok: true, value: { user: { name: 'anna', role: 'admin' } } });
  expect(world.doors.office.site()).toMatchObject({
    name: 'Praxis',
    settings: { sipServer: 'pbx.example' },
    revision: 1,
  });
  expect(await world.store.site.get()).toMatchObject({ name: 'Praxis' });
  expect((await world.audit()).map(({ action }) => action)).toEqual(['session.opened', 'site.changed', 'user.created']);
  expect(await setUp.isNeeded()).toBe(false);
  expect(await setUp.complete(request({ name: 'mallory' }))).toMatchObject({ problem: { kind: 'already-set-up' } });
  expect(await world.store.users.list()).toHaveLength(1);
});

test('people type the code as they like', async () => {
  const { setUp, code } = await begin();
  const spelled = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
  expect(await setUp.checkCode(spelled, '192.0.2.1')).toEqual({ ok: true, value: undefined });
});

test('a wrong code opens nothing, changes nothing and is slowed down', async () => {
  const { setUp, world, request } = await begin();
  for (let count = 0; count < 10; count += 1) {
    const wrong = await setUp.complete(request({ code: count === 0 ? '' : `ABC-${count}` }));
    expect(wrong).toMatchObject({ problem: { kind: 'setup-code-wrong' } });
  }
  expect(await setUp.complete(request())).toMatchObject({ problem: { kind: 'too-many-attempts' } });
  expect(await world.store.users.isEmpty()).toBe(true);
  expect(world.doors.office.site().revision).toBe(0);
  world.wait(1_000);
  expect((await setUp.complete(request())).ok).toBe(true);
});

test('a password that will not do leaves the code alive', async () => {
  const { setUp, request } = await begin();
  expect(await setUp.complete(request({ password: 'short' }))).toMatchObject({ problem: { kind: 'weak-password' } });
  expect((await setUp.complete(request())).ok).toBe(true);
});

test('two who send the code at once: one is the administrator', async () => {
  const { setUp, world, request } = await begin();
  const both = await Promise.all([setUp.complete(request()), setUp.complete(request({ name: 'bert' }))]);
  expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  expect(await world.store.users.list()).toHaveLength(1);
});

test('PLUGTONE_ADMIN_PASSWORD makes the user admin and prints no code', async () => {
  const { world, begun, setUp } = await begin(PASSWORD);
  expect(begun).toEqual({ ok: true, value: 'done' });
  expect((await world.store.users.list()).map(({ name, role }) => `${name} ${role}`)).toEqual(['admin admin']);
  expect(world.lines.join('\n')).not.toMatch(CODE);
  expect(world.lines.join('\n')).not.toContain(PASSWORD);
  expect(await setUp.isNeeded()).toBe(false);
  // The next start: somebody has changed the password meanwhile, and the environment does not turn it back.
  const again = createSetUp(world.doors);
  expect(await again.begin('something else entirely')).toEqual({ ok: true, value: 'done' });
  expect(await world.store.users.list()).toHaveLength(1);
});

test('PLUGTONE_ADMIN_PASSWORD that will not do is told', async () => {
  const { begun } = await begin('plugtone');
  expect(begun).toMatchObject({ problem: { kind: 'weak-password' } });
});

test('where there is a user, no code is printed', async () => {
  const world = await createPeopleWorld();
  await world.add('anna');
  expect(await createSetUp(world.doors).begin(undefined)).toEqual({ ok: true, value: 'done' });
  expect(world.lines).toEqual([]);
});
