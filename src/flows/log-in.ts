import { err, ok, type Result } from '../core/result.ts';
import { foldUserName, type User } from '../core/user.ts';
import type { OpenedSession, PeopleDoors, PeopleProblem, Visitor } from './people.ts';

export interface LogInRequest extends Visitor {
  readonly name: string;
  readonly password: string;
}

/** Opens a session. An unknown name and a wrong password take the same time and get the same answer. */
export async function logIn(
  doors: PeopleDoors,
  { name, password, address, userAgent }: LogInRequest,
): Promise<Result<OpenedSession, PeopleProblem>> {
  const { users, passwords, attempts, sources, office, log, clock } = doors;
  const keptOutMs = (sources.find(address)?.until ?? 0) - clock();
  if (keptOutMs > 0) return err({ kind: 'too-many-attempts', retryAfterMs: keptOutMs });
  const attempt = attempts.begin([
    { kind: 'name', value: foldUserName(name) },
    { kind: 'address', value: address },
  ]);
  if (!attempt.ok) return err({ kind: 'too-many-attempts', ...attempt.problem });
  const user = await users.findByName(name);
  const isRight = await passwords.verify(password, user?.passwordHash);
  const opened = user !== undefined && isRight ? await openIfUnchanged(user.id, user.passwordHash.reveal()) : undefined;
  if (opened !== undefined) {
    attempt.value.succeed();
    return ok(opened);
  }
  sources.fail(address);
  // People type passwords into the wrong field: a name that nobody has is not written down.
  const subject = user?.name ?? '(unknown)';
  log.warn({ event: 'log-in.refused', address, user: subject }, 'a log-in was refused');
  const entry = { at: clock(), actor: '(nobody)', action: 'session.refused', subject, detail: { address } };
  await office.commit({ audit: [entry] });
  return err({ kind: 'log-in-refused' });

  /** The password may have been changed while it was checked: that ended all sessions, and must end this one. */
  function openIfUnchanged(id: string, hash: string): Promise<OpenedSession | undefined> {
    return office.exclusively(async () => {
      const now = await users.find(id);
      return now?.passwordHash.reveal() === hash ? openSession(doors, now, { address, userAgent }) : undefined;
    });
  }
}

/** For somebody who has just proved who he is. */
export async function openSession(
  { sessions, office, clock }: PeopleDoors,
  { id, name, role, createdAt, passwordChangedAt, lastLogInAt }: User,
  { address, userAgent }: Visitor,
): Promise<OpenedSession> {
  const { key, ...session } = await sessions.create({ userId: id, userAgent, address });
  const entry = { at: clock(), actor: name, action: 'session.opened', subject: name, detail: { address } };
  await office.commit({ audit: [entry] });
  return { user: { id, name, role, createdAt, passwordChangedAt, lastLogInAt }, session, key };
}
