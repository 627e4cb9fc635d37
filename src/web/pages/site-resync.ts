import type { FastifyRequest } from 'fastify';
import type { MacAddress } from '../../core/mac-address.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { readForm } from '../read-form.ts';
import { siteTabs } from '../site-tabs.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const DECIDE = { schema: { hide: true }, config: { role: 'technician' } } as const;

/** Phones whose files were changed by the last change of the site. */
export interface ResyncOffers {
  offer(macs: readonly MacAddress[]): void;
}

/** After a change of the site: the phones fetch it now, at night, or by themselves. */
export function addSiteResyncPages(app: ApiApp, kit: PageKit, doors: PageDoors): ResyncOffers {
  const { office, resyncs, resolveDeviceSettings } = doors;
  let offered: readonly MacAddress[] = [];

  app.get('/site/resync', READ, async (request, reply) => {
    const model = { ...modelOf(request), tabs: siteTabs(request.user, 'resync') };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'resync-state', model });
    return kit.renderPage(reply, request, { view: 'site-resync', title: 'resync.title', nav: 'site', model });
  });

  app.post('/site/resync', DECIDE, async (request, reply) => {
    const form = readForm(request);
    const macs = form.get('phones') === 'changed' ? offered : approved();
    const actor = actorOf(request);
    if (form.get('when') === 'tonight') await resyncs.planTonight(macs, actor);
    else await resyncs.start(macs, actor);
    offered = [];
    return kit.redirect(reply, request, '/site/resync');
  });

  app.post('/site/resync/cancel', DECIDE, async (request, reply) => {
    await resyncs.cancel(actorOf(request));
    return kit.redirect(reply, request, '/site/resync', { kind: 'done', text: kit.t(request, 'resync.cancelled') });
  });

  function approved(): MacAddress[] {
    return [...office.devices()].flatMap(({ mac, state }) => (state === 'approved' ? [mac] : []));
  }

  function modelOf(request: FastifyRequest) {
    const run = resyncs.run();
    const plan = resyncs.plan();
    const all = approved();
    const [first] = all;
    const device = first === undefined ? undefined : office.findDevice(first);
    const minutes = device === undefined ? 0 : resolveDeviceSettings(device).values.resyncMinutes;
    return {
      offered: offered.length,
      all: all.length,
      hours: minutes === 0 ? 0 : Math.max(1, Math.round(minutes / 60)),
      plan: plan && {
        at: plan.at,
        when: kit.context(request).times.exact(plan.at),
        phones: plan.macs.length,
        by: plan.by,
      },
      run: run && {
        ...run,
        isGoingOn: run.endedAt === null,
        isAsking: run.endedAt === null && run.asked + run.skipped < run.phones,
        done: run.fetched + run.stuck + run.skipped,
      },
    };
  }

  return {
    offer(macs) {
      // What nobody has dealt with yet still waits.
      offered = [...new Set([...offered, ...macs])];
    },
  };
}
