import type { Role } from '../core/role.ts';
import { Secret } from '../core/secret.ts';
import { foldUserName, type User, type UserWithPassword } from '../core/user.ts';
import type { Database } from './database.ts';
import type { UserRow, Writer } from './schema.ts';
import { StoreError } from './store-error.ts';

/** Who may log in. They change by decisions (`decisions.ts`), each with its audit entry. */
export interface UserStore {
  /** True until the first administrator is made: the appliance wants to be set up. */
  isEmpty(): Promise<boolean>;
  /** By name. */
  list(): Promise<readonly User[]>;
  find(id: string): Promise<UserWithPassword | undefined>;
  /** In any spelling that folds to the same name. */
  findByName(name: string): Promise<UserWithPassword | undefined>;
}

export function createUserStore({ read }: Database): UserStore {
  return {
    async isEmpty() {
      return (await read.selectFrom('users').select('id').limit(1).executeTakeFirst()) === undefined;
    },
    async list() {
      const rows = await read.selectFrom('users').selectAll().orderBy('folded_name').execute();
      return rows.map(toUser);
    },
    async find(id) {
      const row = await read.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
      return row && toUserWithPassword(row);
    },
    async findByName(name) {
      const folded = foldUserName(name);
      const row = await read.selectFrom('users').selectAll().where('folded_name', '=', folded).executeTakeFirst();
      return row && toUserWithPassword(row);
    },
  };
}

/** The last log-in is the sessions' to write: a decision does not turn it back. Throws StoreError: changed-meanwhile. */
export async function writeUsers(writer: Writer, users: readonly UserWithPassword[]): Promise<void> {
  for (const { id, name, role, passwordHash, createdAt, passwordChangedAt } of users) {
    const changeable = {
      name,
      folded_name: foldUserName(name),
      role,
      password_hash: passwordHash.reveal(),
      password_changed_at: passwordChangedAt,
    };
    await writer
      .insertInto('users')
      .values({ id, ...changeable, created_at: createdAt, last_log_in_at: null })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changeable))
      .execute();
  }
  if (users.length > 0) await keepAnAdministrator(writer);
}

/** With their sessions. Throws StoreError: changed-meanwhile. */
export async function removeUsers(writer: Writer, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await writer.deleteFrom('sessions').where('user_id', 'in', ids).execute();
  await writer.deleteFrom('users').where('id', 'in', ids).execute();
  await keepAnAdministrator(writer);
}

/** The flows refuse it with a sentence; here it cannot happen even when two processes decide at once. */
async function keepAnAdministrator(writer: Writer): Promise<void> {
  const admin = await writer.selectFrom('users').select('id').where('role', '=', 'admin').limit(1).executeTakeFirst();
  if (admin === undefined) {
    throw new StoreError('changed-meanwhile', 'No administrator would be left. Look again and repeat.');
  }
}

export function toUser(row: Omit<UserRow, 'password_hash'>): User {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    createdAt: Number(row.created_at),
    passwordChangedAt: Number(row.password_changed_at),
    lastLogInAt: row.last_log_in_at === null ? null : Number(row.last_log_in_at),
  };
}

function toUserWithPassword(row: UserRow): UserWithPassword {
  return { ...toUser(row), passwordHash: new Secret(row.password_hash) };
}
