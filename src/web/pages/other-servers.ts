import type { FastifyReply, FastifyRequest } from 'fastify';
import { changeSite } from '../../flows/change-site.ts';
import { wantServer } from '../../flows/other-servers/want-server.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { readSiteChange } from '../../http/read-site-change.ts';
import { buildOtherServers, buildServerAlarm } from '../build-other-servers.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const ORDER = { schema: { hide: true }, config: { role: 'technician' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;

/** Where the card stands. */
const CARD = '/system#other-servers';

/** Other PnP servers: the warning above the lists, and the card of the System page with what can be done. */
export function addOtherServerPages(app: ApiApp, kit: PageKit, doors: PageDoors): void {
  const { office, otherServers, clock } = doors;

  app.get('/other-servers/alarm', READ, async (request, reply) => {
    const model = buildServerAlarm(otherServers.read(), kit.texts(request));
    return kit.renderFragment(reply, request, { view: 'server-alarm', model });
  });

  app.get('/other-servers/card', READ, async (request, reply) => showCard(request, reply));

  app.post('/other-servers/check', ORDER, async (request, reply) => {
    await otherServers.check();
    return answer(request, reply);
  });

  app.post('/other-servers/want', ADMIN, async (request, reply) => {
    const form = readForm(request);
    const id = form.get('id');
    const isThere = otherServers.read().servers.some((server) => server.id === id);
    if (!isThere) return refuse(request, reply);
    const isWanted = form.get('wanted') === 'yes';
    const done = await wantServer(office, id, isWanted, { actor: actorOf(request), now: clock() });
    if (!done.ok) return refuse(request, reply);
    return answer(request, reply);
  });

  app.post('/other-servers/settings', ADMIN, async (request, reply) => {
    const minutes = readForm(request).get('minutes');
    const trust = { otherServerCheckMinutes: /^\d{1,5}$/.test(minutes) ? Number(minutes) : Number.NaN };
    const edit = readSiteChange({ trust }, office.site(), []);
    if (!edit.ok) return refuse(request, reply);
    await changeSite(office, edit.value, actorOf(request), clock());
    return answer(request, reply);
  });

  function answer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return isFragmentRequest(request) ? showCard(request, reply) : kit.redirect(reply, request, CARD);
  }

  function refuse(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return kit.tell(reply, request, CARD, { kind: 'error', text: kit.t(request, 'server.refused') });
  }

  function showCard(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { otherServerCheckMinutes } = office.site().trust;
    const model = buildOtherServers(otherServers.read(), otherServerCheckMinutes, kit.texts(request));
    return kit.renderFragment(reply, request, { view: 'other-servers', model });
  }
}
