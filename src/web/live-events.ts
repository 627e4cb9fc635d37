import type { ApiApp } from '../http/api-app.ts';
import { createEventHub, type EventHub } from '../http/event-hub.ts';
import type { PageDoors } from './page-doors.ts';

/** GET /live: `device`, `journey`, `internet` and `other-servers` as they happen, for open pages. Ends with the session that opened it. */
export function createLiveEvents(app: ApiApp, { office, internet, otherServers, sessions }: PageDoors): EventHub {
  const hub = createEventHub({ office, internet, otherServers });
  app.get(
    '/live',
    { exposeHeadRoute: false, schema: { hide: true }, config: { role: 'viewer' } },
    async (request, reply) => {
      if (hub.isFull()) return reply.code(503).header('retry-after', '30').send('too many open pages\n');
      reply.hijack();
      hub.add(reply.raw, async () => (await sessions.identify(request)) !== undefined);
      return reply;
    },
  );
  return hub;
}
