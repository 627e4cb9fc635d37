import { onTestFinished } from 'vitest';
import type { AuditEntry } from '../../src/core/audit.ts';
import type { Role } from '../../src/core/role.ts';
import { createAttemptLimiter } from '../../src/flows/attempt-limiter.ts';
import { createUser } from '../../src/flows/create-user.ts';
import { createOffice } from '../../src/flows/office.ts';
import { createPasswordHasher } from '../../src/flows/password-hasher.ts';
import type { PeopleDoors } from '../../src/flows/people.ts';
import { createQuarantine } from '../../src/flows/quarantine.ts';
import { createSourceRules } from '../../src/flows/source-rules.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createStore } from '../../src/store/store.ts';
import { createLogMemory } from '../http/log-memory.ts';
import { nameSecrets } from './known-secrets.ts';

/** Wednesday, 7 January 2026, 08:00 UTC. */
const NOW = Date.UTC(2026, 0, 7, 8);

export const BROWSER = { address: '192.0.2.7', userAgent: 'Firefox' };
export const PASSWORD = 'correct horse battery';
nameSecrets([PASSWORD]);

/** The flows about people over a real store in memory, on a clock that stands until it is moved. */
export async function createPeopleWorld() {
  const time = { now: NOW };
  const clock = () => time.now;
  const store = createStore(await openDatabase({ file: ':memory:', clock }));
  onTestFinished(() => store.close());
  const { log, lines } = createLogMemory();
  const office = createOffice(
    { devices: [], extensions: [], site: await store.site.get() },
    { commit: (change) => store.decisions.commit(change) },
    { recordSighting: () => undefined, recordJourney: () => undefined },
  );
  const lan = { isOwnAddress: () => false, peekMac: () => undefined, isOnLink: () => true };
  const rules = createSourceRules(office, lan);
  const quarantine = createQuarantine({ office, lan, rules, store: store.quarantine, log, clock });
  const doors: PeopleDoors = {
    office,
    users: store.users,
    sessions: store.sessions,
    passwords: createPasswordHasher(),
    attempts: createAttemptLimiter(clock),
    sources: {
      find: (address) => quarantine.find(address, 'people'),
      fail: (address) => quarantine.fail({ kind: 'wrong-password', address }),
    },
    log,
    clock,
  };
  return {
    doors,
    quarantine,
    store,
    lines,
    wait: (ms: number) => {
      time.now += ms;
    },
    async add(name: string, role: Role = 'admin', password = PASSWORD) {
      const made = await createUser(doors, { name, role, password }, 'test');
      if (!made.ok) throw new Error(made.problem.kind);
      return made.value;
    },
    /** Newest first. */
    async audit(): Promise<readonly AuditEntry[]> {
      return (await store.audit.list({ limit: 1_000 })).items;
    },
  };
}
