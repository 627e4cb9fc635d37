import { expect, test } from 'vitest';
import { changePassword } from '../../src/flows/change-password.ts';
import { logIn } from '../../src/flows/log-in.ts';
import { endSession, logOutEverywhere } from '../../src/flows/log-out.ts';
import { describePeopleProblem } from '../../src/flows/people.ts';
import { BROWSER, createPeopleWorld, PASSWORD } from '../peers/people-world.ts';

type World = Awaited<ReturnType<typeof createPeopleWorld>>;

function tryToLogIn({ doors }: World, name: string, password: string, address = BROWSER.address) {
  return logIn(doors, { ...BROWSER, address, name, password });
}

async function logInAs(world: World, name: string, password = PASSWORD) {
  const opened = await tryToLogIn(world, name, password);
  if (!opened.ok) throw new Error(describePeopleProblem(opened.problem));
  return opened.value;
}

test('the right password opens a session, in any spelling of the name', async () => {
  const world = await createPeopleWorld();
  await world.add('anna');
  await world.add('Änne', 'technician', 'drei Äpfel im Korb');
  const opened = await logInAs(world, 'A\u0308NNE', 'drei A\u0308pfel im Korb');
  expect(opened.user).toMatchObject({ name: 'Änne', role: 'technician' });
  expect(await world.doors.sessions.find(opened.key.reveal())).toMatchObject({ session: opened.session });
  expect((await world.audit())[0]).toMatchObject({
    action: 'session.opened',
    actor: 'Änne',
    detail: { address: BROWSER.address },
  });
});

test('an unknown user and a wrong password get the same answer and the same work', async () => {
  const world = await createPeopleWorld();
  await world.add('anna');
  const verified: boolean[] = [];
  const { passwords } = world.doors;
  const doors = {
    ...world.doors,
    passwords: {
      ...passwords,
      verify: (...[password, hash]: Parameters<typeof passwords.verify>) => {
        verified.push(hash !== undefined);
        return passwords.verify(password, hash);
      },
    },
  };
  const wrong = await logIn(doors, { ...BROWSER, name: 'anna', password: 'wrong' });
  const unknown = await logIn(doors, { ...BROWSER, name: 'nobody', password: 'wrong' });
  expect(wrong).toEqual({ ok: false, problem: { kind: 'log-in-refused' } });
  expect(unknown).toEqual(wrong);
  expect(verified).toEqual([true, false]);
  expect((await world.audit()).filter(({ action }) => action === 'session.refused')).toHaveLength(2);
});

test('hashing for nobody takes as long as for somebody', async () => {
  const { doors } = await createPeopleWorld();
  const hash = await doors.passwords.hash(PASSWORD);
  const median = async (against: typeof hash | undefined) => {
    const times: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const startedAt = performance.now();
      expect(await doors.passwords.verify('wrong', against)).toBe(false);
      times.push(performance.now() - startedAt);
    }
    return times.sort((a, b) => a - b)[4] ?? 0;
  };
  // The first one also makes the hash that nobody has.
  await median(undefined);
  const [somebody, nobody] = [await median(hash), await median(undefined)];
  expect(nobody).toBeGreaterThan(somebody / 3);
  expect(nobody).toBeLessThan(somebody * 3);
});

test('no password is right for nobody, not even the empty one', async () => {
  const { doors } = await createPeopleWorld();
  expect(await doors.passwords.verify('', undefined)).toBe(false);
});

test('guessing is slowed down for known and unknown names alike, and the right password waits too', async () => {
  const world = await createPeopleWorld();
  await world.add('anna');
  for (const name of ['anna', 'nobody']) {
    for (let count = 0; count < 5; count += 1) {
      expect(await tryToLogIn(world, name, 'wrong', name)).toMatchObject({ problem: { kind: 'log-in-refused' } });
    }
    expect(await tryToLogIn(world, name, PASSWORD, name)).toEqual({
      ok: false,
      problem: { kind: 'too-many-attempts', retryAfterMs: 1_000 },
    });
  }
  const written = (await world.audit()).length;
  await tryToLogIn(world, 'anna', PASSWORD, 'elsewhere');
  expect(await world.audit()).toHaveLength(written);
  world.wait(1_000);
  expect((await tryToLogIn(world, 'anna', PASSWORD)).ok).toBe(true);
});

test('what somebody typed is in no log and no audit: neither password nor a name that nobody has', async () => {
  const world = await createPeopleWorld();
  await world.add('anna');
  await tryToLogIn(world, 'my-secret-in-the-wrong-field', 'x');
  await tryToLogIn(world, 'anna', 'wr0ng-but-near');
  const { key } = await logInAs(world, 'anna');
  const written = JSON.stringify(await world.audit()) + world.lines.join('\n');
  for (const secret of ['my-secret-in-the-wrong-field', 'wr0ng-but-near', PASSWORD, key.reveal(), '$argon2id$']) {
    expect(written).not.toContain(secret);
  }
});

test('a log-in that overlaps with a password change does not survive it', async () => {
  const world = await createPeopleWorld();
  const anna = await world.add('anna');
  const { session } = await logInAs(world, 'anna');
  const { passwords } = world.doors;
  let verifying = 0;
  const doors = {
    ...world.doors,
    passwords: {
      ...passwords,
      async verify(...[password, hash]: Parameters<typeof passwords.verify>) {
        const isRight = await passwords.verify(password, hash);
        verifying += 1;
        if (verifying === 1) {
          const changed = await changePassword(world.doors, {
            userId: anna.id,
            sessionId: session.id,
            oldPassword: PASSWORD,
            newPassword: 'another horse battery',
            address: BROWSER.address,
          });
          expect(changed.ok).toBe(true);
        }
        return isRight;
      },
    },
  };
  const late = await logIn(doors, { ...BROWSER, name: 'anna', password: PASSWORD });
  expect(late).toMatchObject({ problem: { kind: 'log-in-refused' } });
  expect((await world.doors.sessions.listOf(anna.id)).map(({ id }) => id)).toEqual([session.id]);
});

test('logging out ends this session, or all of them, and is written down', async () => {
  const world = await createPeopleWorld();
  const anna = await world.add('anna');
  const [first, second, third] = [
    await logInAs(world, 'anna'),
    await logInAs(world, 'anna'),
    await logInAs(world, 'anna'),
  ];
  expect((await endSession(world.doors, anna, first.session.id)).ok).toBe(true);
  expect(await endSession(world.doors, anna, first.session.id)).toMatchObject({ problem: { kind: 'no-such-session' } });
  await logOutEverywhere(world.doors, anna, second.session.id);
  expect((await world.doors.sessions.listOf(anna.id)).map(({ id }) => id)).toEqual([second.session.id]);
  await logOutEverywhere(world.doors, anna);
  expect(await world.doors.sessions.find(second.key.reveal())).toBeUndefined();
  expect(await world.doors.sessions.find(third.key.reveal())).toBeUndefined();
  expect((await world.audit()).filter(({ action }) => action === 'session.closed')).toHaveLength(3);
});
