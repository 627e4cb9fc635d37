import { planSiteChange } from '../../flows/change-site.ts';
import { vendors } from '../../vendors/all.ts';
import type { ApiApp } from '../api-app.ts';
import { describeRoute } from '../describe-route.ts';
import { formatComparison } from '../format-site-answers.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { invalidInput, readMacParameter } from '../read-mac-parameter.ts';
import { readSiteChange } from '../read-site-change.ts';
import { SiteBody } from '../schemas/site.ts';
import { SitePreviewAnswer, SitePreviewQuery } from '../schemas/site-preview.ts';
import type { WebDoors } from '../web-doors.ts';

/** What a change of the site would mean, before anything is changed. */
export function addSitePreviewRoutes(app: ApiApp, { office, compareSite }: WebDoors): void {
  app.post(
    '/site/preview',
    {
      config: { role: 'admin' },
      schema: {
        body: SiteBody,
        querystring: SitePreviewQuery,
        ...describeRoute({
          role: 'admin',
          tag: 'Site',
          summary: 'What a change of the site would mean for the phones',
          description: 'The body is that of PUT /site. Nothing is changed.',
          answers: { 200: SitePreviewAnswer },
        }),
      },
    },
    async (request, reply) => {
      const { example: text } = request.query;
      const example = text === undefined ? undefined : readMacParameter(text);
      if (example?.ok === false) return replyWithProblem(reply, example.problem);
      const before = office.site();
      const edit = readSiteChange(
        request.body,
        before,
        vendors.map(({ id }) => id),
        office.devices(),
      );
      if (!edit.ok) return replyWithProblem(reply, invalidInput(edit.problem));
      const draft = planSiteChange(before, edit.value)?.site ?? before;
      return formatComparison(await compareSite(draft, { example: example?.value }));
    },
  );
}
