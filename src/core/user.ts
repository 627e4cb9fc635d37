import type { Role } from './role.ts';
import type { Secret } from './secret.ts';

/** Somebody who may log in. Times in milliseconds since 1970. */
export interface User {
  readonly id: string;
  /** As it is shown and goes to the audit. Unique by `foldUserName`. */
  readonly name: string;
  readonly role: Role;
  readonly createdAt: number;
  readonly passwordChangedAt: number;
  /** Null: never logged in. */
  readonly lastLogInAt: number | null;
}

export interface UserWithPassword extends User {
  /** PHC string of argon2id. */
  readonly passwordHash: Secret;
}

/** Letters and digits of any script first, so that a name is never taken for an option or a path. */
export const USER_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u;

/** Names that fold alike are one name: nobody remembers how they spelled it, and `Anna` must not pass for `anna` in the audit. */
export function foldUserName(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}
