import { err, ok, type Result } from '../core/result.ts';
import type { Session } from '../core/session.ts';
import type { PeopleDoors, PeopleProblem } from './people.ts';

type LogOutDoors = Pick<PeopleDoors, 'sessions' | 'office' | 'clock'>;
type Person = { readonly id: string; readonly name: string };

/** Ends one session of somebody: his own, or another one of his list. */
export async function endSession(
  { sessions, office, clock }: LogOutDoors,
  user: Person,
  sessionId: string,
): Promise<Result<Session, PeopleProblem>> {
  const ended = await sessions.end(user.id, sessionId);
  if (ended === undefined) return err({ kind: 'no-such-session' });
  const detail = { address: ended.address };
  const entry = { at: clock(), actor: user.name, action: 'session.closed', subject: user.name, detail };
  await office.commit({ audit: [entry] });
  return ok(ended);
}

/** Ends every session of somebody; `except`: the id of one that stays. */
export async function logOutEverywhere(
  { office, clock }: LogOutDoors,
  user: Person,
  except: string | null = null,
): Promise<void> {
  const detail = { everywhere: true };
  const entry = { at: clock(), actor: user.name, action: 'session.closed', subject: user.name, detail };
  await office.commit({ endedSessions: [{ userId: user.id, except }], audit: [entry] });
}
