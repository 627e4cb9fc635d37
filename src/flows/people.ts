import { describePasswordFault, type PasswordFault } from '../core/check-new-password.ts';
import type { Logger } from '../core/logger.ts';
import type { Secret } from '../core/secret.ts';
import type { Session } from '../core/session.ts';
import type { User, UserWithPassword } from '../core/user.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';
import type { Office } from './office.ts';
import type { PasswordHasher } from './password-hasher.ts';

/** `store/user-store` fits. Users change by decisions of the office. */
export interface UserDoors {
  isEmpty(): Promise<boolean>;
  list(): Promise<readonly User[]>;
  find(id: string): Promise<UserWithPassword | undefined>;
  findByName(name: string): Promise<UserWithPassword | undefined>;
}

/** `store/session-store` fits. */
export interface SessionDoors {
  create(request: {
    readonly userId: string;
    readonly userAgent: string;
    readonly address: string;
  }): Promise<Session & { readonly key: Secret }>;
  find(
    key: string,
    options?: { readonly touch?: boolean },
  ): Promise<{ readonly session: Session; readonly user: User } | undefined>;
  listOf(userId: string): Promise<readonly Session[]>;
  end(userId: string, id: string): Promise<Session | undefined>;
}

/** Who guesses passwords: `quarantine` fits. Nobody is kept out from another address, and nobody who is logged in. */
export interface VisitorDoors {
  /** Undefined: who comes from there may try. */
  find(address: string): { readonly until: number } | undefined;
  /** A user name or password was wrong. */
  fail(address: string): void;
}

/** All that the flows about people reach out through. */
export interface PeopleDoors {
  readonly office: Office;
  readonly users: UserDoors;
  readonly sessions: SessionDoors;
  readonly passwords: PasswordHasher;
  readonly attempts: AttemptLimiter;
  readonly sources: VisitorDoors;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Where a request comes from. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string;
}

/** A log-in that succeeded. The key goes to the browser and nowhere else. */
export interface OpenedSession {
  readonly user: User;
  readonly session: Session;
  readonly key: Secret;
}

export type PeopleProblem =
  /** Unknown name or wrong password: nobody learns which. */
  | { readonly kind: 'log-in-refused' }
  | { readonly kind: 'too-many-attempts'; readonly retryAfterMs: number }
  | { readonly kind: 'wrong-password' }
  | { readonly kind: 'bad-user-name' }
  | { readonly kind: 'weak-password'; readonly fault: PasswordFault }
  | { readonly kind: 'name-taken'; readonly name: string }
  | { readonly kind: 'no-such-user' }
  | { readonly kind: 'no-such-session' }
  | { readonly kind: 'own-password' }
  | { readonly kind: 'last-administrator'; readonly name: string }
  /** The first user would be none. */
  | { readonly kind: 'administrator-first' }
  | { readonly kind: 'already-set-up' }
  | { readonly kind: 'setup-code-wrong' };

/** One sentence for people; never what they typed into a password field. */
export function describePeopleProblem(problem: PeopleProblem): string {
  switch (problem.kind) {
    case 'log-in-refused':
      return 'The user name or the password is wrong.';
    case 'too-many-attempts':
      return `There were too many attempts: try again in ${Math.ceil(problem.retryAfterMs / 1_000)} s.`;
    case 'wrong-password':
      return 'The old password is wrong.';
    case 'bad-user-name':
      return 'A user name begins with a letter or digit and has up to 64 letters, digits and . _ @ - in it.';
    case 'weak-password':
      return describePasswordFault(problem.fault);
    case 'name-taken':
      return `There is a user named "${problem.name}" already.`;
    case 'no-such-user':
      return 'There is no such user.';
    case 'no-such-session':
      return 'There is no such session of yours.';
    case 'own-password':
      return 'Your own password is changed with the old one, at /api/v1/session/password.';
    case 'last-administrator':
      return `${problem.name} is the last administrator: make somebody else one first.`;
    case 'administrator-first':
      return 'The first user must be an administrator.';
    case 'already-set-up':
      return 'This appliance is set up already: log in.';
    case 'setup-code-wrong':
      return 'The setup code is wrong: the one that was printed to the log at the last start was wanted.';
    default:
      return problem satisfies never;
  }
}

/** Would the decision leave nobody who may make users? `without`: the user who is removed or demoted. */
export async function isLastAdministrator(users: UserDoors, without: User): Promise<boolean> {
  if (without.role !== 'admin') return false;
  return !(await users.list()).some(({ id, role }) => role === 'admin' && id !== without.id);
}
