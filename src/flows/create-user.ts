import { randomBytes } from 'node:crypto';
import { checkNewPassword } from '../core/check-new-password.ts';
import { err, ok, type Result } from '../core/result.ts';
import type { Role } from '../core/role.ts';
import { USER_NAME, type User, type UserWithPassword } from '../core/user.ts';
import type { PeopleDoors, PeopleProblem } from './people.ts';

export interface NewUser {
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

/** Makes somebody who may log in. */
export async function createUser(
  doors: Pick<PeopleDoors, 'users' | 'passwords' | 'office' | 'clock'>,
  wanted: NewUser,
  actor: string,
): Promise<Result<User, PeopleProblem>> {
  const { users, office, clock } = doors;
  const prepared = await prepareUser(doors, wanted);
  if (!prepared.ok) return prepared;
  const user = prepared.value;
  const { name, role } = user;
  return office.exclusively(async () => {
    const taken = await users.findByName(name);
    if (taken !== undefined) return err({ kind: 'name-taken', name: taken.name });
    if (role !== 'admin' && (await users.isEmpty())) return err({ kind: 'administrator-first' });
    const entry = { at: clock(), actor, action: 'user.created', subject: name, detail: { role } };
    await office.commit({ users: [user], audit: [entry] });
    return ok(withoutPassword(user));
  });
}

/** Checks and hashes; stores nothing. */
export async function prepareUser(
  { passwords, clock }: Pick<PeopleDoors, 'passwords' | 'clock'>,
  { name, role, password }: NewUser,
): Promise<Result<UserWithPassword, PeopleProblem>> {
  if (!USER_NAME.test(name)) return err({ kind: 'bad-user-name' });
  const fault = checkNewPassword(password, name);
  if (fault !== undefined) return err({ kind: 'weak-password', fault });
  const passwordHash = await passwords.hash(password);
  const now = clock();
  const id = randomBytes(6).toString('hex');
  return ok({ id, name, role, createdAt: now, passwordChangedAt: now, lastLogInAt: null, passwordHash });
}

export function withoutPassword({ passwordHash, ...user }: UserWithPassword): User {
  return user;
}
