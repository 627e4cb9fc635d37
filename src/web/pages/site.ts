import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseMacAddress } from '../../core/mac-address.ts';
import { canonicalTimeZones } from '../../core/time-zones.ts';
import { changeSite, planSiteChange } from '../../flows/change-site.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { vendors } from '../../vendors/all.ts';
import { buildComparison } from '../build-comparison.ts';
import { buildSiteModel, nameLayer } from '../build-site-model.ts';
import { describeClock } from '../describe-clock.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type PageKit } from '../page-kit.ts';
import { type Form, readForm } from '../read-form.ts';
import { parseSiteLayer, readSiteForm, type SiteFaults, type SiteLayer } from '../read-site-form.ts';
import { isStale } from '../site-edit.ts';
import { siteTabs } from '../site-tabs.ts';
import type { ResyncOffers } from './site-resync.ts';

type LayerQuery = { Querystring: { of?: string } };

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;
const VENDOR_IDS = vendors.map(({ id }) => id);

/** What every phone gets: looked at, tried, applied. Below it the layers of makers and models. */
export function addSitePages(app: ApiApp, kit: PageKit, doors: PageDoors, offers: ResyncOffers): void {
  const { office, clock, compareSite } = doors;

  app.get('/site', READ, async (request, reply) => showForm(request, reply, { kind: 'site' }, {}));

  app.get('/site/layers', READ, async (request, reply) => {
    const { vendorSettings, modelSettings } = office.site();
    const used = new Map<string, number>();
    for (const { state, vendorId, model } of office.devices()) {
      if (state !== 'approved' || vendorId === null) continue;
      for (const key of [vendorId, `${vendorId}/${model}`]) used.set(key, (used.get(key) ?? 0) + 1);
    }
    const row = (layer: Exclude<SiteLayer, { kind: 'site' }>, settings: object) => ({
      path: `/site/layer?of=${encodeURIComponent(layer.id)}`,
      name: nameLayer(layer, vendors),
      settings: Object.keys(settings).length,
      phones: used.get(layer.id) ?? 0,
    });
    return kit.renderPage(reply, request, {
      view: 'site-layers',
      title: 'site.layers',
      nav: 'site',
      model: {
        tabs: siteTabs(request.user, 'layers'),
        vendors: vendors.map(({ id }) => row({ kind: 'vendor', id }, vendorSettings[id] ?? {})),
        models: Object.entries(modelSettings)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, settings]) => row({ kind: 'model', id }, settings)),
        known: vendors.flatMap(({ id, name, models }) =>
          models.map((model) => ({ id: `${id}/${model.name}`, name: `${name} ${model.name}` })),
        ),
      },
    });
  });

  app.get<LayerQuery>('/site/layer', READ, async (request, reply) => {
    const layer = parseSiteLayer(request.query.of ?? '', VENDOR_IDS);
    if (!layer.ok) return unknownLayer(request, reply);
    if (layer.value.kind === 'site') return reply.redirect('/site', 303);
    return showForm(request, reply, layer.value, {});
  });

  /** One field as somebody types: what is wrong with it, or nothing. */
  app.post<{ Querystring: { field?: string } }>('/site/check', ADMIN, async (request, reply) => {
    const form = readForm(request);
    const layer = parseSiteLayer(form.get('layer'), VENDOR_IDS);
    const { field = '' } = request.query;
    if (!layer.ok || !/^[\w.]{1,64}$/.test(field)) return reply.code(204).send();
    const read = readSiteForm(form, layer.value, office.site(), VENDOR_IDS, kit.texts(request));
    const error = read.ok ? '' : (read.problem[field] ?? '');
    const model = { name: field, id: field.replaceAll('.', '-'), error, good: '' };
    if (field === 'timeZone' && error === '' && form.get(field) !== '') {
      return kit.renderFragment(reply, request, {
        view: 'field-check',
        model: { ...model, good: sayClock(request, form.get(field)) },
      });
    }
    return kit.renderFragment(reply, request, { view: 'field-check', model });
  });

  app.post('/site/preview', ADMIN, async (request, reply) => {
    const draft = readDraft(request);
    if (!draft.ok) return refuse(request, reply, draft);
    const example = parseMacAddress(draft.form.get('example'));
    const comparison = await compareSite(draft.site, { example });
    const preview = { ...buildComparison(office, comparison, kit.texts(request)), isDifferent: draft.isDifferent };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'site-preview', model: preview });
    return showForm(request, reply, draft.layer, { form: draft.form, preview });
  });

  app.post('/site/apply', ADMIN, async (request, reply) => {
    const draft = readDraft(request);
    if (!draft.ok) return refuse(request, reply, draft);
    const back = pathOf(draft.layer);
    if (!draft.isDifferent) {
      return kit.redirect(reply, request, back, { kind: 'done', text: kit.t(request, 'site.same') });
    }
    const { changed } = await compareSite(draft.site);
    const actor = actorOf(request);
    await changeSite(office, draft.edit, actor, clock());
    if (changed.length === 0) {
      return kit.redirect(reply, request, back, { kind: 'done', text: kit.t(request, 'site.applied-none') });
    }
    offers.offer(changed);
    const text = kit.t(request, 'site.applied', { count: changed.length });
    return kit.redirect(reply, request, '/site/resync', { kind: 'done', text });
  });

  function readDraft(request: FastifyRequest) {
    const form = readForm(request);
    const parsed = parseSiteLayer(form.get('layer'), VENDOR_IDS);
    const layer: SiteLayer = parsed.ok ? parsed.value : { kind: 'site' };
    const before = office.site();
    const failed = (faults: SiteFaults, status: number) => ({ ok: false, form, layer, faults, status }) as const;
    if (!parsed.ok) return failed({ layer: kit.t(request, 'site.unknown-layer') }, 422);
    if (isStale(form, before)) return failed({ revision: kit.t(request, 'site.changed-meanwhile') }, 409);
    const read = readSiteForm(form, layer, before, VENDOR_IDS, kit.texts(request));
    if (!read.ok) return failed(read.problem, 422);
    const planned = planSiteChange(before, read.value);
    return {
      ok: true,
      form,
      layer,
      edit: read.value,
      site: planned?.site ?? before,
      isDifferent: planned !== undefined,
    } as const;
  }

  function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    { form, layer, faults, status }: Extract<ReturnType<typeof readDraft>, { ok: false }>,
  ): FastifyReply {
    if (!isFragmentRequest(request)) return showForm(request, reply, layer, { form, faults, status });
    const model = {
      count: Object.keys(faults).length,
      faults: Object.entries(faults).map(([name, text]) => ({
        id: name.replaceAll('.', '-'),
        text,
        label: labelOf(request, name),
      })),
    };
    return kit.renderFragment(reply, request, { view: 'site-faults', model });
  }

  function labelOf(request: FastifyRequest, name: string): string {
    const texts = kit.texts(request);
    const key = name.startsWith('rule.') ? `rule.${name.split('.').at(-1)}` : name;
    return texts.has(`setting.${key}`)
      ? texts.t(`setting.${key}`)
      : texts.has(`site.${key}`)
        ? texts.t(`site.${key}`)
        : '';
  }

  function showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    layer: SiteLayer,
    options: {
      readonly form?: Form;
      readonly faults?: SiteFaults;
      readonly status?: number;
      readonly preview?: ReturnType<typeof buildComparison> & { readonly isDifferent: boolean };
    },
  ): FastifyReply {
    const { preview = null, status = 200, ...typed } = options;
    const model = buildSiteModel(office.site(), layer, vendors, kit.texts(request), typed);
    return kit.renderPage(reply, request, {
      view: 'site',
      title: layer.kind === 'site' ? 'nav.site' : { text: model.title },
      nav: 'site',
      status,
      model: {
        ...model,
        zones: canonicalTimeZones(),
        clock: sayClock(request, office.site().settings.timeZone ?? 'Etc/UTC'),
        tabs: siteTabs(request.user, layer.kind === 'site' ? 'site' : 'layers'),
        path: pathOf(layer),
        preview,
        isUnsaved: typed.form !== undefined,
        message: typed.faults?.revision ?? typed.faults?.layer ?? '',
      },
    });
  }

  function sayClock(request: FastifyRequest, zone: string): string {
    const facts = describeClock(zone, clock());
    if (facts.kind === 'unknown') return '';
    if (facts.kind === 'steady') return kit.t(request, 'site.clock-steady', { now: facts.now });
    const { now, before, after, at } = facts;
    const day = kit.context(request).times.day(at);
    return kit.t(request, 'site.clock-changes', { now, before, after, day });
  }

  function unknownLayer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const model = { text: kit.t(request, 'site.unknown-layer') };
    return kit.renderPage(reply, request, { view: 'message', title: 'nav.site', nav: 'site', model, status: 404 });
  }
}

function pathOf(layer: SiteLayer): string {
  return layer.kind === 'site' ? '/site' : `/site/layer?of=${encodeURIComponent(layer.id)}`;
}
