import type { FastifyReply, FastifyRequest } from 'fastify';
import { ROLES } from '../http/web-doors.ts';
import type { PageDoors } from './page-doors.ts';
import { isFragmentRequest, type PageKit } from './page-kit.ts';

/** An onRequest hook: a page is seen by people who are logged in and have its route's role (`config: { role }`). */
export function createPageGuard({ sessions }: PageDoors, kit: PageKit) {
  return async function guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const user = await sessions.identify(request);
    if (user === undefined) return challenge(request, reply);
    request.user = user;
    const wanted = request.routeOptions.config.role ?? 'admin';
    if (ROLES.indexOf(user.role) >= ROLES.indexOf(wanted)) return undefined;
    const text = kit.t(request, 'page.forbidden', {
      role: kit.t(request, `role.${user.role}`),
      wanted: kit.t(request, `role.${wanted}`),
    });
    if (isFragmentRequest(request)) return kit.renderNotice(reply, request, { kind: 'error', text, status: 403 });
    return kit.renderPage(reply, request, {
      view: 'message',
      title: 'page.forbidden-title',
      nav: null,
      model: { text },
      status: 403,
    });
  };

  function challenge(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (sessions.loginPath === null) {
      reply.header('www-authenticate', 'Bearer realm="Plugtone"');
      const model = { text: kit.t(request, 'page.unauthorized') };
      return kit.renderPage(reply, request, {
        view: 'message',
        title: 'page.unauthorized-title',
        nav: null,
        model,
        status: 401,
      });
    }
    // A live stream that comes again cannot follow to a page: told so, the browser stops asking.
    if (request.headers.accept === 'text/event-stream') return reply.code(401).send();
    const back = request.method === 'GET' && !isFragmentRequest(request) ? request.url : '/';
    const path = back === '/' ? sessions.loginPath : `${sessions.loginPath}?next=${encodeURIComponent(back)}`;
    if (isFragmentRequest(request)) return reply.code(401).header('hx-redirect', path).send();
    return reply.redirect(path, 303);
  }
}
