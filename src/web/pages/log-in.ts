import type { FastifyReply, FastifyRequest } from 'fastify';
import { logIn } from '../../flows/log-in.ts';
import { endSession } from '../../flows/log-out.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { userOf, visitorOf } from '../../http/bearer-guard.ts';
import { endedSessionCookie, sessionCookie } from '../../http/session-cookie.ts';
import { isFromElsewhere } from '../../http/session-guard.ts';
import { describePeopleProblem } from '../describe-people-problem.ts';
import type { PageDoors } from '../page-doors.ts';
import type { PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';

const HIDDEN = { schema: { hide: true } } as const;

/** Where people go after they logged in. Our own pages only: `//elsewhere` and `/\elsewhere` leave the site. */
export function readNext(text: unknown): string {
  return typeof text === 'string' && /^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(text) ? text : '/';
}

/** Pages that stand outside of every session. Their forms have no token yet: the browser says that they come from here. */
export function addOpenHooks(app: ApiApp, kit: PageKit): void {
  app.addHook('onRequest', async (request, reply) => {
    // `no-referrer` would also make the Origin of our own forms `null` (Fetch standard, "append a request Origin header").
    reply.headers({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
    if (request.method !== 'POST' || !isFromElsewhere(request)) return undefined;
    const model = { text: kit.t(request, 'people.from-elsewhere') };
    return kit.renderPage(reply, request, {
      view: 'message',
      title: 'page.forbidden-title',
      nav: null,
      model,
      status: 403,
    });
  });
}

/** GET and POST /login. */
export function addLogInPage(app: ApiApp, kit: PageKit, { people, setUp, sessions }: PageDoors): void {
  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    model: { readonly user: string; readonly next: string; readonly problem: string },
    status = 200,
  ): FastifyReply {
    return kit.renderPage(reply, request, { view: 'log-in', title: 'login.title', nav: null, model, status });
  }

  app.get<{ Querystring: { next?: string } }>('/login', HIDDEN, async (request, reply) => {
    if (await setUp.isNeeded()) return reply.redirect('/setup', 303);
    const next = readNext(request.query.next);
    if ((await sessions.identify(request)) !== undefined) return reply.redirect(next, 303);
    return show(request, reply, { user: '', next, problem: '' });
  });

  app.post('/login', HIDDEN, async (request, reply) => {
    const form = readForm(request);
    const name = form.get('user').slice(0, 200);
    const next = readNext(form.get('next'));
    const opened = await logIn(people, { ...visitorOf(request), name, password: form.raw('password').slice(0, 1_000) });
    if (!opened.ok) {
      const { problem } = opened;
      const isSlowed = problem.kind === 'too-many-attempts';
      if (isSlowed) reply.header('retry-after', String(Math.ceil(problem.retryAfterMs / 1_000)));
      const text = describePeopleProblem(kit.texts(request), problem);
      return show(request, reply, { user: name, next, problem: text }, isSlowed ? 429 : 401);
    }
    reply.header('set-cookie', sessionCookie(request, opened.value.key));
    return reply.redirect(next, 303);
  });
}

/** POST /logout: for whoever is logged in. */
export function addLogOut(app: ApiApp, kit: PageKit, { people }: PageDoors): void {
  app.post('/logout', { ...HIDDEN, config: { role: 'viewer' } }, async (request, reply) => {
    if (request.loginSession !== null) await endSession(people, userOf(request), request.loginSession.id);
    reply.header('set-cookie', endedSessionCookie(request));
    return kit.redirect(reply, request, '/login', { kind: 'done', text: kit.t(request, 'login.logged-out') });
  });
}
