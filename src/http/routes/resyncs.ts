import { type MacAddress, parseMacAddress } from '../../core/mac-address.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { describeValue } from '../format-input-errors.ts';
import { formatResyncs } from '../format-site-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { ResyncsAnswer, ResyncsBody } from '../schemas/site-preview.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Phones';

/** Many phones that are asked to fetch their files, now or at night. */
export function addResyncRoutes(app: ApiApp, { office, resyncs }: WebDoors): void {
  app.get(
    '/resyncs',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'How far the resync of many phones is, and what is planned',
        answers: { 200: ResyncsAnswer },
      }),
    },
    async () => formatResyncs(resyncs),
  );

  app.post(
    '/resyncs',
    {
      config: { role: 'technician' },
      schema: {
        body: ResyncsBody,
        ...describeRoute({
          role: 'technician',
          tag: TAG,
          summary: 'Ask many phones to fetch their files, now or at night',
          description: 'A few per second. An order joins the one that is under way, or planned.',
          answers: { 202: ResyncsAnswer },
        }),
      },
    },
    async (request, reply) => {
      const { phones, when } = request.body;
      const macs: MacAddress[] = [];
      for (const [index, text] of (phones ?? []).entries()) {
        const mac = parseMacAddress(text);
        if (mac === undefined) {
          const wanted = 'twelve hex digits with or without separators';
          return replyWithProblem(
            reply,
            invalidInput([{ where: `body.phones.${index}`, saw: describeValue(text), wanted }]),
          );
        }
        macs.push(mac);
      }
      if (phones === undefined) for (const { mac, state } of office.devices()) if (state === 'approved') macs.push(mac);
      const actor = actorOf(request);
      if (when === 'now') await resyncs.start(macs, actor);
      else await resyncs.planTonight(macs, actor);
      return reply.code(202).send(formatResyncs(resyncs));
    },
  );

  app.delete(
    '/resyncs',
    {
      config: { role: 'technician' },
      schema: describeRoute({
        role: 'technician',
        tag: TAG,
        summary: 'Take back what is planned, and ask no more phones',
        answers: { 200: ResyncsAnswer },
      }),
    },
    async (request) => {
      await resyncs.cancel(actorOf(request));
      return formatResyncs(resyncs);
    },
  );
}
