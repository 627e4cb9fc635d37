import { changeSite } from '../../flows/change-site.ts';
import { vendors } from '../../vendors/all.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatSite } from '../format-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { readSiteChange } from '../read-site-change.ts';
import { SiteAnswer, SiteBody } from '../schemas/site.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Site';

/** What every phone of the office gets. */
export function addSiteRoutes(app: ApiApp, { office, clock }: WebDoors): void {
  app.get(
    '/site',
    {
      config: { role: 'viewer' },
      schema: describeRoute({
        role: 'viewer',
        tag: TAG,
        summary: 'What every phone of the office gets',
        answers: { 200: SiteAnswer },
      }),
    },
    async () => formatSite(office.site()),
  );

  app.put(
    '/site',
    {
      config: { role: 'admin' },
      schema: {
        body: SiteBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Change what every phone of the office gets',
          description:
            'What the body names is replaced as a whole, what it leaves out stays: `{"settings": {…}}` replaces all settings ' +
            'of the site layer and nothing else. The same again changes nothing. Unknown names are refused.',
          answers: { 200: SiteAnswer },
        }),
      },
    },
    async (request, reply) => {
      const ids = vendors.map(({ id }) => id);
      const edit = readSiteChange(request.body, office.site(), ids);
      if (!edit.ok) return replyWithProblem(reply, invalidInput(edit.problem));
      return formatSite(await changeSite(office, edit.value, actorOf(request), clock()));
    },
  );
}
