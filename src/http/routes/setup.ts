import { vendors } from '../../vendors/all.ts';
import type { ApiApp } from '../api-app.ts';
import { visitorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatPeopleProblem } from '../format-people.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { readSiteChange } from '../read-site-change.ts';
import { SetupAnswer, SetupBody, WhoAnswer } from '../schemas/people.ts';
import { sessionCookie } from '../session-cookie.ts';
import { csrfTokenOf } from '../session-guard.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'First start';

/** The first start: for whoever reads the log. */
export function addSetupRoutes(app: ApiApp, { setUp, office }: WebDoors): void {
  app.get(
    '/setup',
    {
      schema: describeRoute({
        role: 'anybody',
        tag: TAG,
        summary: 'Does this appliance want to be set up?',
        answers: { 200: SetupAnswer },
      }),
    },
    async () => ({ needed: await setUp.isNeeded() }),
  );

  app.post(
    '/setup',
    {
      schema: {
        body: SetupBody,
        ...describeRoute({
          role: 'anybody',
          tag: TAG,
          summary: 'Make the first administrator and what the site needs, in one step',
          description:
            'The code is printed to the log at each start while nobody may log in. It dies with its first use. ' +
            '`site` is as the body of PUT /site. The answer carries the session cookie of the new administrator.',
          answers: { 201: WhoAnswer },
          problems: ['setup-code-wrong', 'already-set-up', 'too-many-attempts', 'bad-user-name', 'weak-password'],
        }),
      },
    },
    async (request, reply) => {
      const { code, user: name, password, site = {} } = request.body;
      const edit = readSiteChange(
        site,
        office.site(),
        vendors.map(({ id }) => id),
      );
      if (!edit.ok) {
        const errors = edit.problem.map((error) => ({ ...error, where: error.where.replace(/^body/, 'body.site') }));
        return replyWithProblem(reply, invalidInput(errors));
      }
      const done = await setUp.complete({ ...visitorOf(request), code, name, password, edit: edit.value });
      if (!done.ok) return replyWithProblem(reply, formatPeopleProblem(done.problem));
      const { user, key } = done.value;
      reply.code(201).header('set-cookie', sessionCookie(request, key));
      const { id, role } = user;
      return { id, name: user.name, role, by: 'session' as const, csrfToken: csrfTokenOf(key.reveal()) };
    },
  );
}
