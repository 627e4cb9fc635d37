import { checkNewPassword } from '../core/check-new-password.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Role } from '../core/role.ts';
import type { User } from '../core/user.ts';
import { withoutPassword } from './create-user.ts';
import { isLastAdministrator, type PeopleDoors, type PeopleProblem } from './people.ts';

/** What is left out stays. */
export interface UserPatch {
  readonly role?: Role | undefined;
  /** For somebody who forgot it: all sessions of that user end. */
  readonly password?: string | undefined;
}

/**
 * What an administrator changes about somebody. A role holds with the next request. The same role again changes nothing.
 * `actor.id`: nobody sets his own password this way, or an unlocked screen would be enough to take the account.
 */
export async function changeUser(
  { users, passwords, office, clock }: Pick<PeopleDoors, 'users' | 'passwords' | 'office' | 'clock'>,
  id: string,
  patch: UserPatch,
  actor: { readonly id: string; readonly name: string },
): Promise<Result<User, PeopleProblem>> {
  const known = await users.find(id);
  if (known === undefined) return err({ kind: 'no-such-user' });
  if (patch.password !== undefined && actor.id === id) return err({ kind: 'own-password' });
  const fault = patch.password === undefined ? undefined : checkNewPassword(patch.password, known.name);
  if (fault !== undefined) return err({ kind: 'weak-password', fault });
  const passwordHash = patch.password === undefined ? undefined : await passwords.hash(patch.password);

  return office.exclusively(async () => {
    const before = await users.find(id);
    if (before === undefined) return err({ kind: 'no-such-user' });
    const role = patch.role ?? before.role;
    if (role !== 'admin' && (await isLastAdministrator(users, before))) {
      return err({ kind: 'last-administrator', name: before.name });
    }
    if (role === before.role && passwordHash === undefined) return ok(withoutPassword(before));
    const at = clock();
    const after = {
      ...before,
      role,
      ...(passwordHash !== undefined && { passwordHash, passwordChangedAt: at }),
    };
    const entry = (action: string, detail: Readonly<Record<string, string>>) => ({
      at,
      actor: actor.name,
      action,
      subject: before.name,
      detail,
    });
    await office.commit({
      users: [after],
      ...(passwordHash !== undefined && { endedSessions: [{ userId: id, except: null }] }),
      audit: [
        ...(role === before.role ? [] : [entry('user.role-changed', { before: before.role, after: role })]),
        ...(passwordHash === undefined ? [] : [entry('user.password-reset', {})]),
      ],
    });
    return ok(withoutPassword(after));
  });
}
