import { expect, test } from 'vitest';
import { beginSetUp } from '../../src/commands/people-doors.ts';
import { Secret } from '../../src/core/secret.ts';
import { createSetUp } from '../../src/flows/set-up.ts';
import { createPeopleWorld } from '../peers/people-world.ts';

test('a PLUGTONE_ADMIN_PASSWORD that will not do is wrong usage: no service manager starts that again', async () => {
  const { doors, store } = await createPeopleWorld();
  const begun = beginSetUp(createSetUp(doors), { adminPassword: new Secret('plugtone') });
  await expect(begun).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/^PLUGTONE_ADMIN_PASSWORD: /),
  });
  expect(await store.users.list()).toEqual([]);
});
