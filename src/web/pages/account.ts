import type { FastifyReply, FastifyRequest } from 'fastify';
import { changePassword } from '../../flows/change-password.ts';
import { endSession, logOutEverywhere } from '../../flows/log-out.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { userOf, visitorOf } from '../../http/bearer-guard.ts';
import { endedSessionCookie } from '../../http/session-cookie.ts';
import { describeBrowser } from '../describe-browser.ts';
import { describePeopleProblem } from '../describe-people-problem.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';

const OWN = { schema: { hide: true }, config: { role: 'viewer' } } as const;

interface PasswordErrors {
  readonly oldPassword: string;
  readonly newPassword: string;
  readonly repeat: string;
}

const NO_ERRORS: PasswordErrors = { oldPassword: '', newPassword: '', repeat: '' };

/** Everybody's own: password, and where one is logged in. */
export function addAccountPage(app: ApiApp, kit: PageKit, { people }: PageDoors): void {
  app.get('/account', OWN, async (request, reply) => show(request, reply, NO_ERRORS));

  app.post('/account/password', OWN, async (request, reply) => {
    const session = request.loginSession;
    if (session === null) return reply.redirect('/account', 303);
    const form = readForm(request);
    const { t } = kit.texts(request);
    const [oldPassword, newPassword] = [
      form.raw('oldPassword').slice(0, 1_000),
      form.raw('newPassword').slice(0, 1_000),
    ];
    if (newPassword !== form.raw('repeat')) {
      return show(request, reply, { ...NO_ERRORS, repeat: t('setup.wrong-repeat') }, 422);
    }
    const { address } = visitorOf(request);
    const whose = { userId: userOf(request).id, sessionId: session.id, address };
    const changed = await changePassword(people, { ...whose, oldPassword, newPassword });
    if (!changed.ok) {
      const field = changed.problem.kind === 'weak-password' ? 'newPassword' : 'oldPassword';
      const text = describePeopleProblem(kit.texts(request), changed.problem);
      return show(request, reply, { ...NO_ERRORS, [field]: text }, 422);
    }
    return kit.redirect(reply, request, '/account', { kind: 'done', text: t('account.password-changed') });
  });

  app.post('/account/sessions/end', OWN, async (request, reply) => {
    const ended = await endSession(people, userOf(request), readForm(request).get('session'));
    const text = ended.ok
      ? kit.t(request, 'account.session-ended')
      : describePeopleProblem(kit.texts(request), ended.problem);
    return kit.redirect(reply, request, '/account', { kind: ended.ok ? 'done' : 'error', text });
  });

  app.post('/account/log-out-everywhere', OWN, async (request, reply) => {
    await logOutEverywhere(people, userOf(request));
    reply.header('set-cookie', endedSessionCookie(request));
    return kit.redirect(reply, request, '/login', { kind: 'done', text: kit.t(request, 'account.everywhere-done') });
  });

  async function show(
    request: FastifyRequest,
    reply: FastifyReply,
    errors: PasswordErrors,
    status = 200,
  ): Promise<FastifyReply> {
    const { id, name, role } = userOf(request);
    const currentId = request.loginSession?.id ?? null;
    const sessions = currentId === null ? [] : await people.sessions.listOf(id);
    const model = {
      name,
      role: kit.t(request, `role.${role}`),
      hasSession: currentId !== null,
      errors,
      sessions: sessions.map((session) => ({
        id: session.id,
        browser: describeBrowser(session.userAgent) || kit.t(request, 'account.unknown-browser'),
        address: session.address,
        createdAt: session.createdAt,
        lastUsedAt: session.lastUsedAt,
        isCurrent: session.id === currentId,
      })),
    };
    return kit.renderPage(reply, request, { view: 'account', title: 'account.title', nav: 'system', model, status });
  }
}
