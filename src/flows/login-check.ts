import { checkCredentials } from '../core/check-credentials.ts';
import type { Device } from '../core/device.ts';
import type { DeviceLogin } from '../core/device-login.ts';
import type { MacAddress } from '../core/mac-address.ts';
import { type Note, note } from '../core/note.ts';
import { readAuthorization } from '../core/read-authorization.ts';
import type { LogInScheme } from '../core/trust.ts';
import { findLogIn } from '../vendors/find-log-in.ts';
import type { Vendor } from '../vendors/vendor.ts';
import type { Doors } from './doors.ts';
import { createLoginNonces } from './login-nonces.ts';

/** As far as this goes, a request for a file with secrets, by whoever proved to be the phone; `flows/serve-config` fits. */
export interface LoginRequest {
  readonly method: 'GET' | 'HEAD';
  readonly source: string;
  /** The header's value as it came; left out: there is none. */
  readonly authorization?: string | undefined;
  /** The request's target as it came. Left out, a digest is never right. */
  readonly target?: string | undefined;
}

export type LoginAnswer =
  /** `device`: as it is once it has the file. `told`: what the journey says of it. */
  | { readonly kind: 'pass'; readonly device: Device; readonly told: Note | null }
  /** `header`: the value of WWW-Authenticate. `refusal`: what the journey says now; null: nothing yet. */
  | { readonly kind: 'challenge'; readonly header: string; readonly refusal: Note | null };

export interface LoginCheck {
  /**
   * May the file leave? Only for who has proved all else: the answer shows that the phone is known. `onUnanswered` hears some
   * seconds later that the phone was asked to log in and did not.
   */
  check(device: Device, vendor: Vendor, request: LoginRequest, onUnanswered: (because: Note) => void): LoginAnswer;
}

/** What was asked and never answered is told after this time, in ms. A phone that has its password asks again at once. */
const PATIENCE_MS = 5_000;

/** Names the appliance, and nothing of the site. Part of every digest: a new one would make no phone's password wrong. */
const REALM = 'Plugtone';

const FIRST_LOGIN = note('reason.logged-in', 'it logged in for the first time: from now on it is served only so');
const NOT_LOGGED_IN = note(
  'reason.served-without-login',
  'it was given its password before and did not log in: served once more',
);
const UNANSWERED = note(
  'reason.login-unanswered',
  'it was asked to log in and did not: with its next fetch, after a resync or a restart, it is served once more',
);
const NO_LOGIN = note(
  'reason.no-login',
  'it did not log in, and did before: if it was reset to its factory settings, hand its files over again',
);
const WRONG_LOGIN = note(
  'reason.wrong-login',
  'it logged in with a wrong name or password: if it was reset to its factory settings, hand its files over again',
);

/** Phones log in with what their file told them, so the first fetch needs none (docs/decisions/0016). */
export function createLoginCheck(
  { office, sources, clock }: Pick<Doors, 'office' | 'sources' | 'clock'>,
  {
    signal,
    patienceMs = PATIENCE_MS,
  }: { readonly signal?: AbortSignal | undefined; readonly patienceMs?: number } = {},
): LoginCheck {
  const nonces = createLoginNonces();
  /** Phones that never logged in and were asked to: the next fetch is theirs all the same. */
  const asked = new Set<MacAddress>();
  const waiting = new Map<MacAddress, NodeJS.Timeout>();
  office.onDevice(({ before, after, kind }) => {
    if (kind !== 'decided' || before === undefined) return;
    if (before.login?.drawnAt === after?.login?.drawnAt) return;
    asked.delete(before.mac);
    settle(before.mac);
  });
  signal?.addEventListener('abort', () => [...waiting.keys()].forEach(settle), { once: true });

  function judge(login: DeviceLogin, scheme: LogInScheme, mac: MacAddress, request: LoginRequest) {
    const { method, source, authorization, target = '' } = request;
    if (authorization === undefined) return 'none';
    return checkCredentials(readAuthorization(authorization), {
      scheme,
      realm: REALM,
      username: mac,
      password: login.password,
      method,
      target,
      useNonce: (nonce, count) => nonces.use(nonce, count, { mac, source }, clock()),
    });
  }

  function challenge(scheme: LogInScheme, mac: MacAddress, source: string, isStale: boolean): string {
    if (scheme === 'basic') return `Basic realm="${REALM}", charset="UTF-8"`;
    const nonce = nonces.draw({ mac, source }, clock());
    // MD5 alone: phones know nothing newer, and some may stumble over a second challenge.
    return `Digest realm="${REALM}", qop="auth", algorithm=MD5, nonce="${nonce}"${isStale ? ', stale=true' : ''}`;
  }

  function wait(mac: MacAddress, tellUnanswered: () => void): void {
    if (waiting.has(mac) || signal?.aborted) return;
    const tell = () => {
      waiting.delete(mac);
      tellUnanswered();
    };
    waiting.set(mac, setTimeout(tell, patienceMs).unref());
  }

  function settle(mac: MacAddress): void {
    clearTimeout(waiting.get(mac));
    waiting.delete(mac);
  }

  return {
    check(device, vendor, request, onUnanswered) {
      const { mac, login } = device;
      const { method, source } = request;
      const now = clock();
      const scheme = findLogIn(vendor, office.site().trust.phoneLogin);
      if (login === null) return { kind: 'pass', device, told: null };
      // The file that it gets now names no password: nobody knows what it knows when it is asked again.
      if (scheme === undefined) return begin({ ...login, givenAt: null, provedAt: null });

      const verdict = judge(login, scheme, mac, request);
      if (verdict === 'right') {
        settle(mac);
        asked.delete(mac);
        const { givenAt, provedAt } = login;
        return pass({ ...login, givenAt: givenAt ?? now, provedAt: provedAt ?? now }, provedAt ? null : FIRST_LOGIN);
      }
      // It cannot know this password, but may know the one before.
      if (login.givenAt === null) return begin({ ...login, givenAt: now });
      const header = challenge(scheme, mac, source, verdict === 'stale');

      const isWrong = verdict === 'wrong';
      if (isWrong) {
        settle(mac);
        sources.fail({ kind: 'phone-login', address: source });
      }
      if (login.provedAt === null && asked.has(mac)) {
        settle(mac);
        // Only a GET has the file.
        if (method === 'GET') asked.delete(mac);
        return pass(login, NOT_LOGGED_IN);
      }
      if (login.provedAt === null && method === 'GET') asked.add(mac);
      if (!isWrong) wait(mac, () => onUnanswered(login.provedAt === null ? UNANSWERED : NO_LOGIN));
      return { kind: 'challenge', header, refusal: isWrong ? WRONG_LOGIN : null };

      function begin(after: DeviceLogin): LoginAnswer {
        asked.delete(mac);
        settle(mac);
        return pass(after);
      }

      function pass(after: DeviceLogin, told: Note | null = null): LoginAnswer {
        return { kind: 'pass', device: { ...device, login: after }, told };
      }
    },
  };
}
