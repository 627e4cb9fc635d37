import { isIPv4 } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { changeSite, planSiteChange } from '../../flows/change-site.ts';
import type { ApiApp } from '../../http/api-app.ts';
import { actorOf } from '../../http/bearer-guard.ts';
import { buildQuarantine } from '../build-quarantine.ts';
import { buildSourceVerdict, findLockOut } from '../build-source-verdict.ts';
import { buildTrustForm, type TypedTrustForm } from '../build-trust-form.ts';
import type { PageDoors } from '../page-doors.ts';
import { isFragmentRequest, type Notice, type PageKit } from '../page-kit.ts';
import { type Form, readForm } from '../read-form.ts';
import { readTrustForm } from '../read-trust-form.ts';
import { isStale, mustReadSiteChange } from '../site-edit.ts';
import { siteTabs } from '../site-tabs.ts';

const READ = { schema: { hide: true }, config: { role: 'viewer' } } as const;
const ORDER = { schema: { hide: true }, config: { role: 'technician' } } as const;
const ADMIN = { schema: { hide: true }, config: { role: 'admin' } } as const;

const PATH = '/site/trust';

interface Shown {
  readonly typed?: TypedTrustForm;
  /** An address to be judged. */
  readonly tested?: Form;
  readonly message?: string;
  readonly status?: number;
}

/** Who is heard, and who is kept out for a time. */
export function addSiteTrustPage(app: ApiApp, kit: PageKit, doors: PageDoors): void {
  const { office, quarantine, judgeSource, clock } = doors;

  app.get(PATH, READ, async (request, reply) => show(request, reply, {}));

  /** One field as somebody types: what is wrong with it, or nothing. */
  app.post<{ Querystring: { field?: string } }>(`${PATH}/check`, ADMIN, async (request, reply) => {
    const { field = '' } = request.query;
    if (!/^[\w.]{1,64}$/.test(field)) return reply.code(204).send();
    const { faults } = readTrustForm(readForm(request), kit.texts(request));
    const model = { id: field.replaceAll('.', '-'), error: faults[field] ?? '', good: '' };
    return kit.renderFragment(reply, request, { view: 'field-check', model });
  });

  /** Tries the rules as they are typed: nothing is stored. */
  app.post(`${PATH}/test`, READ, async (request, reply) => {
    const form = readForm(request);
    if (!isFragmentRequest(request)) return show(request, reply, { tested: form });
    return kit.renderFragment(reply, request, { view: 'source-verdict', model: { verdict: judge(request, form) } });
  });

  /** Applies; or moves a row, and stores nothing yet. */
  app.post(PATH, ADMIN, async (request, reply) => {
    const form = readForm(request);
    const typed = read(request, form);
    if (typed.read.isMoved) return show(request, reply, { typed });
    const site = office.site();
    if (isStale(form, site)) {
      return show(request, reply, { typed, message: kit.t(request, 'site.changed-meanwhile'), status: 409 });
    }
    if (typed.read.faultCount > 0) return show(request, reply, { typed, status: 422 });
    const edit = mustReadSiteChange(typed.read.body, site);
    if (planSiteChange(site, edit) === undefined) {
      return kit.redirect(reply, request, PATH, { kind: 'done', text: kit.t(request, 'site.same') });
    }
    const { trust } = await changeSite(office, edit, actorOf(request), clock());
    const lockOut = findLockOut(request.ip, judgeSource(request.ip, trust), kit.texts(request));
    const notice: Notice = { kind: 'done', text: kit.t(request, 'trust.applied') };
    return kit.redirect(reply, request, PATH, lockOut === '' ? notice : { kind: 'warning', text: lockOut });
  });

  /** Who is in quarantine, as it is now. */
  app.get(`${PATH}/quarantine`, READ, async (request, reply) => showQuarantine(request, reply));

  app.post(`${PATH}/release`, ORDER, async (request, reply) => {
    const form = readForm(request);
    const addresses = form.has('all') ? undefined : [form.get('address')];
    const released = await quarantine.release(addresses, actorOf(request));
    if (isFragmentRequest(request)) return showQuarantine(request, reply);
    const text = kit.t(request, 'trust.released', { count: released.length });
    return kit.redirect(reply, request, `${PATH}#quarantine`, { kind: 'done', text });
  });

  function read(request: FastifyRequest, form: Form): TypedTrustForm {
    return { form, read: readTrustForm(form, kit.texts(request)) };
  }

  /** Null: nothing was asked. */
  function judge(request: FastifyRequest, form: Form) {
    const address = form.get('address');
    if (address === '') return null;
    const texts = kit.texts(request);
    if (!isIPv4(address)) return { address, fault: texts.t('trust.no-address'), lines: [], quarantine: null };
    // With script the rules come along as they are typed.
    const { rules, routedNetworks } = office.site().trust;
    const tried = form.has('filters') ? readTrustForm(form, texts).rules : rules;
    const judgement = judgeSource(address, { rules: tried, routedNetworks });
    return { fault: '', ...buildSourceVerdict(address, judgement, tried, texts) };
  }

  function quarantineModel(request: FastifyRequest) {
    return {
      isOn: office.site().trust.quarantine,
      ...buildQuarantine(quarantine.list(), office.findDevice, kit.texts(request)),
    };
  }

  function showQuarantine(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return kit.renderFragment(reply, request, { view: 'quarantine', model: quarantineModel(request) });
  }

  function show(
    request: FastifyRequest,
    reply: FastifyReply,
    { typed, tested, message = '', status = 200 }: Shown,
  ): FastifyReply {
    const texts = kit.texts(request);
    const { trust } = office.site();
    const rules = typed?.read.rules ?? trust.rules;
    const model = {
      ...buildTrustForm(office.site(), texts, typed),
      message,
      ownAddress: findLockOut(request.ip, judgeSource(request.ip, { ...trust, rules }), texts),
    };
    if (isFragmentRequest(request)) return kit.renderFragment(reply, request, { view: 'trust-form', model, status });
    return kit.renderPage(reply, request, {
      view: 'site-trust',
      title: 'trust.title',
      nav: 'site',
      status,
      model: {
        ...model,
        ...quarantineModel(request),
        address: tested?.get('address') ?? '',
        verdict: tested === undefined ? null : judge(request, tested),
        tabs: siteTabs(request.user, 'trust'),
      },
    });
  }
}
