import type { FastifyReply, FastifyRequest } from 'fastify';
import { MOST_KNOWN_SERVERS } from '../../core/check-other-servers.ts';
import { type WantProblem, wantServer } from '../../flows/other-servers/want-server.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { describeValue } from '../format-input-errors.ts';
import { formatOtherServers } from '../format-other-servers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { OtherServersAnswer, ServerParams } from '../schemas/other-servers.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Other PnP servers';

/** Who else answers phones here: phones take the word of the first. */
export function addOtherServerRoutes(app: ApiApp, { office, otherServers, clock }: WebDoors): void {
  const answer = () => formatOtherServers(otherServers.read(), office.site().trust.otherServerCheckMinutes);

  app.get(
    '/other-servers',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'Other PnP servers on the LAN, as the last checks heard them',
        description: 'A server that is silent for three checks in a row is gone.',
        answers: { 200: OtherServersAnswer },
      }),
    },
    async () => answer(),
  );

  app.post(
    '/other-servers/check',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: TAG,
        summary: 'Ask the LAN for other PnP servers now',
        description: 'Answers when the LAN had its time to: some five seconds.',
        answers: { 200: OtherServersAnswer },
      }),
    },
    async () => {
      await otherServers.check();
      return answer();
    },
  );

  app.put(
    '/other-servers/:id/wanted',
    {
      config: { role: 'admin' },
      schema: {
        params: ServerParams,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Call a server wanted: nobody is warned of it any more',
          description: 'The same as naming it in `trust.knownServers` of the site.',
          answers: { 200: OtherServersAnswer },
        }),
      },
    },
    (request, reply) => want(request, reply, true),
  );

  app.delete(
    '/other-servers/:id/wanted',
    {
      config: { role: 'admin' },
      schema: {
        params: ServerParams,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Call a server unwanted again',
          answers: { 200: OtherServersAnswer },
        }),
      },
    },
    (request, reply) => want(request, reply, false),
  );

  async function want(request: FastifyRequest<{ Params: ServerParams }>, reply: FastifyReply, isWanted: boolean) {
    const { id } = request.params;
    const done = await wantServer(office, id, isWanted, { actor: actorOf(request), now: clock() });
    if (!done.ok)
      return replyWithProblem(reply, invalidInput([{ where: 'path.id', ...describeRefusal(done.problem, id) }]));
    return answer();
  }
}

/** What a refused id was, and what was wanted of it. */
function describeRefusal(problem: WantProblem, id: string): { readonly saw: string; readonly wanted: string } {
  switch (problem) {
    case 'no-server':
      return { saw: describeValue(id), wanted: 'the id of a server, as GET /other-servers tells it' };
    case 'too-many':
      return { saw: 'one more', wanted: `${MOST_KNOWN_SERVERS} wanted servers at most` };
    default:
      return problem satisfies never;
  }
}
