import { randomBytes } from 'node:crypto';
import { Secret } from '../../src/core/secret.ts';
import { type Session, sessionEnd } from '../../src/core/session.ts';
import { foldUserName, type UserWithPassword } from '../../src/core/user.ts';
import type { OfficeChange } from '../../src/flows/office.ts';
import type { PeopleDoors } from '../../src/flows/people.ts';

/** Users and sessions without a database. */
export function createPeopleMemory(clock: () => number) {
  const users = new Map<string, UserWithPassword>();
  const sessions = new Map<string, Session>();

  function end(isMeant: (session: Session) => boolean): void {
    for (const [key, session] of sessions) if (isMeant(session)) sessions.delete(key);
  }

  const doors: Pick<PeopleDoors, 'users' | 'sessions'> = {
    users: {
      isEmpty: async () => users.size === 0,
      list: async () => [...users.values()],
      find: async (id) => users.get(id),
      findByName: async (name) => [...users.values()].find((user) => foldUserName(user.name) === foldUserName(name)),
    },
    sessions: {
      async create({ userId, userAgent, address }) {
        const key = randomBytes(32).toString('base64url');
        const now = clock();
        const id = randomBytes(6).toString('hex');
        const session = { id, userId, userAgent, address, createdAt: now, lastUsedAt: now };
        sessions.set(key, session);
        return { ...session, key: new Secret(key) };
      },
      async find(key, { touch = true } = {}) {
        const session = sessions.get(key);
        const user = session && users.get(session.userId);
        if (session === undefined || user === undefined || clock() >= sessionEnd(session)) return undefined;
        const used = touch ? { ...session, lastUsedAt: clock() } : session;
        sessions.set(key, used);
        return { session: used, user };
      },
      listOf: async (userId) => [...sessions.values()].filter((session) => session.userId === userId),
      async end(userId, id) {
        const found = [...sessions.values()].find((session) => session.userId === userId && session.id === id);
        end((session) => session === found);
        return found;
      },
    },
  };

  return {
    doors,
    commit({ users: changed = [], removedUsers = [], endedSessions = [] }: OfficeChange) {
      for (const id of removedUsers) users.delete(id);
      for (const user of changed) users.set(user.id, user);
      for (const { userId, except } of endedSessions) {
        end((session) => session.userId === userId && session.id !== except);
      }
    },
  };
}
