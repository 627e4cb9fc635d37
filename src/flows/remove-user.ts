import { err, ok, type Result } from '../core/result.ts';
import type { User } from '../core/user.ts';
import { withoutPassword } from './create-user.ts';
import { isLastAdministrator, type PeopleDoors, type PeopleProblem } from './people.ts';

/** With all sessions, at once. */
export function removeUser(
  { users, office, clock }: Pick<PeopleDoors, 'users' | 'office' | 'clock'>,
  id: string,
  actor: string,
): Promise<Result<User, PeopleProblem>> {
  return office.exclusively(async () => {
    const user = await users.find(id);
    if (user === undefined) return err({ kind: 'no-such-user' });
    const { name, role } = user;
    if (await isLastAdministrator(users, user)) return err({ kind: 'last-administrator', name });
    const entry = { at: clock(), actor, action: 'user.removed', subject: name, detail: { role } };
    await office.commit({ removedUsers: [id], audit: [entry] });
    return ok(withoutPassword(user));
  });
}
