import { changeSite } from '../../flows/change-site.ts';
import { vendors } from '../../vendors/all.ts';
import type { ApiApp } from '../api-app.ts';
import { actorOf } from '../bearer-guard.ts';
import { describeRoute } from '../describe-route.ts';
import { formatSite } from '../format-answers.ts';
import { formatProbe } from '../format-people.ts';
import { replyWithProblem } from '../problem-reply.ts';
import { invalidInput } from '../read-mac-parameter.ts';
import { readSettingsLayer } from '../read-settings-layer.ts';
import { readSiteChange } from '../read-site-change.ts';
import { ProbeAnswer, ProbeBody } from '../schemas/sip-probe.ts';
import { SiteAnswer, SiteBody } from '../schemas/site.ts';
import type { WebDoors } from '../web-doors.ts';

const TAG = 'Site';

/** What every phone of the office gets. */
export function addSiteRoutes(app: ApiApp, { office, clock, probeSip }: WebDoors): void {
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
            'of the site layer and nothing else. `internet` and `trust` are the exceptions: their fields are replaced one by one. The same again changes nothing. Unknown names are refused. The answer of GET /site is a body too: what is read-only in it is ignored.',
          answers: { 200: SiteAnswer },
        }),
      },
    },
    async (request, reply) => {
      const ids = vendors.map(({ id }) => id);
      const edit = readSiteChange(request.body, office.site(), ids, office.devices());
      if (!edit.ok) return replyWithProblem(reply, invalidInput(edit.problem));
      return formatSite(await changeSite(office, edit.value, actorOf(request), clock()));
    },
  );

  app.post(
    '/site/probe-sip',
    {
      config: { role: 'admin' },
      schema: {
        body: ProbeBody,
        ...describeRoute({
          role: 'admin',
          tag: TAG,
          summary: 'Ask a SIP server whether it is there',
          description: 'Sends OPTIONS (RFC 3261 11) and waits up to three seconds. Changes nothing.',
          answers: { 200: ProbeAnswer },
          problems: ['too-many-probes'],
        }),
      },
    },
    async (request, reply) => {
      const { host, port = 0, transport = 'udp' } = request.body;
      const read = readSettingsLayer('body', { sipServer: host });
      if (!read.ok) {
        return replyWithProblem(reply, invalidInput(read.problem.map((error) => ({ ...error, where: 'body.host' }))));
      }
      const probed = await probeSip({ host, port, transport });
      if (probed.ok) return formatProbe(probed.value);
      return replyWithProblem(reply, {
        ...probed.problem,
        detail: 'Other probes are still waiting: try again in a few seconds.',
      });
    },
  );
}
