import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../core/secret.ts';
import { type EndedSessions, SESSION_IDLE_MS, SESSION_LONGEST_MS, type Session, sessionEnd } from '../core/session.ts';
import type { User } from '../core/user.ts';
import type { Database } from './database.ts';
import type { SessionRow, Writer } from './schema.ts';
import { toUser } from './user-store.ts';

// 256 bits: a plain SHA-256 is then as good as a slow hash.
const KEY_BYTES = 32;
const KEY_SHAPE = /^[A-Za-z0-9_-]{43}$/;
// A write per click would wear out a flash card, and expiry is a matter of hours.
const LAST_USED_GRAIN_MS = 60_000;
/** Characters: enough to tell one browser from another. */
const USER_AGENT_LENGTH = 200;
/** Of one user: more are a program that logs in with each request. The oldest go. */
const MOST_SESSIONS = 50;

export interface FoundSession {
  readonly session: Session;
  /** As they are now: a changed role holds with the next request. */
  readonly user: User;
}

export interface SessionStore {
  /** The only time that the key is seen: the browser keeps it, the store its SHA-256. Notes the user's log-in. */
  create(request: {
    readonly userId: string;
    readonly userAgent: string;
    readonly address: string;
  }): Promise<Session & { readonly key: Secret }>;
  /** Undefined: nobody's, or it has ended. `touch` false: looking does not count as use. */
  find(key: string, options?: { readonly touch?: boolean }): Promise<FoundSession | undefined>;
  /** Those that have not ended, last used first. */
  listOf(userId: string): Promise<readonly Session[]>;
  /** Undefined: the user has no such session. */
  end(userId: string, id: string): Promise<Session | undefined>;
}

export function createSessionStore(database: Database): SessionStore {
  const { read, clock } = database;
  return {
    create({ userId, userAgent, address }) {
      const key = randomBytes(KEY_BYTES).toString('base64url');
      const now = clock();
      const row: SessionRow = {
        id: randomBytes(6).toString('hex'),
        hash: hashOf(key),
        user_id: userId,
        created_at: now,
        last_used_at: now,
        user_agent: userAgent.slice(0, USER_AGENT_LENGTH),
        address,
      };
      return database.write(async (writer) => {
        await removeEnded(writer, now);
        await writer.insertInto('sessions').values(row).execute();
        const kept = writer
          .selectFrom('sessions')
          .select('id')
          .where('user_id', '=', userId)
          .orderBy('last_used_at', 'desc')
          .limit(MOST_SESSIONS);
        await writer.deleteFrom('sessions').where('user_id', '=', userId).where('id', 'not in', kept).execute();
        await writer.updateTable('users').set({ last_log_in_at: now }).where('id', '=', userId).execute();
        return { ...toSession(row), key: new Secret(key) };
      });
    },
    async find(key, { touch = true } = {}) {
      if (!KEY_SHAPE.test(key)) return undefined;
      // Searched by its hash: how long that takes tells nothing about a key that one could guess on.
      const found = await read.selectFrom('sessions').selectAll().where('hash', '=', hashOf(key)).executeTakeFirst();
      if (found === undefined) return undefined;
      const now = clock();
      const session = toSession(found);
      if (now >= sessionEnd(session)) return undefined;
      const user = await read.selectFrom('users').selectAll().where('id', '=', session.userId).executeTakeFirst();
      if (user === undefined) return undefined;
      if (!touch || Math.abs(now - session.lastUsedAt) < LAST_USED_GRAIN_MS) return { session, user: toUser(user) };
      await database.write(
        (writer) => writer.updateTable('sessions').set({ last_used_at: now }).where('id', '=', session.id).execute(),
        { durable: false },
      );
      return { session: { ...session, lastUsedAt: now }, user: toUser(user) };
    },
    async listOf(userId) {
      const now = clock();
      const rows = await read
        .selectFrom('sessions')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('last_used_at', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(toSession).filter((session) => now < sessionEnd(session));
    },
    end(userId, id) {
      return database.write(async (writer) => {
        const row = await writer
          .selectFrom('sessions')
          .selectAll()
          .where('user_id', '=', userId)
          .where('id', '=', id)
          .executeTakeFirst();
        if (row === undefined) return undefined;
        await writer.deleteFrom('sessions').where('id', '=', id).execute();
        return toSession(row);
      });
    },
  };
}

export async function endSessions(writer: Writer, ended: readonly EndedSessions[]): Promise<void> {
  for (const { userId, except } of ended) {
    let query = writer.deleteFrom('sessions').where('user_id', '=', userId);
    if (except !== null) query = query.where('id', '!=', except);
    await query.execute();
  }
}

async function removeEnded(writer: Writer, now: number): Promise<void> {
  await writer
    .deleteFrom('sessions')
    .where((where) =>
      where.or([
        where('last_used_at', '<=', now - SESSION_IDLE_MS),
        where('created_at', '<=', now - SESSION_LONGEST_MS),
      ]),
    )
    .execute();
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    createdAt: Number(row.created_at),
    lastUsedAt: Number(row.last_used_at),
    userAgent: row.user_agent,
    address: row.address,
  };
}
