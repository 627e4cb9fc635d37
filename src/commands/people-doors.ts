import type { Config } from '../config.ts';
import type { Logger } from '../core/logger.ts';
import { createAttemptLimiter } from '../flows/attempt-limiter.ts';
import type { Office } from '../flows/office.ts';
import { createPasswordHasher } from '../flows/password-hasher.ts';
import { describePeopleProblem, type PeopleDoors, type VisitorDoors } from '../flows/people.ts';
import { createSipProber } from '../flows/probe-sip-server.ts';
import { createSetUp, type SetUp } from '../flows/set-up.ts';
import type { WebDoors } from '../http/web-doors.ts';
import { probeByOptions } from '../sip/options-probe.ts';
import type { Store } from '../store/store.ts';
import { UsageError } from './command-error.ts';

/** Who may log in, and how somebody comes in for the first time. */
export function peopleDoors(
  { users, sessions }: Store,
  office: Office,
  {
    sources,
    signal,
    log,
    clock,
  }: {
    readonly sources: VisitorDoors;
    readonly signal: AbortSignal;
    readonly log: Logger;
    readonly clock: () => number;
  },
): Pick<WebDoors, 'people' | 'setUp' | 'probeSip'> {
  const attempts = createAttemptLimiter();
  const passwords = createPasswordHasher();
  const people: PeopleDoors = { office, users, sessions, passwords, attempts, sources, log, clock };
  return {
    people,
    setUp: createSetUp(people),
    probeSip: createSipProber((request) => probeByOptions(request, { signal })),
  };
}

/**
 * Makes the administrator of the environment, or prints the code, where nobody may log in yet. Throws UsageError where the
 * password will not do: it does not get better by starting again.
 */
export async function beginSetUp(setUp: SetUp, { adminPassword }: Pick<Config, 'adminPassword'>): Promise<void> {
  const begun = await setUp.begin(adminPassword?.reveal());
  if (!begun.ok) throw new UsageError(`PLUGTONE_ADMIN_PASSWORD: ${describePeopleProblem(begun.problem)}`);
}
