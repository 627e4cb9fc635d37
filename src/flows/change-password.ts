import { checkNewPassword } from '../core/check-new-password.ts';
import { err, ok, type Result } from '../core/result.ts';
import { foldUserName, type User } from '../core/user.ts';
import { withoutPassword } from './create-user.ts';
import type { PeopleDoors, PeopleProblem } from './people.ts';

export interface ChangePassword {
  readonly userId: string;
  /** The session that asks; it is the only one that stays. */
  readonly sessionId: string;
  readonly oldPassword: string;
  readonly newPassword: string;
  readonly address: string;
}

/** One's own password, with the old one. Guessing the old one is slowed down like a log-in. */
export async function changePassword(
  { users, passwords, attempts, office, clock }: PeopleDoors,
  { userId, sessionId, oldPassword, newPassword, address }: ChangePassword,
): Promise<Result<User, PeopleProblem>> {
  const known = await users.find(userId);
  if (known === undefined) return err({ kind: 'no-such-user' });
  const { name } = known;
  const attempt = attempts.begin([
    { kind: 'name', value: foldUserName(name) },
    { kind: 'address', value: address },
  ]);
  if (!attempt.ok) return err({ kind: 'too-many-attempts', ...attempt.problem });
  const isRight = await passwords.verify(oldPassword, known.passwordHash);
  if (!isRight) {
    const entry = { at: clock(), actor: name, action: 'user.password-refused', subject: name, detail: { address } };
    await office.commit({ audit: [entry] });
    return err({ kind: 'wrong-password' });
  }
  attempt.value.succeed();
  const fault = checkNewPassword(newPassword, name);
  if (fault !== undefined) return err({ kind: 'weak-password', fault });
  const passwordHash = await passwords.hash(newPassword);

  return office.exclusively(async () => {
    const before = await users.find(userId);
    // Somebody else changed it while this one was being hashed: what was proved is old.
    if (before?.passwordHash.reveal() !== known.passwordHash.reveal()) return err({ kind: 'wrong-password' });
    const at = clock();
    const after = { ...before, passwordHash, passwordChangedAt: at };
    await office.commit({
      users: [after],
      endedSessions: [{ userId, except: sessionId }],
      audit: [{ at, actor: name, action: 'user.password-changed', subject: name, detail: { address } }],
    });
    return ok(withoutPassword(after));
  });
}
