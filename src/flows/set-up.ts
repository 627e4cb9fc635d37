import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '../core/result.ts';
import type { Site } from '../core/site.ts';
import { planSiteChange } from './change-site.ts';
import { prepareUser } from './create-user.ts';
import { openSession } from './log-in.ts';
import type { OpenedSession, PeopleDoors, PeopleProblem, Visitor } from './people.ts';

export interface SetUpRequest extends Visitor {
  readonly code: string;
  readonly name: string;
  readonly password: string;
  /** What the office needs, validated by the caller. */
  readonly edit: (site: Site) => Site;
}

/** The first start: makes the first administrator, once. */
export interface SetUp {
  isNeeded(): Promise<boolean>;
  /**
   * At each start. Where nobody may log in yet: makes the user `admin` with the password that is given, or else draws the
   * code and prints it to the log. The problem is the given password's.
   */
  begin(adminPassword: string | undefined): Promise<Result<'done' | 'code-printed', PeopleProblem>>;
  /** Is this the code? Guessing is slowed down. */
  checkCode(code: string, address: string): Promise<Result<undefined, PeopleProblem>>;
  /** First administrator and site in one decision; the code dies with it. The administrator is logged in. */
  complete(request: SetUpRequest): Promise<Result<OpenedSession, PeopleProblem>>;
}

/** Crockford's base 32: no I, L, O and U, so nothing is misread from a log. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 24 characters of 5 bits: 120 bits. In threes, because somebody types them. */
const GROUPS = 8;
const GROUP_LENGTH = 3;

/** Who acts before anybody can be named. */
const ACTOR = 'first start';

export function createSetUp(doors: PeopleDoors): SetUp {
  const { users, office, attempts, log, clock } = doors;
  /** SHA-256 of the code: the code itself is in the log and nowhere else. */
  let digest: Buffer | undefined;
  let isDone = false;

  async function isNeeded(): Promise<boolean> {
    // The last administrator cannot go: once done is done for ever.
    if (!isDone) isDone = !(await users.isEmpty());
    return !isDone;
  }

  async function makeAdministrator(
    name: string,
    password: string,
    edit: (site: Site) => Site,
  ): Promise<Result<Parameters<typeof openSession>[1], PeopleProblem>> {
    const prepared = await prepareUser(doors, { name, role: 'admin', password });
    if (!prepared.ok) return prepared;
    return office.exclusively(async () => {
      if (!(await isNeeded())) return err({ kind: 'already-set-up' });
      const at = clock();
      const planned = planSiteChange(office.site(), edit);
      const changed = planned?.changed.join(' ') ?? '';
      await office.commit({
        users: [prepared.value],
        ...(planned !== undefined && { site: planned.site }),
        audit: [
          { at, actor: ACTOR, action: 'user.created', subject: name, detail: { role: 'admin' } },
          ...(planned === undefined
            ? []
            : [{ at, actor: name, action: 'site.changed', subject: 'site', detail: { changed } }]),
        ],
      });
      isDone = true;
      digest = undefined;
      log.info({ event: 'setup.completed', user: name }, 'the first administrator can log in');
      return ok(prepared.value);
    });
  }

  async function checkCode(code: string, address: string): Promise<Result<undefined, PeopleProblem>> {
    if (!(await isNeeded())) return err({ kind: 'already-set-up' });
    const attempt = attempts.begin([{ kind: 'address', value: address }]);
    if (!attempt.ok) return err({ kind: 'too-many-attempts', ...attempt.problem });
    if (digest === undefined || !timingSafeEqual(digestOf(code), digest)) {
      const detail = { address };
      await office.commit({ audit: [{ at: clock(), actor: ACTOR, action: 'setup.refused', subject: 'site', detail }] });
      return err({ kind: 'setup-code-wrong' });
    }
    attempt.value.succeed();
    return ok(undefined);
  }

  return {
    isNeeded,
    checkCode,
    async begin(adminPassword) {
      if (!(await isNeeded())) return ok('done');
      if (adminPassword !== undefined) {
        const made = await makeAdministrator('admin', adminPassword, (site) => site);
        return made.ok ? ok('done') : made;
      }
      const code = drawCode();
      digest = digestOf(code);
      // The one secret that the log may hold: it dies with its first use, and with this process.
      log.warn(
        { event: 'setup.code-printed', code },
        'nobody can log in yet: open /setup of this appliance in a browser and type this code',
      );
      return ok('code-printed');
    },
    async complete({ code, name, password, edit, address, userAgent }) {
      const checked = await checkCode(code, address);
      if (!checked.ok) return checked;
      const made = await makeAdministrator(name, password, edit);
      return made.ok ? ok(await openSession(doors, made.value, { address, userAgent })) : made;
    },
  };
}

function drawCode(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** As people type it: in small letters, without dashes, with O for 0 and I or L for 1. */
function digestOf(code: string): Buffer {
  const spelled = code
    .slice(0, 200)
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return createHash('sha256').update(spelled).digest();
}
