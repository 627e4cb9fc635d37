import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import type { EventHub } from '../event-hub.ts';
import { replyWithProblem } from '../problem-reply.ts';
import type { RequestSessions } from '../session-guard.ts';

const EXAMPLE = [
  'retry: 2000',
  '',
  'event: device',
  'data: {"mac":"001565aabbcc","state":"pending","vendor":"example","model":"T46S","address":"192.168.10.41","extension":null,"lastSeenAt":"2026-01-05T08:02:11.250Z"}',
  '',
  'event: journey',
  'data: {"mac":"001565aabbcc","at":"2026-01-05T08:02:11.250Z","step":"seen","reason":"nobody has decided yet","detail":{}}',
  '',
  'event: internet',
  'data: {"search":"found","gateway":"192.168.10.1","mappings":{"wanted":0,"mapped":17,"conflict":0,"refused":0,"failing":0,"no-gateway":0},"externalAddress":"128.66.0.5","disputed":false}',
  '',
].join('\n');

/** Changes as they happen. */
export function addEventRoutes(app: ApiApp, sessions: RequestSessions, hub: EventHub): void {
  app.get(
    '/events',
    {
      config: { role: 'viewer' },
      exposeHeadRoute: false,
      schema: {
        produces: ['text/event-stream'],
        ...describeRoute({
          role: 'viewer',
          tag: 'Events',
          summary: 'Changes as they happen (server-sent events)',
          description:
            '`device`: a phone changed (`forgotten: true`: it is gone). `journey`: something happened to a phone. ' +
            '`internet`: the router, the open ports or the external address have something new to show. ' +
            '`other-servers`: another PnP server was heard or is gone, or a check began or ended. ' +
            '`missed`: more happened than was sent. After a broken connection, read the lists again: nothing is repeated.',
          answers: { 200: Type.String({ description: 'A stream without end', examples: [EXAMPLE] }) },
          problems: ['too-many-listeners'],
        }),
      },
    },
    async (request, reply) => {
      if (hub.isFull()) {
        return replyWithProblem(reply, {
          kind: 'too-many-listeners',
          detail: 'Too many event streams are open: close some.',
          headers: { 'retry-after': '30' },
        });
      }
      reply.hijack();
      // A token that is revoked and a session that ends take their streams with them.
      hub.add(reply.raw, async () => (await sessions.identify(request)) !== undefined);
      return reply;
    },
  );
}
