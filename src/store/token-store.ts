import { createHash, randomBytes } from 'node:crypto';
import { err, ok, type Result } from '../core/result.ts';
import type { Database } from './database.ts';
import type { TokenRow } from './schema.ts';

export const TOKEN_ROLES = ['admin', 'technician', 'viewer'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Marks our tokens for people and for scanners of leaked secrets. */
const PREFIX = 'plt_';
// 256 bits: a plain SHA-256 is then as good as a slow hash.
const TOKEN_BYTES = 32;
const TOKEN_SHAPE = /^plt_[A-Za-z0-9_-]{43}$/;
// A write per request would wear out a flash card; people ask whether a token is still used, not at which second.
const LAST_USED_GRAIN_MS = 60_000;

/** A bearer token of the API, without the token. */
export interface ApiToken {
  readonly id: string;
  /** Unique. */
  readonly name: string;
  readonly role: TokenRole;
  readonly createdAt: number;
  /** To the minute; null: never used. */
  readonly lastUsedAt: number | null;
}

export interface TokenStore {
  /** The only time that the token itself is seen; the store keeps its SHA-256. */
  create(request: {
    readonly name: string;
    readonly role: TokenRole;
  }): Promise<Result<ApiToken & { readonly token: string }, { readonly kind: 'name-taken'; readonly name: string }>>;
  /** Oldest first. */
  list(): Promise<readonly ApiToken[]>;
  /** Undefined: there is none of that name or id. It opens nothing from now on, in every process. */
  revoke(nameOrId: string): Promise<ApiToken | undefined>;
  /** Whose token this is; undefined: nobody's. */
  find(token: string): Promise<ApiToken | undefined>;
}

export function createTokenStore(database: Database): TokenStore {
  const { read, clock } = database;
  return {
    create({ name, role }) {
      return database.write(async (writer) => {
        const taken = await writer.selectFrom('tokens').select('id').where('name', '=', name).executeTakeFirst();
        if (taken !== undefined) return err({ kind: 'name-taken', name } as const);
        const token = PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
        const id = randomBytes(6).toString('hex');
        const row = { id, name, role, hash: hashOf(token), created_at: clock(), last_used_at: null };
        await writer.insertInto('tokens').values(row).execute();
        return ok({ ...toApiToken(row), token });
      });
    },
    async list() {
      const rows = await read.selectFrom('tokens').selectAll().orderBy('created_at').orderBy('id').execute();
      return rows.map(toApiToken);
    },
    revoke(nameOrId) {
      return database.write(async (writer) => {
        const rows = await writer
          .selectFrom('tokens')
          .selectAll()
          .where((where) => where.or([where('name', '=', nameOrId), where('id', '=', nameOrId)]))
          .execute();
        // A name may look like another token's id: the name is what people type.
        const row = rows.find(({ name }) => name === nameOrId) ?? rows[0];
        if (row === undefined) return undefined;
        await writer.deleteFrom('tokens').where('id', '=', row.id).execute();
        return toApiToken(row);
      });
    },
    async find(token) {
      if (!TOKEN_SHAPE.test(token)) return undefined;
      // Searched by its hash: how long that takes tells nothing about a token that one could guess on.
      const hash = hashOf(token);
      const row = await read.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
      if (row === undefined) return undefined;
      const now = clock();
      if (row.last_used_at !== null && Math.abs(now - Number(row.last_used_at)) < LAST_USED_GRAIN_MS) {
        return toApiToken(row);
      }
      // Not worth a refusal: on a full disk people must still get in to see why.
      await database
        .write((writer) => writer.updateTable('tokens').set({ last_used_at: now }).where('id', '=', row.id).execute(), {
          durable: false,
        })
        .catch(() => undefined);
      return { ...toApiToken(row), lastUsedAt: now };
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function toApiToken(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    role: row.role as TokenRole,
    createdAt: Number(row.created_at),
    lastUsedAt: row.last_used_at === null ? null : Number(row.last_used_at),
  };
}
