import { Type } from 'typebox';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatQuarantine, formatSource } from '../format-quarantine.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { AddressParams, QuarantineList, SourceAnswer } from '../schemas/quarantine.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Trust';

/** Sources that are not looked at. The rules stand in the site's `trust`. */
export function addQuarantineRoutes(app: ApiApp, { office, quarantine, judgeSource }: WebDoors): void {
  app.get(
    '/quarantine',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'Sources that kept failing and are not looked at now',
        answers: { 200: QuarantineList },
      }),
    },
    async () => ({ items: quarantine.list().map(formatQuarantine) }),
  );

  app.delete(
    '/quarantine',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: TAG,
        summary: 'Release all sources',
        answers: { 200: QuarantineList },
        description: 'Answers with those that were released.',
      }),
    },
    async (request) => ({ items: (await quarantine.release(undefined, actorOf(request))).map(formatQuarantine) }),
  );

  app.delete(
    '/quarantine/:address',
    {
      config: { role: 'technician' },
      schema: {
        params: AddressParams,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Release a source',
          description: 'What it failed at is forgiven: it may fail as often again.',
          answers: { 204: Type.Null({ description: 'It is looked at again' }) },
          problems: ['not-in-quarantine'],
        }),
      },
    },
    async (request, reply) => {
      const { address } = request.params;
      const released = await quarantine.release([address], actorOf(request));
      if (released.length > 0) return reply.code(204).send();
      return replyWithProblem(reply, { kind: 'not-in-quarantine', detail: `${address} is not in quarantine.` });
    },
  );

  app.get(
    '/sources/:address',
    {
      config: { role: 'viewer' },
      schema: {
        params: AddressParams,
        ...describeRoute({
          role: 'viewer',
          tag: TAG,
          summary: 'What happens to what comes from an address, and why',
          answers: { 200: SourceAnswer },
        }),
      },
    },
    async (request) => formatSource(request.params.address, judgeSource(request.params.address, office.site().trust)),
  );
}
