import type { PasswordFault } from '../core/check-new-password.ts';
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from '../core/check-new-password.ts';
import type { PeopleProblem } from '../flows/people.ts';
import type { Texts } from './message-set.ts';

const KEYS = {
  'log-in-refused': 'people.log-in-refused',
  'too-many-attempts': 'people.too-many-attempts',
  'wrong-password': 'people.wrong-password',
  'bad-user-name': 'people.bad-user-name',
  'name-taken': 'people.name-taken',
  'no-such-user': 'people.no-such-user',
  'no-such-session': 'people.no-such-session',
  'own-password': 'people.own-password',
  'last-administrator': 'people.last-administrator',
  'administrator-first': 'people.administrator-first',
  'already-set-up': 'people.already-set-up',
  'setup-code-wrong': 'people.setup-code-wrong',
} as const satisfies Record<Exclude<PeopleProblem['kind'], 'weak-password'>, string>;

const PASSWORD_KEYS = {
  'password-too-short': 'people.password-too-short',
  'password-too-long': 'people.password-too-long',
  'password-holds-name': 'people.password-holds-name',
  'password-too-simple': 'people.password-too-simple',
} as const satisfies Record<PasswordFault, string>;

/** A sentence in the reader's language; never what was typed into a password field. */
export function describePeopleProblem({ t }: Texts, problem: PeopleProblem): string {
  switch (problem.kind) {
    case 'weak-password':
      return t(PASSWORD_KEYS[problem.fault], { shortest: SHORTEST_PASSWORD, longest: LONGEST_PASSWORD });
    case 'too-many-attempts':
      return t(KEYS[problem.kind], { count: Math.ceil(problem.retryAfterMs / 1_000) });
    case 'name-taken':
    case 'last-administrator':
      return t(KEYS[problem.kind], { name: problem.name });
    default:
      return t(KEYS[problem.kind]);
  }
}

/** Which field of a form it is about; undefined: none in particular. */
export function fieldOfPeopleProblem({ kind }: PeopleProblem): 'code' | 'user' | 'password' | undefined {
  if (kind === 'setup-code-wrong') return 'code';
  if (kind === 'bad-user-name' || kind === 'name-taken') return 'user';
  return kind === 'weak-password' ? 'password' : undefined;
}
